package fleet

// names are those of a fleet's streams and subjects. All begin with its prefix.
type names struct{ prefix string }

func (n names) jobs() string    { return n.prefix + "-jobs" }
func (n names) results() string { return n.prefix + "-results" }
func (n names) blobs() string   { return n.prefix + "-blobs" }

// job is the subject of a job in the queue of a model.
func (n names) job(queue, id string) string { return n.prefix + ".jobs." + queue + "." + id }

// result is the subject of what a worker sends about a job.
func (n names) result(id string) string { return n.prefix + ".results." + id }

func (n names) hello() string   { return n.prefix + ".hello" }
func (n names) beat() string    { return n.prefix + ".beat" }
func (n names) claim() string   { return n.prefix + ".claim" }
func (n names) control() string { return n.prefix + ".control" }
func (n names) news() string    { return n.prefix + ".news" }
