// Package shell writes command lines that a person can type, runs one that a
// person wrote, and opens pages in the browser: what differs between systems.
package shell
