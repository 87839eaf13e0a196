package preflight

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/settings"
)

func TestAModelsTomlCanHaveItsOwnCategories(t *testing.T) {
	path := filepath.Join(t.TempDir(), "models.toml")
	load := func(text string) *settings.Settings {
		t.Helper()
		if err := os.WriteFile(path, []byte("[[model]]\nname = \"m\"\n\n"+text), 0o666); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		return &settings.Settings{Config: c}
	}
	p, err := Prompt(load("[prompt.blog-post]\ncategories = [\"Bees\", \"Gardens\"]\n"), "blog-post")
	if err != nil {
		t.Fatal(err)
	}
	msgs, err := p.Render(map[string]string{"topic": "hives"})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Contract.Fields[3].OneOf; len(got) != 2 || !strings.Contains(msgs.User, "  - Bees\n  - Gardens\n") || strings.Contains(msgs.User, "Robotics") {
		t.Errorf("%q\n%s", got, msgs.User)
	}
	_, err = Prompt(load("[prompt.blog-post]\ncolours = [\"red\"]\n"), "blog-post")
	if err == nil || !strings.Contains(err.Error(), `[prompt.blog-post]: prompt blog-post has no field "colours"`) || len(hint.Of(err)) == 0 {
		t.Errorf("%v", err)
	}
}
