package reply

// chatty reports whether a line is about the reply rather than its title.
func chatty(s string) bool { return false }
