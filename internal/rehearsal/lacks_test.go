package rehearsal

import (
	"slices"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
)

func TestWhatPreparedTextCannotMeetIsSaid(t *testing.T) {
	for _, c := range []struct {
		language string
		require  []contract.Rule
		want     []string
	}{
		{"", []contract.Rule{{Text: "bees"}}, nil},
		{"British English", nil, nil},
		{"German", nil, []string{"the model writes English, and the contract wants German: its posts will be rejected for that"}},
		{"en", []contract.Rule{{Text: "{{.keyword}}"}}, []string{"the contract requires {{.keyword}} from a column, which prepared text does not hold: its posts will be rejected for that"}},
	} {
		if got := Lacks(c.language, &contract.Contract{Body: contract.Body{Require: c.require}}); !slices.Equal(got, c.want) {
			t.Errorf("%q %v: %q", c.language, c.require, got)
		}
	}
}
