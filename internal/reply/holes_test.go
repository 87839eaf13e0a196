package reply_test

import (
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
)

func TestAHoleIsFoundAndALinkIsNone(t *testing.T) {
	for line, want := range map[string]bool{
		"Written by [Your Name].":                             true,
		"See [insert link here] for more.":                    true,
		"[Insert image of a hive]":                            true,
		"[Continued in the next message]":                     true,
		"[To be continued...]":                                true,
		"**[Your Company Name]** sells hives.":                true,
		"Call {your phone number} today.":                     true,
		"Dear {{Your Name}},":                                 true,
		"Contact <insert email>.":                             true,
		"Posted on [Date] by [Author].":                       true,
		"![A hive](https://example.com/hive.jpg)":             true,
		"![A hive](image.jpg)":                                true,
		"![A hive](https://via.placeholder.com/600x400)":      true,
		"![A hive](image-url)":                                true,
		"[Read more](link)":                                   true,
		"[Read more](insert link here)":                       true,
		"[Read more](your-link-here)":                         true,
		"[link](#)":                                           true,
		"[Rest of the post]":                                  true,
		"[Link einfügen]":                                     true,
		"See [the guide](https://bees.org/guide).":            false,
		"See [Continue](https://bees.org/continue).":          false,
		"See [the guide][1] and [another].":                   false,
		"[1]: https://bees.org":                               false,
		"- [ ] buy a smoker":                                  false,
		"- [x] buy a hive":                                    false,
		"Write `[Your Name]` at the top.":                     false,
		"> Dear [Your Name], ...":                             false,
		"The map {name} holds a key, and <name> is a tag.":    false,
		"Ask at [example.com](https://example.com) first.":    false,
		"![A hive](https://bees.org/pictures/hive.jpg)":       false,
		"![A form with [Date] in it](https://bees.org/a.png)": false,
		"[Back to the top](#top)":                             false,
		"It was \"[sic]\" in the letter, and [they] knew.":    false,
		"An array `a[name]` and a footnote[^1].":              false,
	} {
		v := reply.Read(&contract.Contract{}, "Bees are kept in boxes.\n\n"+line+"\n\nAnd so on.", reply.Ended)
		if got := codes(v) == "placeholder"; got != want || !got && codes(v) != "" {
			t.Errorf("%q: %q", line, codes(v))
		}
	}
}
