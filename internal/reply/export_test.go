package reply

// Until returns how many bytes of the reply count, once the reader stopped.
func (r *Reader) Until() int { return r.until }

// Steps returns how many bytes and symbols were looked at more than once.
func (r *Reader) Steps() int { return r.work + r.loop.Steps() }
