package ollama

import "context"

// Loaded names the models that the server has in memory.
func (c *Client) Loaded(ctx context.Context) ([]string, error) {
	resp, err := c.api.ListRunning(c.lookup(ctx, "list the models in memory"))
	if err != nil {
		return nil, c.looking(ctx, "", err)
	}
	var names []string
	for _, m := range resp.Models {
		names = append(names, m.Name)
	}
	return names, nil
}
