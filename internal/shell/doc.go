// Package shell quotes command lines for people to type, runs command lines that a
// person wrote, and opens pages in the browser. These differ between systems.
package shell
