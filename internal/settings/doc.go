// Package settings makes the value that a command works with: flags over
// environment over models.toml over defaults, and where each came from.
package settings
