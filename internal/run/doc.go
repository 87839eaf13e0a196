// Package run is the use case of writing posts. Topics is a whole run, and Preview
// shows what a run would do. The steps are the same: Prepare checks everything that
// could end a run early, Count gives each job its disposition, and Run has the engine
// make the posts and returns how the run ended.
//
// It prints through a printer and reads neither arguments nor environment.
package run
