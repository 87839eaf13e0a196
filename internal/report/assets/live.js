"use strict";
// A page that is served is loaded again when the report was made again, unless the
// reader is typing or has a dialog open.
(() => {
  const number = document.querySelector("meta[name=report-number]").content;
  const at = (location.pathname.includes("/topics/") ? "../" : "") + "number";
  const said = document.createElement("p");
  said.className = "live note";
  said.setAttribute("role", "status");
  said.textContent = "This page is served, and is loaded again when posts or answers are added.";
  document.querySelector("header").append(said);
  const busy = () => document.querySelector("dialog[open]") || document.activeElement?.matches("input[type=search],select");
  const ask = async () => {
    try {
      const answer = await fetch(at, { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      if (+await answer.text() > +number && !busy()) location.reload();
    } catch {
      said.textContent = "nightpress report --serve has ended. This page stays as it is.";
      clearInterval(timer);
    }
  };
  const timer = setInterval(ask, 2000);
})();
