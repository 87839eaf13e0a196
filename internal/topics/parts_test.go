package topics_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/topics"
)

// bomb is a workbook with one row, and with parts that are small only while they are
// packed.
func bomb(t *testing.T, sheet io.Reader, others map[string]io.Reader) []byte {
	t.Helper()
	const head = `<?xml version="1.0"?>`
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	all := map[string]io.Reader{
		"[Content_Types].xml":        strings.NewReader(head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`),
		"_rels/.rels":                strings.NewReader(head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
		"xl/workbook.xml":            strings.NewReader(head + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + office + `"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`),
		"xl/_rels/workbook.xml.rels": strings.NewReader(head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + office + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`),
		"xl/worksheets/sheet1.xml":   io.MultiReader(strings.NewReader(`<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>`), sheet, strings.NewReader(`</x:sheetData></x:worksheet>`)),
	}
	for name, r := range others {
		all[name] = r
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestSpeed)
	})
	for name, r := range all {
		part, err := w.Create(name)
		if err == nil {
			_, err = io.Copy(part, r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const bombRow = `<x:row><x:c t="inlineStr"><x:is><x:t>topic</x:t></x:is></x:c></x:row>`

// A small file must not fill the memory.
func TestASmallWorkbookWithHugePartsIsRefused(t *testing.T) {
	mib := strings.Repeat("a", 1<<20)
	for what, c := range map[string]struct {
		sheet  io.Reader
		others map[string]io.Reader
		want   string
	}{
		"a text":       {io.MultiReader(strings.NewReader(bombRow+`<x:row><x:c t="inlineStr"><x:is><x:t>`), &again{text: mib, n: 18}, strings.NewReader(`</x:t></x:is></x:c></x:row>`)), nil, "a row or a text is longer than 16 MiB"},
		"a row":        {io.MultiReader(strings.NewReader(bombRow+`<x:row>`), &again{text: `<x:c t="inlineStr"><x:is><x:t>cell</x:t></x:is></x:c>`, n: 400_000}, strings.NewReader(`</x:row>`)), nil, "a row or a text is longer than 16 MiB"},
		"an attribute": {io.MultiReader(strings.NewReader(`<x:row a="`), &again{text: mib, n: 18}, strings.NewReader(`"/>`)), nil, "a row or a text is longer than 16 MiB"},
		"rows":         {&again{text: "<x:row><x:c/><x:c/></x:row>", n: 1_100_000}, nil, "more than 1048576 rows"},
		"shared texts": {strings.NewReader(bombRow), map[string]io.Reader{"xl/sharedStrings.xml": &again{text: "<si/>", n: 4_300_000}}, "4194304 texts"},
		"a picture":    {strings.NewReader(bombRow), map[string]io.Reader{"xl/media/image1.png": &again{text: mib, n: 260}}, "its parts without cells are larger than 256 MiB"},
	} {
		packed := bomb(t, c.sheet, c.others)
		var err error
		held := allocated(func() {
			_, err = topics.Open("-", topics.Options{}, bytes.NewReader(packed))
		})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", what, err)
		}
		if most := uint64(96 << 20); held > most { // the race detector doubles it
			t.Errorf("%s: %d MiB for a file of %d KiB", what, held>>20, len(packed)>>10)
		}
	}
}

func TestALargeWorkbookOfOrdinaryRowsIsRead(t *testing.T) {
	rows := io.MultiReader(strings.NewReader(bombRow), &again{text: `<x:row spans="1:1" ht="15"><x:c t="inlineStr" s="1"><x:is><x:t>` + strings.Repeat("A topic. ", 200) + `</x:t></x:is></x:c></x:row>`, n: 10_000})
	in, err := topics.Open("-", topics.Options{}, bytes.NewReader(bomb(t, rows, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if rep, err := in.Check(); err != nil || rep.BadRows > 0 || rep.Topics == 0 {
		t.Errorf("%+v %v", rep, err)
	}
}
