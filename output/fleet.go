package output

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The paths of a fleet's files below the folder.
const (
	fleetStore  = inner + "/fleet"
	fleetFile   = inner + "/fleet.json"
	workersFile = inner + "/workers.json"
)

// Fleet is what a folder knows of its fleet. Tokens are secrets, and the file
// that has them is for its owner alone.
type Fleet struct {
	// ID identifies the folder.
	ID string `json:"id"`
	// Token lets workers in, and Admin the commands of this folder.
	Token string `json:"token"`
	Admin string `json:"admin"`
	// URL is where the NATS server of the newest run is, without a token.
	URL string `json:"url,omitempty"`
}

// FleetStore returns the folder of the embedded NATS server's store, for the
// system. It is made where it is missing.
func (f *Folder) FleetStore() (string, error) {
	if err := f.checkDir(fleetStore); err != nil {
		return "", err
	}
	if err := f.root.MkdirAll(fleetStore, 0o700); err != nil {
		return "", f.Explain(err)
	}
	return filepath.Abs(filepath.Join(f.dir, filepath.FromSlash(fleetStore)))
}

// Fleet returns what the folder knows of its fleet. The first time, it makes the
// tokens.
func (f *Folder) Fleet() (*Fleet, error) {
	known, err := f.readFleet()
	if err != nil || known != nil {
		return known, err
	}
	made := &Fleet{ID: secret(), Token: secret(), Admin: secret()}
	return made, f.SetFleet(made)
}

func secret() string { return strings.ToLower(rand.Text()) }

// SetFleet stores what the folder knows of its fleet.
func (f *Folder) SetFleet(known *Fleet) error {
	text, err := json.MarshalIndent(known, "", "  ")
	if err != nil {
		return err
	}
	return f.Explain(f.replacePrivate(fleetFile, append(text, '\n')))
}

// SetWorkers stores who is in the fleet, for other commands.
func (f *Folder) SetWorkers(text []byte) error { return f.Explain(f.replacePrivate(workersFile, text)) }

// Workers returns what SetWorkers stored; nil if nothing is.
func (f *Folder) Workers() ([]byte, error) { return f.readSmall(workersFile) }

// replacePrivate writes a file for its owner alone, whole or not at all.
func (f *Folder) replacePrivate(name string, data []byte) (err error) {
	temp := temps + "/" + strings.ToLower(rand.Text()) + ".tmp"
	file, err := f.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, bytes.NewReader(data))
	if err = errors.Join(err, file.Close()); err == nil {
		err = f.root.Rename(temp, name)
	}
	if err != nil {
		return errors.Join(err, f.discard(temp))
	}
	return nil
}

// mostFleet bounds the files of a fleet, in bytes.
const mostFleet = 16 << 20

// readFleet is nil where there is no file.
func (f *Folder) readFleet() (*Fleet, error) {
	text, err := f.readSmall(fleetFile)
	if err != nil || text == nil {
		return nil, err
	}
	known := &Fleet{}
	if err := json.Unmarshal(text, known); err != nil || known.ID == "" || known.Token == "" || known.Admin == "" {
		return nil, fmt.Errorf("%s is damaged: delete it, and give the workers the new line to type", filepath.Join(f.dir, filepath.FromSlash(fleetFile)))
	}
	return known, nil
}

func (f *Folder) readSmall(name string) ([]byte, error) {
	file, err := f.open(name)
	if file == nil || err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, mostFleet))
}

// FleetOf returns what a folder knows of its fleet, and who is in it, as its
// newest run wrote it. Both are nil where no run had a fleet.
func FleetOf(dir string) (known *Fleet, workers []byte, err error) {
	f, err := View(dir)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if f.root == nil {
		return nil, nil, &NoLedgerError{dir}
	}
	if known, err = f.readFleet(); err != nil || known == nil {
		if errors.Is(err, fs.ErrPermission) {
			err = nil // the tokens are for the owner alone
		}
		return nil, nil, err
	}
	workers, err = f.readSmall(workersFile)
	return known, workers, err
}
