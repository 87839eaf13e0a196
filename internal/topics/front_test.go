package topics_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/topics"
	"github.com/xuri/excelize/v2"
)

func isDate(key string) bool { return strings.Contains(key, "date") }

// fronts reads a file's topics and returns what each gives to the front matter.
func fronts(t *testing.T, in *topics.Input, keys ...string) (all [][]topics.Front, err error) {
	t.Helper()
	if err := in.Use(nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := in.UseFront(keys, isDate); err != nil {
		return nil, err
	}
	rep, err := in.Check()
	if err == nil {
		err = rep.Err()
	}
	if err != nil {
		return nil, err
	}
	for tp, err := range in.All() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, tp.Front)
	}
	return all, nil
}

func TestDatesAreReadInTheUsualForms(t *testing.T) {
	for cell, want := range map[string]string{
		"2026-03-04":                        "2026-03-04",
		"2026-3-4":                          "2026-03-04",
		"2026/03/04":                        "2026-03-04",
		"20260304":                          "2026-03-04",
		"4.3.2026":                          "2026-03-04",
		"04.03.26":                          "2026-03-04",
		"March 4, 2026":                     "2026-03-04",
		"Mar 4, 2026":                       "2026-03-04",
		"march 4th, 2026":                   "2026-03-04",
		"4 March 2026":                      "2026-03-04",
		"4-Mar-26":                          "2026-03-04",
		"Wednesday, March 4, 2026":          "2026-03-04",
		"Wed 4 Mar 2026":                    "2026-03-04",
		"4 mars 2026":                       "2026-03-04",
		"1er mars 2026":                     "2026-03-01",
		"mercredi 4 février 2026":           "2026-02-04",
		"4 août 2026":                       "2026-08-04",
		"4. März 2026":                      "2026-03-04",
		"Mittwoch, 4. März 2026":            "2026-03-04",
		"Mi., 4. Mär 2026":                  "2026-03-04",
		"4-Mai-26":                          "2026-05-04",
		"4 Mart 2026":                       "2026-03-04",
		"4 Ağustos 2026":                    "2026-08-04",
		"4 Kasım 2026":                      "2026-11-04",
		"4 ŞUBAT 2026":                      "2026-02-04",
		"4 de marzo de 2026":                "2026-03-04",
		"miércoles, 4 de marzo de 2026":     "2026-03-04",
		"4 marzo 2026":                      "2026-03-04",
		"4 gennaio 2026":                    "2026-01-04",
		"4 de março de 2026":                "2026-03-04",
		"4 maart 2026":                      "2026-03-04",
		"4 mrt. 2026":                       "2026-03-04",
		"4 mars 2026 18:30":                 "2026-03-04T18:30:00Z",
		"4 marca 2026":                      "2026-03-04",
		"4. prosince 2026":                  "2026-12-04",
		"4 марта 2026 г.":                   "2026-03-04",
		"2026年3月4日":                         "2026-03-04",
		"2026년 3월 4일":                       "2026-03-04",
		"46085":                             "2026-03-04",
		"46085.75":                          "2026-03-04T18:00:00Z",
		"13/4/2026":                         "2026-04-13",
		"4/13/2026":                         "2026-04-13",
		"4/4/2026":                          "2026-04-04",
		"2026-03-04T18:30:00Z":              "2026-03-04T18:30:00Z",
		"2026-03-04T18:30:00.123Z":          "2026-03-04T18:30:00.123Z",
		"2026-03-04T18:30:00+02:00":         "2026-03-04T18:30:00+02:00",
		"2026-03-04 18:30":                  "2026-03-04T18:30:00Z",
		"2026-03-04 18:30:00 +0200":         "2026-03-04T18:30:00+02:00",
		"2026-03-04 18:30:00 UTC":           "2026-03-04T18:30:00Z",
		"March 4, 2026 6:30 PM":             "2026-03-04T18:30:00Z",
		"March 4, 2026 6:30 PM (GMT)":       "2026-03-04T18:30:00Z",
		"3/24/2026 6:30pm":                  "2026-03-24T18:30:00Z",
		"Wed, 04 Mar 2026 18:30:00 +0000":   "2026-03-04T18:30:00Z",
		"  2026-03-04\u00a0":                "2026-03-04",
		"Thursday, 5 March 2026 at 7:00 AM": "2026-03-05T07:00:00Z",
	} {
		in, err := open(t, "a.csv", "topic,date\nCats,\""+cell+"\"\n", topics.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := fronts(t, in, "date")
		if err != nil || len(got) != 1 || len(got[0]) != 1 || got[0][0] != (topics.Front{Key: "date", Value: want, Date: true}) {
			t.Errorf("%q: %+v, %v, want %s", cell, got, err, want)
		}
	}
	for _, cell := range []string{"soon", "2026", "12", "2026-13-01", "32/12/2026", "30/2/2026", "29.2.2026", "2026-03-04 25:00", "1/2", "Q3 2026", "March", "9999999", "yes", "!!float 1", "2026-03-04 → 2026-03-06"} {
		in, err := open(t, "a.csv", "topic,date\nCats,\""+cell+"\"\n", topics.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var bad *topics.BadRow
		if got, err := fronts(t, in, "date"); !errors.As(err, &bad) || !strings.Contains(bad.Reason, "which is no date") || bad.Line != 2 {
			t.Errorf("%q: %+v, %v", cell, got, err)
		}
	}
}

func TestTheOrderOfDayAndMonthIsThatOfTheColumn(t *testing.T) {
	for _, c := range []struct{ rows, want, fault string }{
		{"a,3/4/2026\nb,13/4/2026\n", "2026-04-03", ""},
		{"a,3/4/2026\nb,4/13/2026\n", "2026-03-04", ""},
		{"a,03-04-26\nb,13-04-26\n", "2026-04-03", ""},
		{"a,3/4/2026\nb,5/5/2026\n", "", "a.csv:2: the column \"date\": 3/4/2026 has the day or the month first, and no row shows which"},
		{"a,13/4/2026\nb,4/13/2026\n", "", "a.csv:3: the column \"date\" has dates with the day first (13/4/2026 in line 2) and with the month first (4/13/2026 in line 3)"},
	} {
		in, err := open(t, "a.csv", "topic,date\n"+c.rows, topics.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := fronts(t, in, "date")
		switch {
		case c.fault != "":
			if fault := new(topics.Error); !errors.As(err, &fault) || !strings.HasSuffix(fault.Error(), c.fault) || fault.Hint() == "" {
				t.Errorf("%q: %v", c.rows, err)
			}
		case err != nil || got[0][0].Value != c.want:
			t.Errorf("%q: %+v, %v", c.rows, got, err)
		case !strings.Contains(in.Assumed(), "took the dates of the column \"date\" with the"):
			t.Errorf("%q: assumed %q", c.rows, in.Assumed())
		}
	}
}

func TestFrontMatterTakesColumnsByNameAndLeavesBlankCellsOut(t *testing.T) {
	text := "topic,Publish Date,author,Image\nCats,2026-03-04,\"Ann: \"\"x\"\"\",\nDogs,,\u00a0,a.png\n"
	in, err := open(t, "a.csv", text, topics.Options{Columns: []string{"date=Publish Date"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := fronts(t, in, "image", "date", "author")
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	if len(got[0]) != 2 || got[0][0] != (topics.Front{Key: "date", Value: "2026-03-04", Date: true}) || got[0][1] != (topics.Front{Key: "author", Value: `Ann: "x"`}) {
		t.Errorf("%+v", got[0])
	}
	if len(got[1]) != 1 || got[1][0] != (topics.Front{Key: "image", Value: "a.png"}) {
		t.Errorf("%+v", got[1])
	}
	var fault *topics.Error
	if _, err := fronts(t, in, "author", "imag", "lastmod"); !errors.As(err, &fault) || !strings.Contains(fault.Msg, `"imag"`) || !strings.Contains(fault.Msg, `"lastmod"`) || !strings.Contains(fault.Hint(), "--column imag=NAME") {
		t.Errorf("%v", err)
	}
}

// A spreadsheet shows its date cells by the machine's own setting: there is no
// telling what that is elsewhere.
func TestDatesOfAWorkbookAreItsDays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.xlsx")
	book := excelize.NewFile()
	at := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	for cell, v := range map[string]any{"A1": "topic", "B1": "date", "A2": "Cats", "B2": at, "A3": "Dogs", "B3": 46085, "A4": "Owls", "B4": at, "A5": "Bees", "B5": at.Add(18 * time.Hour)} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	custom := "dd/mm/yyyy"
	for cell, style := range map[string]*excelize.Style{"B2": {NumFmt: 14}, "B4": {CustomNumFmt: &custom}, "B5": {NumFmt: 22}} {
		id, err := book.NewStyle(style)
		if err == nil {
			err = book.SetCellStyle("Sheet1", cell, cell, id)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	// A date that shows the order of the custom format.
	if err := errors.Join(book.SetCellValue("Sheet1", "A6", "Ants"), book.SetCellValue("Sheet1", "B6", "24/03/2026"), book.SaveAs(path), book.Close()); err != nil {
		t.Fatal(err)
	}
	in, err := topics.Open(path, topics.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	got, err := fronts(t, in, "date")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"2026-03-04", "2026-03-04", "2026-03-04", "2026-03-04T18:00:00Z", "2026-03-24"} {
		if got[i][0].Value != want {
			t.Errorf("row %d: %+v, want %s", i+2, got[i], want)
		}
	}
}
