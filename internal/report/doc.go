// Package report compares the models of one or several output folders, from
// their ledgers and files alone: as HTML pages that need no network, as JSON
// lines, as CSV.
//
// The steps, each in its own file:
//
//  1. source.go reads the ledgers side by side, one topic at a time.
//  2. facts.go says what became of a job, post.go what its file holds.
//  3. model.go adds both up for each model, in bounded memory; alike.go finds
//     posts that nearly repeat another.
//  4. figure.go makes figures of the sums, each with its n and its interval,
//     and says which differences noise explains.
//  5. preference.go counts what raters preferred.
//  6. lines.go, table.go and html.go write them out.
//
// What each figure means is written down in docs/report.md. Text of models and
// topics is hostile: it reaches a page only through html/template and package
// page, below a Content-Security-Policy that allows nothing but the page's own
// script and style.
package report
