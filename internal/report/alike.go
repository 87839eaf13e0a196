package report

import "github.com/nightpress/nightpress/internal/sketch"

const (
	// alikeFrom is the lowest share of common phrases (Jaccard index) of two
	// near-duplicates.
	alikeFrom = 0.8
	// alikePosts bounds how many posts of a model are compared. alikeTries
	// bounds how many earlier posts a post is compared with in each band.
	alikePosts = 20_000
	alikeTries = 8
)

// seen finds near-duplicates among posts that are added one by one. The zero
// value is ready for use.
type seen struct {
	posts []seenPost
	bands map[uint64][]int32
}

type seenPost struct {
	slug   string
	sketch *sketch.Sketch
}

// add stores a post and returns the slug of the most similar earlier post, or ""
// if none is a near-duplicate. compared is false if the post was left out.
func (s *seen) add(slug string, sk *sketch.Sketch) (repeats string, compared bool) {
	if sk == nil || len(s.posts) >= alikePosts {
		return "", false
	}
	if s.bands == nil {
		s.bands = map[uint64][]int32{}
	}
	me, best := int32(len(s.posts)), 0.0
	for n := range sketch.Bands {
		key := sk.Band(n)
		for _, other := range s.bands[key] {
			if p := s.posts[other]; sk.Like(p.sketch) > best {
				best, repeats = sk.Like(p.sketch), p.slug
			}
		}
		if len(s.bands[key]) < alikeTries {
			s.bands[key] = append(s.bands[key], me)
		}
	}
	s.posts = append(s.posts, seenPost{slug, sk})
	if best < alikeFrom {
		repeats = ""
	}
	return repeats, true
}
