// Octets and fields point at each other: with the pointer, a touch, or the keyboard. Nothing else needs a script.
"use strict";
for (const dump of document.querySelectorAll(".dump")) {
  const hex = dump.querySelector(".hex");
  const tree = dump.querySelector(".fields");
  const rows = [...tree.children];
  const spans = [...hex.children];
  let shown = -1;
  let pinned = -1;

  const within = (row, from, to) => from >= +row.dataset.from && to <= +row.dataset.to;

  const show = (index, scroll) => {
    if (index === shown) return;
    for (const marked of dump.querySelectorAll(".on, .over")) marked.classList.remove("on", "over");
    shown = index;
    if (index < 0) return;
    const row = rows[index];
    const from = +row.dataset.from;
    const to = +row.dataset.to;
    row.classList.add("on");
    for (let i = index - 1, level = +row.ariaLevel; i >= 0 && level > 1; --i) {
      if (+rows[i].ariaLevel >= level) continue;
      rows[i].classList.add("over");
      level = +rows[i].ariaLevel;
    }
    const lit = spans.filter((span) => within(row, +span.dataset.from, +span.dataset.to));
    for (const span of lit) span.classList.add("on");
    if (scroll === "fields") bring(tree, row);
    if (scroll === "octets" && lit.length) bring(hex.parentElement, lit[0]);
  };

  // Only the panel scrolls, never the page.
  const bring = (panel, element) => {
    const frame = panel.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    if (box.top < frame.top) panel.scrollTop -= frame.top - box.top + 8;
    else if (box.bottom > frame.bottom) panel.scrollTop += Math.min(box.bottom - frame.bottom, box.top - frame.top) + 8;
  };

  const rest = () => show(pinned, "");
  hex.addEventListener("pointerover", (event) => {
    const span = event.target.closest("[data-field]");
    if (span) show(+span.dataset.field, "fields");
  });
  tree.addEventListener("pointerover", (event) => {
    const row = event.target.closest("li");
    if (row) show(rows.indexOf(row), "octets");
  });
  hex.addEventListener("pointerleave", rest);
  tree.addEventListener("pointerleave", rest);
  dump.addEventListener("click", (event) => {
    const part = event.target.closest("[data-field], .fields li");
    if (!part) return;
    const index = part.dataset.field ? +part.dataset.field : rows.indexOf(part);
    pinned = pinned === index ? -1 : index;
    show(-1);
    show(index, part.dataset.field ? "fields" : "octets");
  });

  // One stop of the Tab key for all fields; arrows go on from there.
  const go = (index) => {
    if (index < 0 || index >= rows.length) return;
    for (const row of rows) row.tabIndex = -1;
    rows[index].tabIndex = 0;
    rows[index].focus({ preventScroll: true });
  };
  tree.addEventListener("focusin", (event) => {
    const row = event.target.closest("li");
    bring(tree, row);
    show(rows.indexOf(row), "octets");
  });
  tree.addEventListener("focusout", rest);
  tree.addEventListener("keydown", (event) => {
    const at = rows.indexOf(event.target.closest("li"));
    const level = +rows[at].ariaLevel;
    const next = {
      ArrowDown: () => at + 1,
      ArrowUp: () => at - 1,
      Home: () => 0,
      End: () => rows.length - 1,
      ArrowRight: () => (at + 1 < rows.length && +rows[at + 1].ariaLevel > level ? at + 1 : -1),
      ArrowLeft: () => rows.findLastIndex((row, i) => i < at && +row.ariaLevel < level),
    }[event.key];
    if (!next) return;
    event.preventDefault();
    go(next());
  });
}

// A link into a record opens it.
const open = () => {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const record = target && target.closest("details");
  if (record) record.open = true;
  if (target) target.scrollIntoView();
};
addEventListener("hashchange", open);
open();
