// Package importtest has only a test, which checks which package imports which.
package importtest
