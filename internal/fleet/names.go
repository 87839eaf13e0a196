package fleet

import "fmt"

// names are those of a fleet's streams and subjects. All begin with its prefix.
type names struct{ prefix string }

func (n names) jobs() string { return n.prefix + "-jobs" }

// results is the stream of a part of the results.
func (n names) results(part int) string { return fmt.Sprint(n.prefix, "-results-", part) }

func (n names) blobs() string { return n.prefix + "-blobs" }

// job is the subject of a job in the queue of a model.
func (n names) job(queue, id string) string { return n.prefix + ".jobs." + queue + "." + id }

// result is the subject of what a worker sends about a job, "*" for any, in a part of
// the results.
func (n names) result(part int, id string) string {
	return fmt.Sprint(n.prefix, ".results.", part, ".", id)
}

// anyResult is the subject of all results.
func (n names) anyResult() string { return n.prefix + ".results.*.*" }

// partOf is the part of the results that a job's are in, of so many.
func partOf(id string, parts int) int {
	if parts < 2 || len(id) < 2 {
		return 0
	}
	return (hexDigit(id[0])<<4 | hexDigit(id[1])) % parts
}

func hexDigit(c byte) int {
	if c >= 'a' {
		return int(c-'a') + 10
	}
	return int(c - '0')
}

func (n names) hello() string   { return n.prefix + ".hello" }
func (n names) beat() string    { return n.prefix + ".beat" }
func (n names) claim() string   { return n.prefix + ".claim" }
func (n names) control() string { return n.prefix + ".control" }
func (n names) news() string    { return n.prefix + ".news" }
