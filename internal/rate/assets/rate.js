"use strict";
// A key clicks its button.
let sent = false;
document.addEventListener("keydown", (event) => {
	if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
	const button = document.querySelector(`button[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
	if (!button) return;
	event.preventDefault();
	button.click();
});
// Send an answer only once, even if the next page takes a moment.
document.querySelector("form").addEventListener("submit", (event) => {
	if (sent) event.preventDefault();
	sent = true;
});
addEventListener("pageshow", () => { sent = false; });
