// Package output writes posts. Posts is an open folder with the ledger behind
// it. A Sink saves a result there: first the file (temporary name, fsync,
// rename, fsync of the folder), then the ledger's row, whose commit is the
// truth. A post that a person edited is replaced only on request.
//
//	posts/<label>/<slug>.md                        the posts
//	posts/.nightpress/ledger.db                    the ledger
//	posts/.nightpress/lock                         the one writer holds it locked
//	posts/.nightpress/tmp/                         files that are being written
//	posts/.nightpress/rejected/<label>/<slug>/     raw replies and problems
//	posts/.nightpress/replaced/<label>/            posts that a newer job replaced
//
// Every path is resolved inside the folder (os.Root), and only regular files are
// opened, so that no label, slug, or symbolic link leads out of it.
package output
