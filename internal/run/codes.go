package run

import "github.com/nightpress/nightpress/internal/contract"

// problemCodes and repairCodes return codes, never nil, so that JSON has a
// list and no null.
func problemCodes(all []contract.Problem) []string {
	codes := []string{}
	for _, p := range all {
		codes = append(codes, p.Code.String())
	}
	return codes
}

func repairCodes(all []contract.Repair) []string {
	codes := []string{}
	for _, r := range all {
		codes = append(codes, r.Code.String())
	}
	return codes
}
