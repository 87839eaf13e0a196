package runlog

import (
	"os"
	"strings"
	"testing"
)

func TestALogThatCannotBeWrittenIsReportedOnceAndCostsNoPost(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	if err := Check("/dev/full", "topics.csv"); err != nil {
		t.Fatal(err)
	}
	var faults []string
	log, done, err := Open("/dev/full", func(err error) { faults = append(faults, err.Error()) })
	if err != nil {
		t.Fatal(err)
	}
	log.Info("one")
	log.Info("two")
	done()
	if len(faults) != 1 || !strings.HasPrefix(faults[0], "log file: ") || !strings.Contains(faults[0], "no space left") {
		t.Errorf("faults: %q", faults)
	}
}
