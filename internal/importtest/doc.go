// Package importtest keeps the arrows between packages: which package may
// import which. It has nothing but a test.
package importtest
