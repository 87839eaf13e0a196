// Package page renders a model's Markdown as HTML that is safe in nightpress's own
// pages: nothing in it runs, loads, or affects the rest of the page.
package page
