package reply

// Until returns how many bytes of the reply count, once the reader stopped.
func (r *Reader) Until() int { return r.until }
