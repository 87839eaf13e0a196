package main

import (
	"slices"
	"testing"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/output"
)

func TestTheSitesOfModelsTomlAreThoseThatPostsCanBeWrittenFor(t *testing.T) {
	if !slices.Equal(config.Sites, output.Sites) {
		t.Errorf("models.toml takes %v, output writes for %v", config.Sites, output.Sites)
	}
}
