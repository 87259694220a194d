// The time machine. The page holds every stretch of status of every case; this script looks up the one that holds on the
// chosen day, fetches nothing and applies no rule of its own. Without it the page is a table as of the latest day.
"use strict";

(() => {
  const form = document.querySelector("form.tm-controls"), told = document.getElementById("time-machine-data");
  if (!form || !told) return;
  const data = JSON.parse(told.textContent);
  const rows = [...document.querySelectorAll(".tm-table tbody tr")];
  const find = (selector) => document.querySelector(selector);
  const slider = find("#tm-slider"), field = find("#tm-date"), link = find(".tm-link"), note = find(".tm-note");
  const FILTERS = ["region", "direction", "forum"], NOTHING = "nothing_recorded";
  let day = data.last, waiting = 0;

  // Days: ISO words outside, numbers of days since the first one inside.
  const number = (iso) => Math.round((Date.parse(iso) - Date.parse(data.first)) / 864e5);
  const iso = (days) => new Date(Date.parse(data.first) + days * 864e5).toISOString().slice(0, 10);
  const inWords = (text) => new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(text));
  const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);

  // The allowed day that is nearest to what was asked for, and a sentence where that is another one.
  function nearest(text) {
    if (!isDay(text)) return [day, `That is not a whole date of the calendar. The page shows ${inWords(day)}.`];
    if (text < data.first) return [data.first, `The first step of these cases is of ${inWords(data.first)}. The page shows that day.`];
    if (text > data.last) return [data.last, `This version of the book ends on ${inWords(data.last)}. The page shows that day.`];
    return [text, ""];
  }

  function aMonthOn(text, step) {
    const [year, month, date] = text.split("-").map(Number);
    const days = new Date(Date.UTC(year, month + step, 0)).getUTCDate();       // of the month that is meant
    return new Date(Date.UTC(year, month - 1 + step, Math.min(date, days))).toISOString().slice(0, 10);
  }

  // What holds: the last stretch of a case that has begun by the day.
  const spans = (row) => data.spans[form.elements.mode.value][row.dataset.case] || [];
  const holds = (row) => spans(row).findLast(([start]) => start <= day) || ["", NOTHING, ""];
  const passes = (row) => FILTERS.every((name) => ["", row.dataset[name]].includes(form.elements[name].value));

  function put(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function drawRow(row) {
    const [start, status, since] = holds(row), family = data.families[status], mark = row.querySelector(".tm-mark");
    row.dataset.status = status;
    row.hidden = status === NOTHING || !passes(row);
    mark.className = family ? `tm-mark tm-${family}` : "tm-mark";
    put(mark, data.marks[family] || "");
    put(row.querySelector(".tm-words"), data.statuses[status]);
    put(row.querySelector(".tm-new"), start === day ? "(counts from this day)" : "");
    put(row.querySelector(".tm-since"), status === NOTHING ? "" : since);
    return status;
  }

  // One count a status and one a family; a bar is as long as the family's share of the cases that have a status.
  function drawCounts(statuses) {
    const counts = {}, families = {};
    for (const status of statuses) {
      counts[status] = (counts[status] || 0) + 1;
      families[data.families[status]] = (families[data.families[status]] || 0) + 1;
    }
    for (const line of document.querySelectorAll(".tm-counts tr[data-status]")) {
      put(line.cells[1], String(counts[line.dataset.status] || 0));
      line.hidden = !counts[line.dataset.status];
    }
    const all = statuses.length - (counts[NOTHING] || 0);
    for (const group of document.querySelectorAll(".tm-counts tbody[data-family]")) {
      const n = families[group.dataset.family] || 0;
      group.hidden = !n;
      put(group.querySelector("b"), String(n));
      group.querySelector(".tm-bar").style.width = `${all ? (100 * n) / all : 0}%`;
    }
    return families;
  }

  const modeWords = () => (form.elements.mode.value === "known" ? "as far as known by then" : "by today’s knowledge");

  function draw() {
    slider.value = number(day);
    slider.setAttribute("aria-valuetext", inWords(day));
    put(find(".tm-day output"), inWords(day));
    put(find(".tm-table caption"), `Status on ${inWords(day)}, ${modeWords()}`);
    for (const button of form.querySelectorAll("[data-day]")) {
      if (button.dataset.day === day) button.setAttribute("aria-current", "date");
      else button.removeAttribute("aria-current");
    }
    link.hidden = true;
    const statuses = rows.map(drawRow).filter((_, place) => passes(rows[place]));
    const families = drawCounts(statuses);
    clearTimeout(waiting);
    waiting = setTimeout(() => tell(statuses, families), 400);      // once the reader has stopped, not at each day passed
  }

  // The sentence that a screen reader speaks, and the address.
  function tell(statuses, families) {
    const shown = statuses.filter((status) => status !== NOTHING).length;
    const parts = Object.entries(data.family_words).filter(([name]) => families[name]).map(([name, words]) => `${families[name]} ${words}`);
    const rest = statuses.length - shown;
    put(find(".tm-said"), `${inWords(day)}, ${modeWords()}: ${shown} of ${statuses.length} ${statuses.length === 1 ? "case" : "cases"} had a status. ` +
      (parts.length ? `${parts.join("; ")}. ` : "") + (rest ? `Not in the table: ${rest} with no step recorded by that day.` : ""));
    try {
      history.replaceState(null, "", address());
    } catch {
      // A browser that allows no change of address here still shows the day; the button gives the link.
    }
  }

  function address() {
    const words = new URLSearchParams({ day });
    for (const name of ["mode", ...FILTERS]) {
      const value = form.elements[name].value;
      if (value && value !== "today") words.set(name, value);
    }
    return `#${words}`;
  }

  // A link restores all that it names; what it does not name is as at first.
  function restore() {
    const asked = new URLSearchParams(location.hash.slice(1));
    form.elements.mode.value = asked.get("mode") === "known" ? "known" : "today";
    for (const name of FILTERS) {
      const list = form.elements[name], wanted = asked.get(name) || "";
      list.value = [...list.options].some((option) => option.value === wanted) ? wanted : "";
    }
    day = data.last;
    go(asked.get("day") ?? data.last);
  }

  // Shows a day. While a reader types a date, the field is theirs.
  function go(text, typing = false) {
    const [found, sentence] = nearest(text);
    if (typing && sentence) return;
    day = found;
    put(note, sentence);
    if (!typing) field.value = day;
    draw();
  }

  function step(way) {
    const starts = rows.filter(passes).flatMap((row) => spans(row).map(([start]) => start));
    const [before, after] = [starts.filter((start) => start < day), starts.filter((start) => start > day)];
    const found = way < 0 ? before.reduce((a, b) => (b > a ? b : a), "") : after.reduce((a, b) => (b < a || !a ? b : a), "");
    if (found) go(found);
    else put(note, `No status of these cases changed ${way < 0 ? "before" : "after"} ${inWords(day)}.`);
  }

  async function copy() {
    const here = new URL(address(), location.href).href;
    try {
      await navigator.clipboard.writeText(here);
      put(note, "The link was copied.");
    } catch {
      const box = link.querySelector("input");
      link.hidden = false;
      box.value = here;
      box.select();
      box.focus();
      put(note, "The browser does not allow copying here. The address is selected: copy it by hand.");
    }
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  slider.addEventListener("input", () => go(iso(Number(slider.value))));
  slider.addEventListener("keydown", (event) => {
    const way = { PageUp: 1, PageDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    go(aMonthOn(day, way));
  });
  field.addEventListener("input", () => go(field.value, true));
  field.addEventListener("blur", () => { if (field.value !== day) go(field.value); });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") go(field.value); });
  form.addEventListener("change", (event) => { if (event.target !== field && event.target !== slider) draw(); });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.day) go(button.dataset.day);
    else if (button.dataset.step) step(Number(button.dataset.step));
    else copy();
  });
  addEventListener("hashchange", () => { if (location.hash.startsWith("#day=")) restore(); });      // other anchors are headings
  form.hidden = false;
  find(".tm-static").hidden = true;
  restore();
})();
