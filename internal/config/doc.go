// Package config reads models.toml. Default returns the settings without a file.
// Load reads a file strictly: an unknown key, a wrong type, or a value out of
// range is an error with its line. Starter writes a commented file.
//
// Package settings applies flags and the environment on top.
package config
