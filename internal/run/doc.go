// Package run is the use case of writing posts. Topics is a whole run, and Preview
// says what one would do. Both go through the same steps: Prepare finds out
// everything that could end a run early, Count gives each job its disposition,
// and Run lets the engine ask for what is to be made and says how it ended.
//
// It prints through a printer and reads neither arguments nor environment.
package run
