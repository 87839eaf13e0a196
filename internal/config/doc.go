// Package config reads models.toml. Default gives what is in force without
// one, Load reads one strictly (an unknown key, a wrong type or a value out of
// range is an error with its line), Starter writes a commented one.
//
// Flags and environment are laid over it by the command.
package config
