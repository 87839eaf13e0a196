// Package pack is the use cases of "nightpress pack" and "nightpress unpack": it carries
// models and work between machines in a package (see package stick).
//
// Pack reads the models from the server's folder on disk, reports sizes, and writes a
// package. Unpack checks a package, brings its models into a running server through its
// API, and writes the rest where it is asked to. It runs nothing of a package.
package pack
