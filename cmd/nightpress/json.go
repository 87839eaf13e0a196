package main

import (
	"bytes"
	"encoding/json"

	"github.com/nightpress/nightpress/internal/printer"
)

// object is a value that is printed as JSON alone.
type object struct{ any }

func (object) Text(*printer.Page) {}

// MarshalJSON encodes what the object holds.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(o.any)
	return b.Bytes(), err
}

// jsonLine writes v as one line to standard output.
func (a *app) jsonLine(v any) error { return a.printer().Print(object{v}) }
