package topics

import (
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// totalWords are how spreadsheets name a row that sums up those above it.
var totalWords = strings.Split("total,totals,grand total,sum,sub total,subtotal,summe,gesamt,gesamtsumme,gesamtergebnis,insgesamt,somme,total général,suma,suma total,total general,"+
	"soma,total geral,somma,totale,totale complessivo,totaal,eindtotaal,toplam,genel toplam,razem,suma końcowa,celkem,součet,összesen,végösszeg,totalt,i alt,yhteensä,"+
	"итого,итог,всего,общий итог,разом,всього,σύνολο,合計,総計,总计,合计,總計,합계,총계,المجموع,الإجمالي,סה\"כ,סך הכל,कुल,tổng,tổng cộng,รวม,jumlah", ",")

func isTotal(cell string) bool {
	return slices.Contains(totalWords, strings.ToLower(strings.TrimSpace(strings.TrimRight(strings.TrimSpace(cell), ":："))))
}

// tail is how much of a file's end is looked at for a last row with a total.
const tail = 16 << 10

// findTotal finds a last row that holds the sums of the rows above it. Only the
// sum makes it certain: "total" can be a topic too.
func (in *Input) findTotal() error {
	if in.total = 0; in.form != formCells || in.list || len(in.columns) < 2 {
		return nil
	}
	size, err := in.spool.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	end := make([]byte, min(size, tail))
	if _, err := in.spool.ReadAt(end, size-int64(len(end))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	lines := strings.FieldsFunc(string(end), func(r rune) bool { return r == '\n' || r == '\r' })
	for len(lines) > 0 && strings.Trim(lines[len(lines)-1], " \t\",;|"+string(rune(in.delim))) == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) == 0 || !slices.ContainsFunc(strings.Split(lines[len(lines)-1], string(rune(in.delim))), func(c string) bool { return isTotal(unquote(c)) }) {
		return nil
	}
	return in.sumUp()
}

// sumUp reads all rows and compares the last with the sums of the others.
func (in *Input) sumUp() error {
	last, sums, err := in.sums()
	if err != nil {
		return err
	}
	if last.fault != "" || last.value(in.topic) != "" && !isTotal(last.value(in.topic)) {
		return nil
	}
	word, agrees := false, false
	for i := range last.cells {
		cell := last.value(i)
		n, isFigure := figure(cell)
		switch {
		case cell == "":
		case isTotal(cell) && !word:
			word = true
		case !isFigure || i >= len(sums):
			return nil
		case sums[i].n >= 2 && n != 0 && math.Abs(n-sums[i].sum) < 0.01+1e-9*math.Abs(n):
			agrees = true
		}
	}
	if word && agrees {
		in.total = last.line
		in.assume("left out line %d, which holds the sums of the rows above it", last.line)
	}
	return nil
}

// columnSum is what the figures of a column add up to, and how many they are.
type columnSum struct {
	sum float64
	n   int
}

// sums returns the last row, and for each column the sum of the rows above it.
func (in *Input) sums() (last record, sums []columnSum, err error) {
	src, err := in.source()
	if err != nil {
		return last, nil, err
	}
	sums = make([]columnSum, len(in.columns))
	for {
		rec, err := src.next()
		switch {
		case errors.Is(err, io.EOF):
			return last, sums, nil
		case err != nil:
			return last, nil, err
		case rec.blank() && rec.fault == "":
			continue
		}
		for i := range min(len(last.cells), len(sums)) {
			if n, ok := figure(last.cells[i]); ok {
				sums[i].sum, sums[i].n = sums[i].sum+n, sums[i].n+1
			}
		}
		last = rec
	}
}

// figure reads a number as spreadsheets write it: "1,234.5", "1.234,5", "1 234",
// "$12".
func figure(cell string) (float64, bool) {
	s := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("'’$€£¥", r) {
			return -1
		}
		return r
	}, cell)
	dot, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
	mark, at := ".", dot
	if comma > dot {
		mark, at = ",", comma
	}
	// A lone mark before three digits groups thousands.
	if at >= 0 && (strings.Count(s, mark) > 1 || len(s)-at == 4 && min(dot, comma) < 0) {
		at = -1
	}
	whole, part := s, ""
	if at >= 0 {
		whole, part = s[:at], "."+s[at+1:]
	}
	n, err := strconv.ParseFloat(strings.NewReplacer(".", "", ",", "").Replace(whole)+part, 64)
	return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
}

// isSum reports whether a row has no topic, and says "total" before figures
// alone, as the first row of YouTube's exports does.
func (in *Input) isSum(rec record) bool {
	if in.form != formCells || rec.fault != "" || len(in.columns) < 2 || rec.value(in.topic) != "" {
		return false
	}
	word := false
	for i := range rec.cells {
		cell := rec.value(i)
		_, isFigure := figure(strings.TrimSuffix(cell, "%"))
		switch {
		case cell == "":
		case !word && isTotal(cell):
			word = true
		case !word || !isFigure && !isDatum(cell):
			return false
		}
	}
	return word
}
