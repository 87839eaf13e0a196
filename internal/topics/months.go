package topics

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// monthNames are the months from January on, in the languages that spreadsheets
// write them in; each has its names and abbreviations, without accents. A form
// that means different months in two languages is in none.
var monthNames = [12]string{
	"januar jan january janvier janv enero ene gennaio gen januari janeiro ocak oca stycznia styczen sty ledna leden januara ianuarie ian januar tammikuuta tammikuu janvare sausio января январь янв",
	"februar feb february fevrier fevr fev febrero febbraio februari fevereiro subat sub luty lutego lut unora unor februarie helmikuuta helmikuu февраля февраль фев",
	"marz maerz mar march mrz mars marzo maart mrt marco mart marca marzec brezna brezen martie marts maaliskuuta maaliskuu марта март мар",
	"april apr avril avr abril abr aprile aprila nisan nis kwietnia kwiecien kwi dubna duben aprilie huhtikuuta huhtikuu апреля апрель апр",
	"mai may mayo maggio mag mei maio mayis maja maj kvetna kveten toukokuuta toukokuu мая май",
	"juni jun june juin junio giugno giu junho haziran haz czerwca czerwiec cze cervna cerven iunie kesakuuta kesakuu июня июнь июн",
	"juli jul july juillet juil julio luglio lug julho temmuz tem lipca lipiec lip cervence cervenec iulie heinakuuta heinakuu июля июль июл",
	"august aug aout agosto ago augustus agustos sierpnia sierpien sie srpna srpen elokuuta elokuu августа август авг",
	"september sep sept septembre septiembre set settembre setembro eylul eyl wrzesnia wrzesien wrz zari septembrie syyskuuta syyskuu сентября сентябрь сен сент",
	"oktober okt october oct octobre octubre ottobre ott outubro out ekim eki pazdziernika pazdziernik paz rijna rijen octombrie lokakuuta lokakuu октября октябрь окт",
	"november nov novembre noviembre novembro kasim kas listopada noiembrie marraskuuta marraskuu ноября ноябрь ноя нояб",
	"dezember dez december dec decembre diciembre dic dicembre dezembro aralik ara grudnia grudzien gru prosince prosinec decembrie joulukuuta joulukuu декабря декабрь дек",
}

// months gives the number of a month, from 1, by its folded name.
var months = func() map[string]int {
	all := map[string]int{}
	for i, names := range monthNames {
		for _, name := range strings.Fields(names) {
			all[name] = i + 1
		}
	}
	return all
}()

var (
	// namedDay is a day with the month's name in the middle: "3 mars 2026",
	// "3. März 2026", "3 de marzo de 2026", "3-Mär-26".
	namedDay = regexp.MustCompile(`^(\d{1,2})(?:\.|er|º|°|:e)?[\s./-]*(?:de |of |d['’])?\s*([\pL]+)\.?,?[\s./-]*(?:de |del |do )?\s*(\d{4}|\d{2})\s*(?:г|г\.|года|r\.)?$`)
	// namedMonth is one with the month first: "mars 3, 2026".
	namedMonth = regexp.MustCompile(`^([\pL]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$`)
	// numbered is a day of East Asia: "2026年3月4日", "2026년 3월 4일".
	numbered = regexp.MustCompile(`^(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?$`)
	// localWeekday begins dates in other languages than English.
	localWeekday = regexp.MustCompile(`(?i)^(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|mo|di|mi|do|fr|sa|so|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag|mandag|tirsdag|lørdag|søndag)\.?,?\s+(?:den\s+|el\s+|le\s+)?`)
)

// plainDay writes a day whose month has a name of another language as
// "2006-1-2"; other days it leaves as they are.
func plainDay(day string) string {
	day = localWeekday.ReplaceAllString(strings.TrimSpace(day), "")
	if m := numbered.FindStringSubmatch(day); m != nil {
		return m[1] + "-" + m[2] + "-" + m[3]
	}
	d, name, year := "", "", ""
	if m := namedDay.FindStringSubmatch(day); m != nil {
		d, name, year = m[1], m[2], m[3]
	} else if m := namedMonth.FindStringSubmatch(day); m != nil {
		d, name, year = m[2], m[1], m[3]
	}
	n := months[foldName(name)]
	if n == 0 {
		return day
	}
	if len(year) == 2 {
		year = "20" + year
	}
	return year + "-" + twoDigits(n) + "-" + d
}

func twoDigits(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }

// foldName is a name in lower case without accents.
func foldName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'ı':
			return 'i'
		}
		return r
	}, norm.NFKD.String(strings.ToLower(s)))
}
