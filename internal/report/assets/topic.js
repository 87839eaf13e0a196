"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const boxes = [...document.querySelectorAll("[data-column]")];
  const articles = [...document.querySelectorAll(".post-of")];
  const name = (article) => article.dataset.name;
  const article = (box) => $("m" + box.dataset.column);
  const help = $("help");
  const phone = matchMedia("(max-width:40rem)");

  // The address carries the choice from page to page: a page opened from a file has
  // no other storage that every browser allows. With many models, two are shown at
  // first.
  const hash = new URLSearchParams(location.hash.slice(1));
  const hidden = new Set(hash.getAll("hide"));
  let all = hash.has("all");
  let apart = hash.has("apart");
  let tab = hash.get("tab");
  let left = hash.get("left"); // of two posts, the one on the left if it is not the first
  const written = articles.filter((a) => a.querySelector(".body"));
  if (!hidden.size && !all && boxes.length > 3) {
    const two = [...written, ...articles].slice(0, 2);
    for (const a of articles) if (!two.includes(a)) hidden.add(name(a));
  }

  const shown = () => articles.filter((a) => !a.hidden);
  const difference = (two) => {
    const rows = two.map((a) => document.querySelector(`tr[data-model="${a.id.slice(1)}"]`));
    const [words, headings] = ["words", "headings"].map((key) => rows.map((r) => +r.dataset[key]));
    if (!words[0] || !words[1]) return "One of the two has no post.";
    const [more, less] = words[0] >= words[1] ? [0, 1] : [1, 0];
    const longer = words[more] - words[less];
    const count = Math.abs(headings[0] - headings[1]);
    const length = longer ? `${name(two[more])} is ${longer} words (${Math.round(100 * longer / words[less])}%) longer` : "Both are equally long";
    const has = count ? `${name(two[headings[0] > headings[1] ? 0 : 1])} has ${count} more heading${count > 1 ? "s" : ""}` : "both have as many headings";
    return `${length}; ${has}.`;
  };

  const draw = () => {
    const tabbed = phone.matches && boxes.length > 1;
    document.body.classList.toggle("tabbed", tabbed);
    if ($("tabs")) $("tabs").hidden = !tabbed;
    const at = articles.find((a) => name(a) === tab) ?? written[0] ?? articles[0];
    for (const a of articles) {
      a.hidden = tabbed ? a !== at : hidden.has(name(a));
      const button = $("t" + a.id.slice(1));
      if (tabbed) {
        a.setAttribute("role", "tabpanel");
        button.setAttribute("aria-selected", a === at);
        button.tabIndex = a === at ? 0 : -1;
      } else a.removeAttribute("role");
    }
    for (const box of boxes) box.checked = !hidden.has(name(article(box)));
    const two = shown().sort((a, b) => (name(b) === left) - (name(a) === left));
    const pair = two.length === 2 && !tabbed;
    document.body.classList.toggle("two", pair);
    for (const a of articles) {
      if (pair) a.tabIndex = 0;
      else a.removeAttribute("tabindex");
      a.classList.toggle("right", pair && a === two[1]);
    }
    if (pair) {
      $("left").value = two[0].id.slice(1);
      $("right").value = two[1].id.slice(1);
    }
    if ($("difference")) $("difference").textContent = pair ? difference(two) : "";
    if ($("together")) {
      $("together").checked = !apart;
      $("together").disabled = !pair;
    }
    store();
  };

  const store = () => {
    const kept = new URLSearchParams();
    for (const one of hidden) kept.append("hide", one);
    if (all && !hidden.size) kept.set("all", "");
    if (apart) kept.set("apart", "");
    if (tab) kept.set("tab", tab);
    if (left) kept.set("left", left);
    for (const a of document.querySelectorAll("#prev,#next,.samples a")) a.hash = kept.toString();
    try {
      history.replaceState(null, "", kept.size ? "#" + kept : location.pathname);
    } catch { /* some browsers do not change a file's address */ }
  };

  const toggle = (box) => {
    const one = name(article(box));
    if (!hidden.delete(one)) hidden.add(one);
    all = !hidden.size;
    draw();
  };
  const every = () => {
    hidden.clear();
    all = true;
    draw();
  };
  const together = () => {
    apart = !apart;
    draw();
  };
  const choose = (changed) => {
    const other = changed === $("left") ? $("right") : $("left");
    if (changed.value === other.value) {
      other.value = articles.find((a) => a.id !== "m" + changed.value).id.slice(1);
    }
    const two = [$("m" + $("left").value), $("m" + $("right").value)];
    left = name(two[0]);
    hidden.clear();
    for (const a of articles) if (!two.includes(a)) hidden.add(name(a));
    all = !hidden.size;
    draw();
  };
  const select = (id) => {
    tab = name($("m" + id));
    draw();
  };

  // Two posts scroll together by the share of their lengths.
  let leader = null;
  for (const a of articles) {
    for (const event of ["pointerenter", "focusin", "wheel", "touchstart"]) a.addEventListener(event, () => { leader = a; }, { passive: true });
    a.addEventListener("scroll", () => {
      const two = shown();
      if (apart || two.length !== 2 || (leader && leader !== a)) return;
      const other = two[0] === a ? two[1] : two[0];
      const room = a.scrollHeight - a.clientHeight;
      leader = a;
      if (room > 0) other.scrollTop = a.scrollTop / room * (other.scrollHeight - other.clientHeight);
    }, { passive: true });
  }

  for (const box of boxes) {
    box.hidden = false;
    box.addEventListener("change", () => toggle(box));
  }
  if (boxes.length > 1) {
    $("pair").hidden = boxes.length < 3 && !written.length;
    $("left").addEventListener("change", (e) => choose(e.target));
    $("right").addEventListener("change", (e) => choose(e.target));
    $("together").addEventListener("change", together);
    $("every").addEventListener("click", every);
    $("tabs").addEventListener("click", (e) => {
      const button = e.target.closest("[role=tab]");
      if (button) select(button.id.slice(1));
    });
    $("tabs").addEventListener("keydown", (e) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (!by) return;
      e.preventDefault();
      e.stopPropagation();
      const tabs = [...$("tabs").children];
      const next = tabs[(tabs.indexOf(e.target.closest("[role=tab]")) + by + tabs.length) % tabs.length];
      select(next.id.slice(1));
      next.focus();
    });
  }
  phone.addEventListener("change", draw);
  draw();

  const follow = (id) => $(id)?.click();
  const keys = {
    j: () => follow("next"), ArrowRight: () => follow("next"),
    k: () => follow("prev"), ArrowLeft: () => follow("prev"),
    u: () => follow("list"), s: together, 0: every, "?": () => help.showModal(),
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
