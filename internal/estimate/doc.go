// Package estimate estimates how long the remaining jobs take.
package estimate
