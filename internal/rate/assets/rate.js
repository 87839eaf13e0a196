"use strict";
const comment = document.querySelector("input[name=comment]");
// A key clicks its button, or begins a comment.
let sent = false;
document.addEventListener("keydown", (event) => {
	if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
	if (event.target === comment) {
		// The comment is sent with the next answer.
		if (event.key === "Enter" || event.key === "Escape") {
			event.preventDefault();
			comment.blur();
		}
		return;
	}
	const control = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
	if (!control) return;
	event.preventDefault();
	if (control === comment) comment.focus();
	else control.click();
});
// Send an answer only once, even if the next page takes a moment.
document.querySelector("form").addEventListener("submit", (event) => {
	if (sent) event.preventDefault();
	sent = true;
});
addEventListener("pageshow", () => { sent = false; });
