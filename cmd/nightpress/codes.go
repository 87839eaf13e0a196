package main

import "github.com/nightpress/nightpress/internal/reply"

// problemCodes and repairCodes return codes, never nil, so that JSON has a
// list and no null.
func problemCodes(all []reply.Problem) []string {
	codes := []string{}
	for _, p := range all {
		codes = append(codes, p.Code)
	}
	return codes
}

func repairCodes(all []reply.Repair) []string {
	codes := []string{}
	for _, r := range all {
		codes = append(codes, r.Code)
	}
	return codes
}
