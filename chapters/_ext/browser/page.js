/* "Run this chapter": the code of the page becomes editable, and a Python in a worker runs it. Nothing is kept and nothing is sent. */
"use strict";
(() => {
  const bar = document.querySelector(".run-bar");
  const home = new URL(".", document.currentScript.src);
  const button = Object.fromEntries([...bar.querySelectorAll("button")].map((one) => [one.dataset.ask, one]));
  const status = bar.querySelector(".run-status");
  const progress = bar.querySelector("progress");
  const size = Number(bar.dataset.size);
  const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

  let cells = [];          // of the page, once the reader has begun
  let worker = null;
  let waiting = [];        // the cells that are still to be run; the first of them is at work
  let opening = false;     // while the code of the chapter comes
  let many = false;        // whether they are run as a whole chapter: then each output is not read aloud

  const say = (text) => { status.textContent = text; };

  /* An element with attributes and what stands in it. */
  function make(tag, attributes, ...inside) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...inside);
    return element;
  }

  class Cell {
    constructor(box, code, place, count) {
      Object.assign(this, { box, code, place, stored: box.querySelector(".cell_output") });
      this.editor = make("textarea", { "aria-label": `Code of cell ${place} of ${count}`, rows: code.split("\n").length, spellcheck: "false", autocapitalize: "off",
        autocomplete: "off", "aria-keyshortcuts": "Shift+Enter" });
      this.editor.value = code;
      this.starter = make("button", { type: "button", "aria-label": `Run cell ${place}` }, "Run");
      this.resetter = make("button", { type: "button", "aria-label": `Reset cell ${place}` }, "Reset");
      this.output = make("div", { class: "run-output cell_output", role: "region", "aria-label": `Output of cell ${place}` });
      const input = box.querySelector(".cell_input");
      input.hidden = true;
      input.after(make("div", { class: "run-cell" }, this.editor, make("p", { class: "run-buttons" }, this.starter, this.resetter)));
      box.append(this.output);
      this.starter.addEventListener("click", () => (waiting[0] === this ? stop() : ask([this])));
      this.resetter.addEventListener("click", () => this.reset());
      this.editor.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        ask([this]);
      });
    }

    begin() {
      this.output.replaceChildren();
      this.output.setAttribute("aria-live", many ? "off" : "polite");
      this.label("Stop");
      worker.postMessage({ ask: "run", code: this.editor.value, place: this.place });
    }

    end() {
      this.label("Run");
      if (this.stored) this.stored.hidden = true;      // what is shown is what this run gave, even where that is nothing
    }

    label(word) {
      this.starter.textContent = word;
      this.starter.setAttribute("aria-label", `${word} cell ${this.place}`);
    }

    reset() {
      if (waiting.includes(this)) stop();
      this.editor.value = this.code;
      this.output.replaceChildren();
      if (this.stored) this.stored.hidden = false;
    }

    show(kind, parts) {
      if (kind === "picture") this.output.append(picture(...parts));
      else if (kind === "table") this.output.append(table(parts[0]));
      else {
        const last = this.output.lastElementChild;
        const text = last?.dataset.kind === kind && kind !== "text" ? last : make("pre", { "data-kind": kind, tabindex: "0" });
        text.append(parts[0]);
        this.output.append(text);
      }
    }
  }

  function picture(data, alt, text) {
    return make("figure", {}, make("img", { src: `data:image/png;base64,${data}`, alt, class: "dark-light" }), make("figcaption", {}, text));
  }

  /* A table as Python writes it, without what a page of the book does not take: styles, scripts, headers over nothing. */
  function table(markup) {
    const inside = new DOMParser().parseFromString(markup, "text/html").body;
    inside.querySelectorAll("style, script, link, meta, iframe, object, embed, form").forEach((part) => part.remove());
    inside.querySelectorAll("*").forEach((part) => [...part.attributes].forEach(({ name }) => { if (name === "style" || name.startsWith("on")) part.removeAttribute(name); }));
    inside.querySelectorAll("th").forEach((head) => {
      if (head.textContent.trim()) head.scope = head.closest("thead") ? "col" : "row";
      else head.replaceWith(make("td", {}));
    });
    return make("div", { class: "run-table", tabindex: "0", role: "group", "aria-label": "Table" }, ...inside.childNodes);
  }

  async function begin() {
    say("Loading the code of this chapter.");
    const code = await (await fetch(new URL(`${bar.dataset.chapter}.json`, home))).json();
    const boxes = document.querySelectorAll("div.cell");
    cells = code.map((text, place) => new Cell(boxes[place], text, place + 1, code.length));
    button.all.textContent = "Run all";
    button.reset.hidden = false;
  }

  function wake() {
    if (worker) return;
    const mine = worker = new Worker(new URL("worker.js", home));
    // What a stopped worker had still to say is for nobody.
    worker.onmessage = ({ data: { kind, parts } }) => { if (mine === worker) hear(kind, parts); };
    worker.onerror = (event) => { if (mine === worker) hear("failed", [event.message || "its files could not be loaded"]); };
    progress.max = size;
    progress.value = 0;
    progress.hidden = false;
    say(`Loading Python: 0 of ${megabytes(size)}`);
  }

  function hear(kind, parts) {
    if (kind === "loaded") loading(parts[0]);
    else if (kind === "starting") say("Starting Python. This takes some seconds.");
    else if (kind === "ready") {
      progress.hidden = true;
      work();
    } else if (kind === "failed") stop(`Python cannot go on: ${parts[0]}. Run the cells again; if that does not help, reload the page.`);
    else if (kind === "ended") ended(parts[0]);
    else waiting[0].show(kind, parts);
  }

  let told = 0;
  function loading(bytes) {
    progress.value = bytes;
    if (bytes - told < 2e6 && bytes > told) return;     // a screen reader is not told of every packet
    told = bytes;
    say(`Loading Python: ${megabytes(bytes)} of ${megabytes(size)}`);
  }

  /* Runs these cells, after those that wait already. */
  function ask(some, whole = false) {
    const idle = waiting.length === 0;
    if (idle) many = whole;
    waiting.push(...some);
    button.stop.hidden = false;
    button.all.setAttribute("aria-disabled", "true");
    const ready = worker !== null && progress.hidden;
    wake();
    if (idle && ready) work();
  }

  function work() {
    say(many ? `Running cell ${waiting[0].place} of ${cells.length}` : `Running cell ${waiting[0].place}`);
    waiting[0].begin();
  }

  function ended(well) {
    const cell = waiting.shift();
    cell.end();
    if (!well) {
      const left = waiting.length;
      waiting = [];
      idle(`Cell ${cell.place} stopped with an error${left ? "; the cells after it were not run" : ""}.`);
    } else if (waiting.length) work();
    else idle(many ? `All ${cells.length} cells have run. Change a line and run its cell again.` : `Cell ${cell.place} has run.`);
  }

  function idle(text) {
    button.stop.hidden = true;
    button.all.setAttribute("aria-disabled", "false");
    say(text);
  }

  function stop(text = "Stopped. What the cells had made is forgotten; the next run starts Python anew.") {
    worker?.terminate();
    worker = null;
    waiting.forEach((cell) => cell.label("Run"));
    waiting = [];
    progress.hidden = true;
    idle(text);
  }

  button.all.addEventListener("click", async () => {
    if (location.protocol === "file:") {
      say("A page opened from a folder may not start Python. It has to come from a server: in the folder of the book, say make serve HTML=_build/browser.");
      return;
    }
    if (waiting.length || opening) return;
    opening = true;
    try {
      if (!cells.length) await begin();
      else if (worker) worker.postMessage({ ask: "forget" });
      ask(cells, true);
    } catch {
      say("The code of this chapter could not be loaded. Reload the page to try again.");
    } finally {
      opening = false;
    }
  });
  button.stop.addEventListener("click", () => { stop(); button.all.focus(); });
  button.reset.addEventListener("click", () => {
    if (waiting.length) stop();
    cells.forEach((cell) => cell.reset());
    worker?.postMessage({ ask: "forget" });
    say("Every cell is as the book has it.");
  });
})();
