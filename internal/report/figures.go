package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// figuresHint names another folder for figures.
const figuresHint = "write to another folder: nightpress report --figures figures-2"

// Figures writes each chart of the overview to a folder, as NAME.svg and NAME.csv. It
// replaces only files that it wrote, and returns the number of charts. Their names are
// stable.
func (r *Report) Figures(ctx context.Context, dir string) (int, error) {
	models, err := r.walk(ctx, false, func(*topic) error { return nil })
	if err != nil {
		return 0, err
	}
	groups, err := r.opinions(ctx)
	if err != nil {
		return 0, err
	}
	models = standing(models, groups, &r.paired)
	charts := plots(models, valuesOf(models, &r.paired), groups)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return 0, fmt.Errorf("report: %w", err)
	}
	for i := range charts {
		if err := charts[i].free(dir); err != nil {
			return 0, err
		}
	}
	for i := range charts {
		if err := charts[i].save(dir); err != nil {
			return 0, fmt.Errorf("report: %w", err)
		}
	}
	return len(charts), nil
}

// free returns a ForeignError if a file that is not a chart's has the name of one. A
// table holds no mark, so it is a chart's if the chart beside it is.
func (p *plot) free(dir string) error {
	chart, table := filepath.Join(dir, p.Key+".svg"), filepath.Join(dir, p.Key+".csv")
	if err := replaceable(chart, generatorComment, figuresHint); err != nil {
		return err
	}
	_, noChart := os.Lstat(chart)
	_, noTable := os.Lstat(table)
	if errors.Is(noChart, fs.ErrNotExist) && noTable == nil {
		return &ForeignError{Path: table, hint: figuresHint}
	}
	return nil
}

func (p *plot) save(dir string) error {
	for name, text := range map[string]string{p.Key + ".svg": p.file(), p.Key + ".csv": p.table()} {
		err := replace(filepath.Join(dir, name), func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
