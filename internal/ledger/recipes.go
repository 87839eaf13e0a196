package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// schemaRecipes remembers what posts were made with, so that a run can say why it
// replaces them, and which file a topic came from, so that a topic that is
// corrected there keeps its slug.
const schemaRecipes = `
CREATE TABLE recipes (                   -- what a label's posts are made with
	label    TEXT NOT NULL COLLATE NOCASE,
	run      INTEGER NOT NULL,           -- from this run on, until a later row
	recipe   TEXT NOT NULL,              -- JSON: names and values
	replaces INTEGER NOT NULL,           -- 1: a person agreed that posts of earlier runs are replaced
	PRIMARY KEY (label, run)
) WITHOUT ROWID;
ALTER TABLE topics ADD COLUMN source TEXT NOT NULL DEFAULT ''; -- name of the file; '': not known
`

// Recipe is everything that the posts of an entry have in common and that could
// change them, by name. It is stored: names are never renamed.
type Recipe map[string]string

// Changed returns the names whose values differ, in alphabetical order.
func (r Recipe) Changed(from Recipe) (names []string) {
	for name, value := range r {
		if was, there := from[name]; !there || was != value {
			names = append(names, name)
		}
	}
	for name := range from {
		if _, there := r[name]; !there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Recipes are a label's recipes, oldest first.
type Recipes []struct {
	// Run is the first run with the recipe.
	Run    int64
	Recipe Recipe
	// Replaces: a person agreed that the posts of earlier runs are replaced.
	Replaces bool
}

// Recipes returns the recipes of a label.
func (l *Ledger) Recipes(ctx context.Context, label string) (all Recipes, err error) {
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var text string
		one := struct {
			Run      int64
			Recipe   Recipe
			Replaces bool
		}{}
		if err := rows.Scan(&one.Run, &text, &one.Replaces); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &one.Recipe); err != nil {
			l.skip(fmt.Sprintf("recipe of run %d", one.Run), err.Error())
			return nil
		}
		all = append(all, one)
		return nil
	}, `SELECT run, CAST(recipe AS TEXT), replaces FROM recipes WHERE label = ? ORDER BY run`, label)
	return all, err
}

// Of returns the recipe that a run used, or nil if it is not known.
func (all Recipes) Of(run int64) Recipe {
	for _, r := range slices.Backward(all) {
		if r.Run <= run {
			return r.Recipe
		}
	}
	return nil
}

// Agreed returns the newest run in which a person agreed that the posts of
// earlier runs are replaced by those of this recipe, or 0 if nobody did.
func (all Recipes) Agreed(r Recipe) int64 {
	for _, one := range slices.Backward(all) {
		if one.Replaces && maps.Equal(one.Recipe, r) {
			return one.Run
		}
	}
	return 0
}

// NoteRecipe records the recipe that a run uses for a label, if it changed.
func (l *Ledger) NoteRecipe(ctx context.Context, run int64, label string, r Recipe, replaces bool) error {
	all, err := l.Recipes(ctx, label)
	if err != nil {
		return err
	}
	if n := len(all); n > 0 && !replaces && maps.Equal(all[n-1].Recipe, r) {
		return nil
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = l.writer.ExecContext(ctx, `INSERT INTO recipes (label, run, recipe, replaces) VALUES (?,?,?,?)`, label, run, string(text), replaces)
	return l.fault(err)
}
