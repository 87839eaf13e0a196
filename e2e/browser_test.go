package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chromium returns the browser of the tests. That there is none is a failure:
// these tests show what nothing else shows.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("NIGHTPRESS_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	t.Fatal("there is no Chromium: apt-get install chromium, or name one in NIGHTPRESS_TEST_CHROMIUM")
	return ""
}

// browser is one tab of a Chromium of its own, which notes whatever a page of
// ours must not do.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu sync.Mutex
	// noise is dialogs, errors, refusals of the policy; asked is what was
	// requested beside the tests' own pages.
	noise, asked []string
	allowed      string
}

// openBrowser starts a browser. Requests for addresses that begin with allowed
// are the test's own.
func openBrowser(t *testing.T, allowed string) *browser {
	t.Helper()
	flags := append([]chromedp.ExecAllocatorOption{chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir())}, chromiumFlags()...)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), flags...)
	t.Cleanup(cancel)
	b := &browser{t: t, allowed: allowed}
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(b.hear))
	t.Cleanup(cancel)
	b.ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	call(b, network.Enable, network.EnableParams{})
	return b
}

func chromiumFlags() (flags []chromedp.ExecAllocatorOption) {
	for _, name := range []string{
		"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "no-default-browser-check",
		"disable-background-networking", "disable-component-update", "disable-sync", "disable-extensions", "hide-scrollbars",
	} {
		flags = append(flags, chromedp.Flag(name, true))
	}
	return flags
}

func (b *browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *page.EventJavascriptDialogOpening:
		b.noise = append(b.noise, "dialog: "+e.Message)
		// A dialog would hold the page up for good.
		go func() {
			_, _ = chromedp.Call(b.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		}()
	case *page.EventWindowOpen:
		b.noise = append(b.noise, "window: "+e.URL)
	case *runtime.EventExceptionThrown:
		b.noise = append(b.noise, fmt.Sprintf("exception: %+v", e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		b.noise = append(b.noise, fmt.Sprintf("console: %s %v", e.Type, e.Args))
	case *log.EventEntryAdded:
		b.noise = append(b.noise, "log: "+e.Entry.Text)
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, b.allowed) && u != "data:," {
			b.asked = append(b.asked, u)
		}
	}
}

// quiet fails the test when a page did anything that it must not do.
func (b *browser) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.noise {
		b.t.Errorf("the page made noise: %s", s)
	}
	for _, s := range b.asked {
		b.t.Errorf("the page asked for %s", s)
	}
	b.noise, b.asked = nil, nil
}

func (b *browser) run(action chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, action); err != nil {
		b.t.Fatal(err)
	}
}

// call gives the browser a command of its protocol.
func call[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// open loads a page and waits until it is complete.
func (b *browser) open(address string) {
	b.t.Helper()
	b.run(chromedp.Navigate(address))
}

// eval returns what an expression of JavaScript gives.
func eval[T any](b *browser, expression string, args ...any) T {
	b.t.Helper()
	for i := range args {
		text, err := json.Marshal(args[i])
		if err != nil {
			b.t.Fatal(err)
		}
		args[i] = string(text)
	}
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](fmt.Sprintf(expression, args...), chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// wait waits until an expression is true. chromedp's own Poll makes functions
// of strings, which the pages' policy forbids.
func (b *browser) wait(expression string, args ...any) {
	b.t.Helper()
	for i := range args {
		text, err := json.Marshal(args[i])
		if err != nil {
			b.t.Fatal(err)
		}
		args[i] = string(text)
	}
	expression = fmt.Sprintf(expression, args...)
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		// Between two pages there is nothing to ask.
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression)); err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.t.Fatalf("never true: %s, at %s", expression, eval[string](b, "location.href"))
		}
	}
}

// press types keys where the focus is.
func (b *browser) press(keys string) {
	b.t.Helper()
	b.run(chromedp.KeyEvent(keys))
}

// shortcut presses a key as a page's script sees it, and types no character:
// to the browser's protocol these are two things, and only a person's keyboard
// leaves the second away when the script has taken the first.
func (b *browser) shortcut(key string) {
	b.t.Helper()
	call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: key})
	call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: key})
}

// choose picks a value of a select element as a person does.
func (b *browser) choose(id, value string) {
	b.t.Helper()
	if !eval[bool](b, `(() => { const s = document.getElementById(%s); s.value = %s; s.dispatchEvent(new Event("input", {bubbles: true})); return s.selectedIndex >= 0 })()`, id, value) {
		b.t.Fatalf("%s has no choice %q", id, value)
	}
}

// size is the window's size; dark its colours.
func (b *browser) look(width, height int64, dark bool) {
	b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.run(chromedp.EmulateViewport(width, height))
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// fileURL is the address of a file on this machine.
func fileURL(path ...string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(path...))}).String()
}

// axeResult is the part of axe's result that is looked at.
type axeResult struct {
	Violations []struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML, FailureSummary string }
	}
	Passes []struct{ ID string }
}

// barriers lists what axe finds on the page that is open.
func (b *browser) barriers() (found []string) {
	b.t.Helper()
	path := os.Getenv("NIGHTPRESS_TEST_AXE")
	if path == "" {
		b.t.Fatal("NIGHTPRESS_TEST_AXE is not set: make test sets it")
	}
	script, err := os.ReadFile(path)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](string(script)+"; true")); err != nil {
		b.t.Fatal(err)
	}
	result := eval[axeResult](b, `axe.run(document, {resultTypes: ["violations"]})`)
	if len(result.Passes) < 10 {
		b.t.Errorf("axe looked at %d rules only", len(result.Passes))
	}
	for _, v := range result.Violations {
		for _, n := range v.Nodes {
			found = append(found, fmt.Sprintf("%s (%s): %s: %s: %s", v.ID, v.Impact, v.Help, n.HTML, n.FailureSummary))
		}
	}
	return found
}

// inWidth fails the test when the page that is open is wider than its window.
func (b *browser) inWidth(width int) {
	b.t.Helper()
	if got := eval[int](b, "document.scrollingElement.scrollWidth"); got > width {
		wide := eval[[]string](b, `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll")).slice(0, 5).map(e => e.outerHTML.slice(0, 120))`)
		b.t.Errorf("the page is %d wide in a window of %d: %q", got, width, wide)
	}
}

// picture saves what the window shows.
func (b *browser) picture(path string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o666); err != nil {
		b.t.Fatal(err)
	}
}

// enter and escape are keys that have no letter.
const enter, escape = kb.Enter, kb.Escape

// What the other tests rely on not to have been heard must be heard.
func TestTheBrowserHearsWhatAPageDoes(t *testing.T) {
	dir := t.TempDir()
	loud := filepath.Join(dir, "loud.html")
	if err := os.WriteFile(loud, []byte(`<!doctype html><meta http-equiv="Content-Security-Policy" content="style-src 'none'">
		<p style="color:red">x<script>alert("said"); console.log("logged"); setTimeout(() => { throw new Error("thrown") })</script>
		<img src="http://127.0.0.1:9/picture">`), 0o666); err != nil {
		t.Fatal(err)
	}
	b := openBrowser(t, fileURL(dir))
	b.open(fileURL(loud))
	for _, want := range []string{"dialog: said", "console: log", "exception: ", "log: "} {
		b.hears(want)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.asked) != 1 || b.asked[0] != "http://127.0.0.1:9/picture" {
		t.Errorf("asked: %q", b.asked)
	}
}

// hears waits until the page has made this noise.
func (b *browser) hears(prefix string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		b.mu.Lock()
		heard := slices.ContainsFunc(b.noise, func(s string) bool { return strings.HasPrefix(s, prefix) })
		b.mu.Unlock()
		if heard {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.t.Fatalf("%q was not heard, but %q", prefix, b.noise)
		}
	}
}
