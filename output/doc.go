// Package output writes posts. A Folder is the place, a Sink puts a result
// there: the file first (temporary name, fsync, rename, fsync of the folder),
// then the ledger's row, whose commit is the truth. A post that a person
// edited is never written over unasked.
//
//	posts/<label>/<slug>.md                        the posts
//	posts/.nightpress/ledger.db                    the ledger
//	posts/.nightpress/rejected/<label>/<slug>/     raw replies and problems
//	posts/.nightpress/replaced/<label>/            posts that a newer job replaced
//
// Every path is resolved inside the folder (os.Root), so that no label, slug or
// symbolic link leads out of it.
package output
