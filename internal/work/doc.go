// Package work is the use case of "nightpress work": it connects to this machine's
// servers and makes posts for a coordinator until that run is over. It writes no file.
package work
