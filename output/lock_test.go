package output_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/output"
)

func TestASecondWriterIsToldWhoHoldsTheFolder(t *testing.T) {
	dir := t.TempDir()
	first, err := output.Open(dir, "nightpress run topics.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, err = output.Open(dir, "nightpress run other.csv")
	var held *output.HeldError
	if !errors.As(err, &held) || held.Writer.PID != os.Getpid() || held.Writer.Command != "nightpress run topics.csv" ||
		held.Writer.Host == "" || held.Writer.Since.IsZero() || held.Hint() == "" {
		t.Fatalf("%v: %+v", err, held)
	}
	if w, err := output.Holder(dir); err != nil || w == nil || w.Command != "nightpress run topics.csv" {
		t.Errorf("holder %+v, %v", w, err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if w, err := output.Holder(dir); err != nil || w != nil {
		t.Errorf("holder of a free folder: %+v, %v", w, err)
	}
	second, err := output.Open(dir, "nightpress run other.csv")
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

// TestMain is also the process that takes a folder and is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("NIGHTPRESS_TEST_HOLD"); dir != "" {
		held, err := output.Open(dir, "the one that is killed")
		if err != nil {
			println(err.Error())
			os.Exit(1)
		}
		println("held")
		_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed
		_ = held.Close()
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func TestTheLockOfAKilledProcessIsTakenOver(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "NIGHTPRESS_TEST_HOLD="+dir)
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.StdinPipe(); err != nil { // stays open
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 64)
	n, _ := said.Read(line)
	if strings.TrimSpace(string(line[:n])) != "held" {
		t.Fatalf("the other process says %q", line[:n])
	}
	if _, err := output.Open(dir, "second"); !errors.As(err, new(*output.HeldError)) {
		t.Errorf("while it lives: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if signed, err := os.ReadFile(filepath.Join(dir, ".nightpress", "lock")); err != nil || !strings.Contains(string(signed), "the one that is killed") {
		t.Errorf("the dead one's name: %q, %v", signed, err)
	}
	f, err := output.Open(dir, "second")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestAViewWritesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "posts")
	f, err := output.View(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, there, err := f.Stat("small", "cats"); there || err != nil {
		t.Errorf("a post in no folder: %v", err)
	}
	if own, err := f.Own("small", "cats"); own != nil || err != nil {
		t.Errorf("a post in no folder: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}
