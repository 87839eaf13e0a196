package report

// SetListSize shortens lists until restore is called.
func SetListSize(n int) (restore func()) {
	before := listSize
	listSize = n
	return func() { listSize = before }
}
