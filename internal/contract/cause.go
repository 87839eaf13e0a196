package contract

import "github.com/nightpress/nightpress/internal/word"

// Cause says why a reply is malformed, by how it can be mended. Its values are
// stored and never change.
type Cause struct{ word.Word }

var (
	// CauseNone: the reply is a post.
	CauseNone = Cause{word.New("")}
	// CauseCut: the reply is good but truncated. It can be continued.
	CauseCut = Cause{word.New("cut")}
	// CauseFields: the body is good, but some header fields are not. They can
	// be requested separately (Contract.Only).
	CauseFields = Cause{word.New("fields")}
	// CauseBody: the reply is complete, but its body lacks words or headings.
	// It can be extended.
	CauseBody = Cause{word.New("body")}
	// CauseMalformed: no part is usable. The whole reply is requested again.
	CauseMalformed = Cause{word.New("malformed")}
	// CauseThinking: the model only thought and wrote no post.
	CauseThinking = Cause{word.New("thinking")}
)
