// Package settings computes the settings of a command: flags override the
// environment, the environment overrides models.toml, and models.toml overrides the
// defaults. It records the origin of each value.
package settings
