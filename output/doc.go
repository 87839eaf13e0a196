// Package output is the only access to a posts folder. Posts is an open folder
// with its ledger. A Sink saves results in it. It writes the file first
// (temporary name, fsync, rename, fsync of the folder) and then the ledger's row.
// A result counts once that row is committed. Hand-edited posts are replaced
// only on request.
//
//	posts/<label>/<slug>.md                        the posts
//	posts/.nightpress/ledger.db                    the ledger
//	posts/.nightpress/lock                         locked by the only writer
//	posts/.nightpress/tmp/                         files being written
//	posts/.nightpress/rejected/<label>/<slug>/     raw replies and problems
//	posts/.nightpress/replaced/<label>/            posts that a newer job replaced
//
// Paths are resolved inside the folder (os.Root), and only regular files are
// opened. No label, slug, or symbolic link can lead out of the folder.
package output
