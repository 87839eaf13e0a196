package ledger

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/nightpress/nightpress/internal/regular"
)

// errChanged reports a snapshot whose database changed after it was taken.
var errChanged = errors.New("the ledger was written to while it was read")

// snapshot shows a database file and the committed pages of its write-ahead log
// as one read-only file without a log. To read a database in WAL mode, SQLite
// needs a writable folder. A snapshot needs none and leaves nothing behind. It is
// valid until the database changes; every read checks this.
//
// The format is that of https://www.sqlite.org/fileformat2.html, section 4.
type snapshot struct {
	path   string
	db     *os.File
	wal    *os.File // nil if there is no log
	size   int64    // in bytes, including the log's pages
	page   int64    // size of a page, in bytes
	logged map[int64]int64
	// dbSize and modified are those of the database file when the snapshot was
	// taken.
	dbSize   int64
	modified time.Time
}

const (
	walHeader   = 32
	frameHeader = 24
	// maxFrames bounds the log's length, because each frame takes memory. A
	// usual log has 1,000 pages.
	maxFrames = 16 << 20
)

// takeSnapshot opens the present state of a database. The caller closes it.
func takeSnapshot(path string) (_ *snapshot, err error) {
	s := &snapshot{path: path, logged: map[int64]int64{}}
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	if s.db, err = regular.Open(path); err != nil {
		return nil, err
	}
	info, err := s.db.Stat()
	if err != nil {
		return nil, err
	}
	s.dbSize, s.modified, s.size = info.Size(), info.ModTime(), info.Size()
	if s.wal, err = regular.Open(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		s.wal, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	// SQLite ignores the log of an empty database.
	if s.wal != nil && s.dbSize > 0 {
		if err := s.readLog(); err != nil {
			return nil, err
		}
	}
	return s, s.unchanged()
}

// readLog finds the newest committed frame of every page. Like SQLite, it stops at
// the first incomplete frame, which a killed writer left.
func (s *snapshot) readLog() error {
	head := make([]byte, walHeader)
	if _, err := s.wal.ReadAt(head, 0); errors.Is(err, io.EOF) {
		return nil // shorter than a header: nothing was committed
	} else if err != nil {
		return err
	}
	be := binary.BigEndian
	magic := be.Uint32(head)
	if magic&^1 != 0x377f0682 || be.Uint32(head[4:]) != 3007000 {
		return nil
	}
	sums := checksum{order: binary.LittleEndian}
	if magic&1 == 1 {
		sums.order = binary.BigEndian
	}
	sums.add(head[:24])
	s.page = int64(be.Uint32(head[8:]))
	if !sums.matches(head[24:]) || s.page < 512 || s.page > 65536 || s.page&(s.page-1) != 0 {
		return nil
	}
	frame := make([]byte, frameHeader+s.page)
	pending := map[int64]int64{}
	for n := int64(0); n < maxFrames; n++ {
		at := walHeader + n*int64(len(frame))
		if _, err := s.wal.ReadAt(frame, at); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		sums.add(frame[:8])
		sums.add(frame[frameHeader:])
		if string(frame[8:16]) != string(head[16:24]) || !sums.matches(frame[16:24]) {
			return nil
		}
		pending[int64(be.Uint32(frame))-1] = at + frameHeader
		if pages := be.Uint32(frame[4:]); pages > 0 {
			for page, at := range pending {
				s.logged[page] = at
			}
			clear(pending)
			s.size = int64(pages) * s.page
		}
	}
	return errors.New("the write-ahead log is too long")
}

// unchanged returns errChanged once the database file has changed.
func (s *snapshot) unchanged() error {
	info, err := s.db.Stat()
	if err != nil {
		return err
	}
	if info.Size() != s.dbSize || !info.ModTime().Equal(s.modified) {
		return errChanged
	}
	return nil
}

// ReadAt implements io.ReaderAt. SQLite reads at most one page at a time, or a
// part of the first one.
func (s *snapshot) ReadAt(p []byte, off int64) (n int, err error) {
	if off >= s.size {
		return 0, io.EOF
	}
	if n, err = s.readPages(p[:min(int64(len(p)), s.size-off)], off); err != nil {
		return n, err
	}
	// Bytes 18 and 19 say that the file has a log. The snapshot has none.
	for i := max(18, off); i < min(20, off+int64(n)); i++ {
		if p[i-off] == 2 {
			p[i-off] = 1
		}
	}
	if err := s.unchanged(); err != nil {
		return 0, err
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (s *snapshot) readPages(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		from, at, most := io.ReaderAt(s.db), off, int64(len(p)-n)
		if len(s.logged) > 0 {
			most = min(most, s.page-off%s.page)
			if logged, ok := s.logged[off/s.page]; ok {
				from, at = s.wal, logged+off%s.page
			}
		}
		got, err := from.ReadAt(p[n:n+int(most)], at)
		n, off = n+got, off+int64(got)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// Close closes the files.
func (s *snapshot) Close() error {
	var errs []error
	for _, f := range []*os.File{s.db, s.wal} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// checksum is the running checksum of a write-ahead log.
type checksum struct {
	order binary.ByteOrder
	a, b  uint32
}

func (c *checksum) add(p []byte) {
	for i := 0; i+8 <= len(p); i += 8 {
		c.a += c.order.Uint32(p[i:]) + c.b
		c.b += c.order.Uint32(p[i+4:]) + c.a
	}
}

// matches reports whether a stored checksum, always big-endian, is this one.
func (c *checksum) matches(stored []byte) bool {
	return binary.BigEndian.Uint32(stored) == c.a && binary.BigEndian.Uint32(stored[4:]) == c.b
}

// snapshotFS is a file system with a snapshot as its only file, for SQLite.
type snapshotFS struct{ *snapshot }

// snapshotName is the file's name in it.
const snapshotName = "ledger.db"

// Open implements fs.FS. Each open file has a position of its own, so that
// several connections read at once.
func (s snapshotFS) Open(name string) (fs.File, error) {
	if name != snapshotName {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &snapshotFile{SectionReader: io.NewSectionReader(s.snapshot, 0, s.size), of: s.snapshot}, nil
}

type snapshotFile struct {
	*io.SectionReader
	of *snapshot
}

// Stat implements fs.File.
func (f *snapshotFile) Stat() (fs.FileInfo, error) { return snapshotInfo{f.of}, nil }

// Close leaves the snapshot open: other connections use it.
func (f *snapshotFile) Close() error { return nil }

type snapshotInfo struct{ of *snapshot }

func (snapshotInfo) Name() string         { return snapshotName }
func (i snapshotInfo) Size() int64        { return i.of.size }
func (snapshotInfo) Mode() fs.FileMode    { return 0o444 }
func (i snapshotInfo) ModTime() time.Time { return i.of.modified }
func (snapshotInfo) IsDir() bool          { return false }
func (snapshotInfo) Sys() any             { return nil }
