// Package estimate says how long the jobs that are left will take.
package estimate
