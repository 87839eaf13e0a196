"use strict";
(() => {
  const boxes = [...document.querySelectorAll("[data-column]")];
  const help = document.getElementById("help");

  // The address carries the hidden models from page to page: a page opened from
  // a file has no other storage that every browser allows.
  const label = (box) => box.parentElement.textContent.trim();
  const hidden = new Set(new URLSearchParams(location.hash.slice(1)).getAll("hide"));
  const show = () => {
    const hash = new URLSearchParams();
    for (const name of hidden) hash.append("hide", name);
    for (const box of boxes) {
      box.checked = !hidden.has(label(box));
      document.getElementById("m" + box.dataset.column).hidden = !box.checked;
    }
    for (const id of ["prev", "next"]) {
      const a = document.getElementById(id);
      if (a) a.hash = hash.toString();
    }
    try {
      history.replaceState(null, "", hash.size ? "#" + hash : location.pathname);
    } catch { /* some browsers do not change a file's address */ }
  };
  const toggle = (box) => {
    if (!hidden.delete(label(box))) hidden.add(label(box));
    show();
  };
  for (const box of boxes) box.addEventListener("change", () => toggle(box));
  document.getElementById("models").hidden = boxes.length < 2;
  show();

  const follow = (id) => document.getElementById(id)?.click();
  const keys = {
    j: () => follow("next"), ArrowRight: () => follow("next"),
    k: () => follow("prev"), ArrowLeft: () => follow("prev"),
    u: () => follow("list"),
    0: () => { hidden.clear(); show(); },
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || help.open || e.target.closest("input:not([type=checkbox]),select,textarea")) return;
    const box = /^[1-9]$/.test(e.key) && boxes[e.key - 1];
    const act = box ? () => toggle(box) : Object.hasOwn(keys, e.key) && keys[e.key];
    if (act) {
      e.preventDefault();
      act();
    }
  });
})();
