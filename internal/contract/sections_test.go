package contract

import "testing"

func TestAContractSaysHowLongAPostIs(t *testing.T) {
	for want, c := range map[int]*Contract{
		0:    {},
		300:  {Body: Body{MinWords: 300}},
		900:  {Body: Body{MaxWords: 900}},
		600:  {Body: Body{MinWords: 300, MaxWords: 900}},
		4000: {Body: Body{MinWords: 10}, Sections: &Sections{Words: 4000}},
	} {
		if got := c.Words(); got != want {
			t.Errorf("%+v: %d words, want %d", c.Body, got, want)
		}
	}
}
