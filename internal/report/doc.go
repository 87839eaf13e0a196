// Package report compares the models of one or several output folders. It reads
// only their ledgers and files, and writes HTML pages that need no network, JSON
// lines, or CSV.
//
// The steps, each in its own file:
//
//  1. source.go reads the ledgers side by side, one topic at a time.
//  2. facts.go derives the outcome of each job, and post.go reads its file.
//  3. model.go adds both up per model, in bounded memory. alike.go finds posts
//     that nearly repeat another one.
//  4. figure.go computes the figures, each with its n and its interval, and
//     decides which differences are within noise.
//  5. preference.go counts what raters preferred.
//  6. lines.go, table.go and html.go write the result.
//
// docs/report.md explains each figure. Text from models and topics is hostile.
// It reaches a page only through html/template and package page, under a
// Content-Security-Policy that allows only the page's own script and style.
package report
