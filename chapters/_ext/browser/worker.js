/* A Python of its own for one page: loads the runtime from the book's folder, runs cells one after the other, and tells the page what they give. */
"use strict";

const tell = (kind, ...parts) => self.postMessage({ kind, parts });

/* Counts the bytes of what is fetched, so that the page can say how far the loading is. */
const plainFetch = self.fetch;
let loaded = 0;
self.fetch = async (...asked) => {
  const answer = await plainFetch(...asked);
  const counted = answer.body.pipeThrough(new TransformStream({
    transform(part, onward) {
      loaded += part.byteLength;
      tell("loaded", loaded);
      onward.enqueue(part);
    },
  }));
  return new Response(counted, { status: answer.status, statusText: answer.statusText, headers: answer.headers });
};

async function load() {
  importScripts("pyodide/pyodide.js");
  const python = await loadPyodide({
    indexURL: new URL("pyodide/", self.location.href).href,
    packages: ["pandas", "matplotlib"],
    env: { HOME: "/home/pyodide", MPLBACKEND: "agg" },
  });
  const [book, cells] = await Promise.all([fetch("book.zip").then((file) => file.arrayBuffer()), fetch("cells.py").then((file) => file.text())]);
  tell("starting");
  python.unpackArchive(book, "zip", { extractDir: python.runPython("import site; site.getsitepackages()[0]") });
  const names = python.toPy({ tell });
  await python.runPythonAsync(cells, { globals: names, filename: "cells.py" });
  await python.runPythonAsync("import metoo_data, metoo_figures");      // every chapter begins so; what takes its time here is told as starting
  tell("ready");
  return names;
}

const python = load().catch((error) => { tell("failed", String(error.message || error)); });

/* Messages wait for each other: a cell begins when the one before it has ended. */
let last = python;
self.onmessage = ({ data }) => {
  last = last.then(async () => {
    const names = await python;
    if (!names) return;
    if (data.ask === "forget") names.get("forget")();
    else tell("ended", await names.get("run")(data.code, data.place));
  }).catch((error) => tell("failed", String(error.message || error)));
};
