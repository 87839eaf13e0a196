"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const make = (tag, text, className) => {
    const e = document.createElement(tag);
    if (text !== undefined) e.textContent = text;
    if (className) e.className = className;
    return e;
  };

  // A click on a column heading sorts the figures: names ascending and numbers
  // descending, then reversed. Cells without a figure stay last.
  const figures = $("figures");
  if (figures) {
    const heads = [...figures.tHead.rows[0].cells];
    const body = figures.tBodies[0];
    const value = (row, column) => (column ? row.cells[column].dataset.sort : row.cells[0].textContent);
    const sort = (column, up) => {
      const rows = [...body.rows].sort((a, b) => {
        const [x, y] = [value(a, column), value(b, column)];
        if (!column) return (up ? 1 : -1) * x.localeCompare(y);
        if (x === "" || y === "") return (x === "") - (y === "");
        return (up ? 1 : -1) * (x - y);
      });
      body.append(...rows);
      for (const h of heads) h.removeAttribute("aria-sort");
      heads[column].setAttribute("aria-sort", up ? "ascending" : "descending");
    };
    heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      sort(column, now ? now !== "ascending" : column === 0);
    }));
  }

  // Minor figures are hidden until requested.
  const all = $("all-figures");
  if (all) {
    $("all").hidden = false;
    const few = () => figures.classList.toggle("few", !all.checked);
    all.addEventListener("change", few);
    few();
  }

  // The list of topics. The numbers of each job are: model, state, attempts,
  // words, the number of problems, and the problems.
  const data = JSON.parse($("data").textContent);
  const states = ["unfinished", "first try", "mended", "rejected", "fixed by hand", "set aside", "found in the folder"];
  const topics = data.topics.map(([page, text, numbers]) => {
    const jobs = [];
    for (let i = 0; i < numbers.length;) {
      const [model, state, attempts, words, n] = numbers.slice(i, i + 5);
      const problems = numbers.slice(i + 5, i + 5 + n);
      jobs.push({ model, outcome: state & 7, repeats: state & 8, repaired: state & 16, edited: state & 32, attempts, words, problems });
      i += 5 + n;
    }
    const posts = jobs.filter((j) => j.outcome === 1 || j.outcome === 2);
    const words = posts.map((j) => j.words);
    return {
      page, text, jobs, posts,
      find: (text + " " + page).toLowerCase(),
      attempts: jobs.reduce((sum, j) => sum + j.attempts, 0),
      spread: words.length > 1 ? Math.max(...words) / Math.max(1, Math.min(...words)) : 1,
    };
  });
  const order = data.models.map((name, i) => i).sort((a, b) => data.models[a].localeCompare(data.models[b]));

  const option = (select, value, text) => {
    const o = make("option", text);
    o.value = value;
    select.append(o);
  };
  for (const i of order) option($("model"), i, data.models[i]);
  data.codes.map((c, i) => [c, i]).sort().forEach(([c, i]) => option($("problem"), i, c));

  const outcomes = {
    repaired: (j) => j.repaired, repeats: (j) => j.repeats, edited: (j) => j.edited,
  };
  const spreads = {
    differ: (t) => new Set(t.jobs.map((j) => j.outcome)).size > 1,
    none: (t) => t.posts.length === 0,
    words: (t) => t.spread >= 2,
    missing: (t) => t.jobs.length < data.models.length,
  };
  const controls = ["q", "model", "outcome", "problem", "spread", "order"].map($);
  const pageSize = 100;
  let found = [];
  let page = 0;

  const search = () => {
    const [q, model, outcome, problem, spread, by] = controls.map((c) => c.value);
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (j) => (model === "" || j.model === +model)
      && (outcome === "" || (outcomes[outcome] ? outcomes[outcome](j) : j.outcome === +outcome))
      && (problem === "" || j.problems.includes(+problem));
    const any = model === "" && outcome === "" && problem === "";
    found = topics.filter((t) => words.every((w) => t.find.includes(w))
      && (any || t.jobs.some(fits)) && (spread === "" || spreads[spread](t)));
    if (by) found.sort((a, b) => b[by] - a[by]);
    page = 0;
    draw();
  };

  const cell = (job) => {
    if (!job) return make("td", "–", "s-");
    const td = make("td", undefined, "s" + job.outcome);
    const box = make("span");
    td.append(box);
    const sign = { 1: "✓", 2: "✓", 3: "✗", 4: "✎" }[job.outcome] || "·";
    box.append(make("span", `${sign} ${states[job.outcome]}`));
    const more = [];
    if (job.outcome === 1 || job.outcome === 2) more.push(`${job.words} words`);
    if (job.attempts > 1) more.push(`${job.attempts} attempts`);
    if (job.outcome === 3 && job.problems.length) more.push(data.codes[job.problems.at(-1)]);
    if (job.repeats) more.push("near-duplicate");
    if (job.edited) more.push("edited");
    if (more.length) box.append(make("small", more.join(", ")));
    return td;
  };

  const draw = () => {
    const from = page * pageSize;
    const rows = found.slice(from, from + pageSize).map((t) => {
      const tr = make("tr");
      const th = make("th");
      th.scope = "row";
      const a = make("a");
      a.href = "topics/" + encodeURIComponent(t.page);
      const text = make("bdi", t.text || t.page);
      a.append(text);
      th.append(a);
      tr.append(th);
      for (const i of order) {
        const td = cell(t.jobs.find((j) => j.model === i));
        td.dataset.label = data.models[i];
        tr.append(td);
      }
      return tr;
    });
    $("list").tBodies[0].replaceChildren(...rows);
    const pages = Math.max(1, Math.ceil(found.length / pageSize));
    $("count").textContent = found.length === topics.length
      ? `${topics.length.toLocaleString("en")} topics`
      : `${found.length.toLocaleString("en")} of ${topics.length.toLocaleString("en")} topics`;
    $("none").hidden = found.length > 0;
    $("turn").hidden = pages === 1;
    $("where").textContent = `page ${page + 1} of ${pages}`;
    $("back").disabled = page === 0;
    $("on").disabled = page === pages - 1;
  };
  const turn = (by) => {
    const to = page + by;
    if (to < 0 || to * pageSize >= found.length) return;
    page = to;
    draw();
    $("topics").scrollIntoView();
  };

  // The address holds the search, so that the browser's Back button restores it.
  const store = () => {
    const hash = new URLSearchParams();
    for (const c of controls) if (c.value !== "") hash.set(c.id, c.value);
    try {
      history.replaceState(null, "", hash.size ? "#" + hash : location.pathname);
    } catch { /* some browsers do not change a file's address */ }
  };
  const restore = () => {
    const hash = new URLSearchParams(location.hash.slice(1));
    for (const c of controls) {
      c.value = hash.get(c.id) ?? "";
      if (c.selectedIndex === -1) c.value = "";
    }
    search();
  };

  const head = $("list").tHead.rows[0];
  const columns = [make("th", "Topic"), ...order.map((i) => {
    const th = make("th");
    th.append(make("bdi", data.models[i]));
    th.title = data.models[i];
    return th;
  })];
  for (const th of columns) th.scope = "col";
  head.append(...columns);
  $("filter").hidden = false;
  $("filter").addEventListener("submit", (e) => e.preventDefault());
  for (const c of controls) c.addEventListener("input", () => { search(); store(); });
  $("clear").addEventListener("click", () => {
    for (const c of controls) c.value = "";
    search();
    store();
  });
  $("back").addEventListener("click", () => turn(-1));
  $("on").addEventListener("click", () => turn(1));
  window.addEventListener("hashchange", restore);
  restore();

  const step = (by) => {
    const links = [...$("list").tBodies[0].querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    links[Math.min(Math.max(at < 0 && by < 0 ? 0 : at + by, 0), links.length - 1)]?.focus();
  };
  const help = $("help");
  const keys = {
    j: () => step(1), k: () => step(-1), n: () => turn(1), p: () => turn(-1),
    "/": () => $("q").focus(), "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || help.open) return;
    if (e.target.closest("input,select,textarea")) {
      if (e.key === "Escape") e.target.blur();
      return;
    }
    if (Object.hasOwn(keys, e.key)) {
      e.preventDefault();
      keys[e.key]();
    }
  });
})();
