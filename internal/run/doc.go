// Package run is the use case of writing posts: Prepare finds out everything that
// could end a run early, Count gives each job its disposition, Preview says what
// a run would do, and Run lets the engine ask for what is to be made and says how
// it ended.
//
// It prints through a printer and reads neither arguments nor environment.
package run
