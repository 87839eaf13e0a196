package reply

import (
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

// citations matches the marks that models set for sources which a chat program
// would show: gpt-oss's and the Assistants API's (soliplex/soliplex#694),
// ChatGPT's, in private characters or without them, and DeepSeek's.
var citations = lazy(` ?(?:【[0-9]+[^【】]{0,80}】|【[0-9a-f]{8}-[0-9a-f:-]{20,80}】|:contentReference\[oaicite:[0-9]+\](?:\{index=[0-9]+\})?|\[?oaicite:[0-9]+\]?(?:\{index=[0-9]+\})?|\x{e200}cite[^\x{e201}\n]{0,80}\x{e201}|\[citation:[0-9]+\]|\[\^[0-9]+\^\])+`)

// uncited is a line without such marks, which lead nowhere in a post.
func (r *Reader) uncited(s string) string {
	if !strings.Contains(s, "【") && !strings.Contains(s, "\ue200") && !strings.Contains(s, "oaicite:") && !strings.Contains(s, "[citation:") && !strings.Contains(s, "^]") || r.code() {
		return s
	}
	all := citations().FindAllStringIndex(s, -1)
	if all == nil || all[0][0] == 0 {
		return s // a line in such brackets is a heading, or a label
	}
	out := without(s, all)
	if out != s {
		r.repair(contract.RepairCitationMarks, r.raw)
	}
	return out
}
