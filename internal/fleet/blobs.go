package fleet

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// blobs are texts by their hashes: prompts, and what is too large for a message.
type blobs struct{ store jetstream.ObjectStore }

// put stores a text that may be there already, and returns its hash.
func (b blobs) put(ctx context.Context, data []byte) (string, error) {
	sum := hash(data)
	if info, err := b.store.GetInfo(ctx, sum); err == nil && info.Size == uint64(len(data)) {
		return sum, nil
	}
	_, err := b.store.PutBytes(ctx, sum, data)
	return sum, err
}

// get returns the text with a hash.
func (b blobs) get(ctx context.Context, sum string) ([]byte, error) {
	info, err := b.store.GetInfo(ctx, sum)
	if err != nil {
		return nil, err
	}
	if info.Size > maxBody {
		return nil, fmt.Errorf("blob of %d bytes; at most %d are allowed", info.Size, maxBody)
	}
	data, err := b.store.GetBytes(ctx, sum)
	if err != nil {
		return nil, err
	}
	if hash(data) != sum {
		return nil, errors.New("the text in the bucket is not the one with this hash")
	}
	return data, nil
}

// forget deletes a text. One that stays costs disk space until the run is over.
func (b blobs) forget(ctx context.Context, sum string) {
	if sum != "" {
		_ = b.store.Delete(ctx, sum)
	}
}

// seal encodes a message. A body that is too large for one goes to the bucket.
func (b blobs) seal(ctx context.Context, kind string, body any, most int) (data []byte, blob string, err error) {
	data, err = encode(kind, body)
	if err != nil || len(data) <= most {
		return data, "", err
	}
	if len(data) > maxBody {
		return nil, "", fmt.Errorf("message of %d bytes; at most %d are allowed", len(data), maxBody)
	}
	if blob, err = b.put(ctx, data); err != nil {
		return nil, "", err
	}
	data, err = refer(kind, blob)
	return data, blob, err
}

// unseal decodes a message. A body that is in the bucket is fetched.
func (b blobs) unseal(ctx context.Context, data []byte, body any) (kind, blob string, err error) {
	e, err := open(data)
	if err != nil {
		return "", "", err
	}
	if e.Blob == "" {
		return e.Kind, "", decode(data, body)
	}
	blob = e.Blob
	whole, err := b.get(ctx, blob)
	if err != nil {
		return "", blob, err
	}
	if e, err = open(whole); err != nil {
		return "", blob, err
	}
	return e.Kind, blob, decode(whole, body)
}

// inline is how large a message may be where a server accepts most bytes.
func inline(most int64) int { return int(min(most, 1<<20) * 3 / 4) }
