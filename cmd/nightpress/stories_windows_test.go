package main

import "os"

// signals are those that a script can send.
var signals = map[string]os.Signal{"KILL": os.Kill}
