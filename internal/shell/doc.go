// Package shell writes command lines that a person can type, and runs one that a
// person wrote, with the shell of the system.
package shell
