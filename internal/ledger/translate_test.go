package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/hint"
)

// rawWords are parts of the texts of SQLite, its driver, and database/sql.
var rawWords = []string{"sql:", "SQL logic error", "SQLITE_", "malformed", "database is closed", "disk image", "no such table", "no such column", "Scan error"}

// checkWords fails if an error of the ledger shows text of SQLite, or lacks the
// file's path or a hint.
func checkWords(t *testing.T, name, path string, err error) {
	t.Helper()
	for _, raw := range rawWords {
		if strings.Contains(err.Error(), raw) {
			t.Errorf("%s: %q is shown: %v", name, raw, err)
		}
	}
	if !strings.Contains(err.Error(), path) {
		t.Errorf("%s: the file is not named: %v", name, err)
	}
	if len(hint.Of(err)) == 0 {
		t.Errorf("%s: no hint: %v", name, err)
	}
}

// callAll calls every exported method of l that returns an error, once, and
// returns the errors by the method's name. New methods are called too.
func callAll(t *testing.T, l *Ledger) map[string]error {
	t.Helper()
	errs := map[string]error{}
	preview := l.PreviewSlugs()
	for _, on := range []reflect.Value{reflect.ValueOf(l), reflect.ValueOf(preview)} {
		for i := range on.NumMethod() {
			method, name := on.Method(i), on.Type().Method(i).Name
			switch name {
			case "Close", "PreviewSlugs", "Unreadable":
				continue
			}
			args := make([]reflect.Value, method.Type().NumIn())
			for i := range args {
				args[i] = anArgument(t, method.Type().In(i))
			}
			errs[on.Type().Elem().Name()+"."+name] = lastError(t, name, method.Call(args))
		}
	}
	return errs
}

// anArgument returns a value with something in it: an empty list would ask for
// nothing.
func anArgument(t *testing.T, of reflect.Type) reflect.Value {
	if of == reflect.TypeFor[context.Context]() {
		return reflect.ValueOf(t.Context())
	}
	v := reflect.New(of).Elem()
	switch of.Kind() {
	case reflect.String:
		v.SetString("tides")
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Slice:
		if of == reflect.TypeFor[[]Entry]() {
			return reflect.ValueOf([]Entry{result("tides")})
		}
		v.Set(reflect.Append(v, anArgument(t, of.Elem())))
	case reflect.Map:
		v.Set(reflect.MakeMap(of))
	case reflect.Pointer:
		v.Set(reflect.New(of.Elem()))
	case reflect.Struct:
		for i := range of.NumField() {
			if of.Field(i).IsExported() && of.Field(i).Type.Kind() == reflect.String {
				v.Field(i).SetString("tides")
			}
		}
	case reflect.Func:
		v.Set(reflect.MakeFunc(of, func([]reflect.Value) []reflect.Value {
			out := make([]reflect.Value, of.NumOut())
			for i := range out {
				out[i] = reflect.Zero(of.Out(i))
			}
			return out
		}))
	}
	return v
}

// lastError returns the error among results, or that of a sequence.
func lastError(t *testing.T, name string, results []reflect.Value) error {
	t.Helper()
	last := results[len(results)-1]
	if last.Kind() == reflect.Func {
		var err error
		for _, second := range last.Seq2() {
			err = errors.Join(err, asError(second))
		}
		return err
	}
	if last.Type() != reflect.TypeFor[error]() {
		t.Fatalf("%s returns no error: can it fail without one?", name)
	}
	return asError(last)
}

func asError(v reflect.Value) error {
	err, _ := v.Interface().(error)
	return err
}

func aLedger(t *testing.T) (*Ledger, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(t.Context(), 1, []Entry{result("tides"), result("moon")}); err != nil {
		t.Fatal(err)
	}
	return l, path
}

func TestEveryMethodOfAClosedLedgerNamesTheFileInPlainWords(t *testing.T) {
	l, path := aLedger(t)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for name, err := range callAll(t, l) {
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		checkWords(t, name, path, err)
	}
}

func TestEveryMethodOfADamagedLedgerNamesTheFileInPlainWords(t *testing.T) {
	for damage, do := range map[string]func(*Ledger, string) error{
		"noise in every page but the first": func(_ *Ledger, path string) error {
			file, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for i := 4096; i < len(file); i++ {
				file[i] = byte(i * 7919 >> 3)
			}
			return os.WriteFile(path, file, 0o666)
		},
		"tables without their columns": func(l *Ledger, _ string) error {
			return eachTable(l, `ALTER TABLE %s RENAME TO %[1]s_away`, `CREATE TABLE %s (other TEXT)`)
		},
		"no tables": func(l *Ledger, _ string) error { return eachTable(l, `DROP TABLE %s`) },
		"values of another type": func(l *Ledger, _ string) error {
			for _, table := range []string{"jobs", "attempts", "posts", "topics", "labels", "runs", "site", "recipes", "totals"} {
				columns, err := names(l, `SELECT name FROM pragma_table_info(?)`, table)
				if err != nil {
					return err
				}
				for _, c := range columns {
					// A constraint may refuse it.
					_, _ = l.writer.Exec(fmt.Sprintf(`UPDATE %s SET %s = x'ff'`, table, c))
				}
			}
			return nil
		},
	} {
		l, path := aLedger(t)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := do(l, path); err != nil {
			t.Fatalf("%s: %v", damage, err)
		}
		for name, err := range callAll(t, l) {
			switch {
			case err != nil:
				checkWords(t, damage+": "+name, path, err)
			case damage == "noise in every page but the first":
				t.Errorf("%s: %s: no error", damage, name)
			}
		}
		_ = l.Close()
	}
}

// eachTable runs statements for every table, whose name replaces %s.
func eachTable(l *Ledger, statements ...string) error {
	tables, err := names(l, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		return err
	}
	all := []string{`PRAGMA foreign_keys = OFF`, `PRAGMA legacy_alter_table = ON`}
	for _, name := range tables {
		for _, s := range statements {
			all = append(all, fmt.Sprintf(s, name))
		}
	}
	for _, s := range all {
		if _, err := l.writer.Exec(s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// names returns the column of strings that a query selects.
func names(l *Ledger, query string, args ...any) (all []string, err error) {
	err = l.rows(context.Background(), l.writer, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		all = append(all, name)
		return err
	}, query, args...)
	return all, err
}
