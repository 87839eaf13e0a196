package served

import "github.com/nightpress/nightpress/internal/printer"

// Address is where a report is served. Its JSON names are promised.
type Address struct {
	Event string `json:"event"`
	URL   string `json:"url"`
}

// Text writes the address on a line.
func (a Address) Text(p *printer.Page) { p.Linef("%s", a.URL) }
