package topics

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// dayFormats are the forms of a day that mean one day alone. Names of months
// and weekdays are English; plainDay replaces others.
var dayFormats = []string{
	"2006-1-2", "2006/1/2", "2006.1.2", "20060102", "2.1.2006", "2.1.06",
	"January 2, 2006", "Jan 2, 2006", "January 2 2006", "Jan 2 2006", "2 January 2006", "2 Jan 2006", "2. January 2006", "2. Jan 2006",
	"2-Jan-2006", "2-Jan-06", "2 January, 2006", "2 Jan, 2006", "2/Jan/2006",
}

// timeFormats are the forms of a time of day; a fraction of a second may
// follow the seconds.
var timeFormats = []string{"15:04:05", "15:04", "3:04:05 PM", "3:04:05PM", "3:04 PM", "3:04PM"}

// zoneFormats are the forms of a time zone after a time of day.
var zoneFormats = []string{"", "Z07:00", " Z07:00", "-0700", " -0700", "Z07"}

var (
	// clock divides a day from its time of day.
	clock = regexp.MustCompile(`^(.+?)(?:\s*T\s*|\s*,\s*|\s+(?:at\s+)?)(\d{1,2}:\d{2}.*)$`)
	// weekday begins many dates and says nothing new.
	weekday = regexp.MustCompile(`(?i)^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+`)
	// gmt are names of the zone that a date has without one.
	gmt = regexp.MustCompile(`\s*\(?(?:UTC|GMT)\)?$`)
	// ordinal is the end of "4th".
	ordinal = regexp.MustCompile(`(\d)(?:st|nd|rd|th)\b`)
	// swappable is a day that can be read with the day or the month first.
	swappable = regexp.MustCompile(`^(\d{1,2})([/-])(\d{1,2})([/-])(\d{4}|\d{2})$`)
	// serial is a day as spreadsheets count it, from 1954 to 2119.
	serial = regexp.MustCompile(`^[2-7]\d{4}(?:\.\d+)?$`)
)

// order is how the days of a column with figures and slashes are written.
type order int

const (
	eitherOrder order = iota // nothing says so, yet
	dayFirst
	monthFirst
)

// parseDate reads a date and returns it as YAML has it: "2006-01-02" without a
// time of day, else RFC 3339, in UTC where it names no zone. ok is false for
// what is no date. shows is the order of day and month that the value itself
// shows, and open reports whether it could be read with the other one too; then
// it was read in the given order.
func parseDate(value string, given order) (date string, shows order, open, ok bool) {
	value = strings.TrimSpace(value)
	if serial.MatchString(value) {
		return fromSerial(value)
	}
	day, hours := value, ""
	if m := clock.FindStringSubmatch(value); m != nil {
		day, hours = m[1], m[2]
	}
	day = plainDay(ordinal.ReplaceAllString(weekday.ReplaceAllString(day, ""), "$1"))
	t, shows, open, ok := parseDay(strings.TrimSpace(day), given)
	if !ok {
		return "", eitherOrder, false, false
	}
	if hours == "" {
		return t.Format(time.DateOnly), shows, open, true
	}
	at, ok := parseClock(hours)
	if !ok {
		return "", eitherOrder, false, false
	}
	whole := time.Date(t.Year(), t.Month(), t.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), at.Location())
	return whole.Format(time.RFC3339Nano), shows, open, true
}

func parseDay(day string, given order) (t time.Time, shows order, open, ok bool) {
	if m := swappable.FindStringSubmatch(day); m != nil && m[2] == m[4] {
		return parseSwappable(m[1], m[3], m[5], given)
	}
	for _, f := range dayFormats {
		if t, err := time.Parse(f, day); err == nil {
			return t, eitherOrder, false, true
		}
	}
	return time.Time{}, eitherOrder, false, false
}

// parseSwappable reads two numbers of which one is the day and one the month.
func parseSwappable(one, two, year string, given order) (t time.Time, shows order, open, ok bool) {
	full := "2006"
	if len(year) == 2 {
		full = "06"
	}
	asDay, dayErr := time.Parse("2/1/"+full, one+"/"+two+"/"+year)
	asMonth, monthErr := time.Parse("1/2/"+full, one+"/"+two+"/"+year)
	switch {
	case dayErr != nil && monthErr != nil:
		return time.Time{}, eitherOrder, false, false
	case monthErr != nil:
		return asDay, dayFirst, false, true
	case dayErr != nil:
		return asMonth, monthFirst, false, true
	case given == monthFirst:
		return asMonth, eitherOrder, !asDay.Equal(asMonth), true
	}
	return asDay, eitherOrder, !asDay.Equal(asMonth), true
}

func parseClock(hours string) (time.Time, bool) {
	hours = strings.ToUpper(gmt.ReplaceAllString(strings.TrimSpace(hours), ""))
	for _, f := range timeFormats {
		for _, z := range zoneFormats {
			if t, err := time.Parse(f+z, hours); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

// fromSerial reads the number of a day in a spreadsheet.
func fromSerial(value string) (date string, shows order, open, ok bool) {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return "", eitherOrder, false, false
	}
	t, err := excelize.ExcelDateToTime(n, false)
	if err != nil {
		return "", eitherOrder, false, false
	}
	if !strings.Contains(value, ".") {
		return t.Format(time.DateOnly), eitherOrder, false, true
	}
	return t.Round(time.Second).Format(time.RFC3339), eitherOrder, false, true
}
