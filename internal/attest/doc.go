// Package attest says in a signed file what each post of a folder was made with, and
// compares a folder with such a file. It is the use case of "nightpress attest" and of
// "nightpress verify --attestation".
//
// The file is an envelope of DSSE (github.com/secure-systems-lab/dsse) around a Statement
// of in-toto (in-toto.io/Statement/v1). The signature in it is one of SSH (see package
// sign) over DSSE's pre-authentication encoding.
//
// Folder writes a statement from the ledger, and Check reads one without a ledger. Both
// read and write piece by piece: what they hold in memory for a post is 16 bytes.
package attest
