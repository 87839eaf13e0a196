// Package stick is the layout of a package that is carried between machines: an OCI image
// layout (github.com/opencontainers/image-spec), in a folder such as a USB stick.
//
//	oci-layout, index.json       what is carried
//	index.json.sig               an SSH signature of index.json, if there is one
//	blobs/sha256/<hex>           every file, named by its content
//	program/                     archives of this program, for people without it
//	SHA256SUMS                   for "sha256sum -c"
//
// The index lists the manifest of each model as its server had it, and one manifest of
// this program with everything else. A Writer writes a package. A Reader takes all that it
// reads for hostile: it bounds every size, follows no link out of the folder, unpacks
// nothing, and hands out no byte whose digest it has not compared, once Check was called.
package stick
