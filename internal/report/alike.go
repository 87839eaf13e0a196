package report

import (
	"hash/fnv"
	"math"
	"strings"
	"unicode"
)

const (
	// shingleWords is the number of consecutive words in a shingle.
	shingleWords = 5
	// alikeFrom is the lowest share of common shingles (Jaccard index) of two
	// near-duplicates.
	alikeFrom = 0.8
	// 126 hashes in 21 bands of 6: two posts with an index of 0.8 share a band
	// with a probability of 99.8%, two posts with 0.5 with 28%. The standard
	// error of the estimate at 0.8 is 0.036.
	sketchSize = 126
	bandRows   = 6
	// alikePosts bounds how many posts of a model are compared. alikeTries
	// bounds how many earlier posts a post is compared with in each band.
	alikePosts = 20_000
	alikeTries = 8
)

// sketch is a MinHash (Broder 1997) of a text's shingles. It holds 16 bits of
// each hash.
type sketch [sketchSize]uint16

// keys turn one hash function into 126.
var keys = func() (m [sketchSize]uint64) {
	x := uint64(1)
	for i := range m {
		x = mix(x)
		m[i] = x
	}
	return m
}()

// mix is the finalizer of SplitMix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// newSketch returns the sketch of a text, nil if the text has no word. It
// ignores letter case and punctuation.
func newSketch(text string) *sketch {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	if len(words) == 0 {
		return nil
	}
	var lowest [sketchSize]uint64
	for i := range lowest {
		lowest[i] = math.MaxUint64
	}
	for i := 0; i == 0 || i+shingleWords <= len(words); i++ {
		h := fnv.New64a()
		for _, w := range words[i:min(i+shingleWords, len(words))] {
			_, _ = h.Write([]byte(w))
			_, _ = h.Write([]byte{0})
		}
		x := mix(h.Sum64())
		for j, m := range keys {
			// A plain product would bias the estimate upwards.
			lowest[j] = min(lowest[j], mix(x^m))
		}
	}
	var s sketch
	for i, v := range lowest {
		s[i] = uint16(v)
	}
	return &s
}

// like estimates the Jaccard index of two texts.
func (s *sketch) like(other *sketch) float64 {
	same := 0
	for i := range s {
		if s[i] == other[i] {
			same++
		}
	}
	return float64(same) / sketchSize
}

// seen finds near-duplicates among posts that are added one by one. The zero
// value is ready for use.
type seen struct {
	posts []seenPost
	bands map[uint64][]int32
}

type seenPost struct {
	slug   string
	sketch *sketch
}

// add stores a post and returns the slug of the most similar earlier post, or ""
// if none is a near-duplicate. compared is false if the post was left out.
func (s *seen) add(slug string, sk *sketch) (repeats string, compared bool) {
	if sk == nil || len(s.posts) >= alikePosts {
		return "", false
	}
	if s.bands == nil {
		s.bands = map[uint64][]int32{}
	}
	me, best := int32(len(s.posts)), 0.0
	for from := 0; from < sketchSize; from += bandRows {
		key := uint64(from)
		for _, v := range sk[from : from+bandRows] {
			key = mix(key ^ uint64(v))
		}
		for _, other := range s.bands[key] {
			if p := s.posts[other]; sk.like(p.sketch) > best {
				best, repeats = sk.like(p.sketch), p.slug
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
