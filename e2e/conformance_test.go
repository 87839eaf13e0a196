package e2e

import (
	"testing"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/llm/llmtest"
)

func TestTheRealServerIsABackend(t *testing.T) {
	llmtest.Run(t, func(t *testing.T) *llmtest.Backend {
		return &llmtest.Backend{
			Generator: client(t), Model: llm.Model{Name: "rehearsal-steady", NumCtx: 8192, NumPredict: 4096},
			Prompt: "Write about the sea.", HeedsSettings: true,
		}
	})
}
