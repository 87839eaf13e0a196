//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakMB is the memory that a process held at its peak, in megabytes.
func peakMB(s *os.ProcessState) float64 {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	// Linux counts in kilobytes, macOS in bytes.
	if runtime.GOOS == "darwin" {
		return float64(usage.Maxrss) / 1e6
	}
	return float64(usage.Maxrss) / 1e3
}
