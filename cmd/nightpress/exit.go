package main

// exitHelp ends every command's help.
const exitHelp = `Exit status: 0 all that was asked for is there; 1 could not run, or a check
failed; 2 usage, configuration or input error; 3 finished, but something asked
for is not there (rejected, set aside, bad rows skipped; validate and accept:
malformed; verify: a difference); 4 stopped by its own limit, the same command
goes on; 130 interrupted, the same command goes on. Any other code means
failure.`
