// The book's own few lines. Every page reads and works without them.
"use strict";

// Citations of a figure take in the address that this version keeps at the site that the reader is at, where the book has no address of its own.
function addAddresses() {
  const told = document.querySelector('script[type="text/x-citations"]');
  if (!told || !location.protocol.startsWith("http")) return;
  const { at, lines } = JSON.parse(told.textContent);
  const here = new URL(`../../${at}`, location.href).href;
  document.querySelectorAll(".cite-line pre").forEach((block, place) => {
    if (place < lines.length) block.textContent = lines[place].replace("{address}", () => here) + "\n";
  });
}

// The gallery: one list a kind of mark; a card is shown where every chosen mark is its own.
function addFilters() {
  const form = document.querySelector("form.gallery-filter");
  if (!form) return;
  const cards = [...document.querySelectorAll(".sd-col")].filter((card) => / topic-/.test(card.className));
  const kinds = { chapter: "Chapter", country: "Country", form: "Form", topic: "Topic" };
  const marks = (card, kind) => [...card.classList].filter((name) => name.startsWith(`${kind}-`));
  const shown = document.createElement("output");
  for (const [kind, title] of Object.entries(kinds)) {
    const label = document.createElement("label"), list = document.createElement("select");
    list.name = kind;
    list.add(new Option("all", ""));
    for (const mark of [...new Set(cards.flatMap((card) => marks(card, kind)))].sort()) {
      const words = mark.slice(kind.length + 1).replaceAll("-", " ");
      list.add(new Option(kind === "country" ? words.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()) : words, mark));
    }
    label.append(`${title} `, list);
    form.append(label);
  }
  form.append(shown);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    const wanted = [...new FormData(form).values()].filter(Boolean);
    cards.forEach((card) => { card.hidden = !wanted.every((mark) => card.classList.contains(mark)); });
    document.querySelectorAll("section section").forEach((part) => {
      part.hidden = !part.querySelector(".sd-col:not([hidden])");
    });
    shown.textContent = `${cards.filter((card) => !card.hidden).length} of ${cards.length} figures`;
  });
  form.hidden = false;
}

// Numbers that lead to a row, and terms of the glossary: resting on one, or reaching it by Tab, shows value, date and source; Escape puts the card away.
// Without a script the browser shows the same words as the link's title. On a touch screen the first tap shows, the second follows.
function addCards() {
  if (!window.bootstrap) return;
  const links = "a.fact[title], a.term[title], a[data-bs-original-title]";
  let shown = null, tapped = null, byTouch = false;
  // A card is made when a reader first comes to its link: a chapter has hundreds.
  const made = (link) => bootstrap.Tooltip.getInstance(link) || new bootstrap.Tooltip(link, { customClass: "fact-card", trigger: "hover focus", delay: { show: 150, hide: 50 } });
  const come = (event) => { const link = event.target.closest?.(links); if (link && !bootstrap.Tooltip.getInstance(link)) made(link).show(); };
  document.addEventListener("pointerdown", (event) => { byTouch = event.pointerType === "touch"; }, true);
  document.addEventListener("mouseover", come);
  document.addEventListener("focusin", come);
  document.addEventListener("shown.bs.tooltip", (event) => { shown = bootstrap.Tooltip.getInstance(event.target); });
  document.addEventListener("hidden.bs.tooltip", () => { shown = null; });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(links);
    if (link && byTouch && link !== tapped) { event.preventDefault(); tapped = link; made(link).show(); }
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && shown) shown.hide(); });
}

// The way out: the other page takes this one's place, so that going back does not return here. While a dialog (search, menu, contents) is open the rest
// of the page is out of reach; so the dialog holds a copy, which goes before the theme's script, at the closing, moves what is in there back to its place.
function addExit() {
  const way = document.querySelector("aside:has(> a.leave-now)");
  if (!way) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.leave-now");
    if (!link) return;
    event.preventDefault();
    document.body.hidden = true;
    location.replace(link.href);
  }, true);
  const watch = new MutationObserver((changes) => changes.forEach(({ target: dialog }) => {
    const copy = dialog.querySelector("aside:has(> a.leave-now)");
    if (!dialog.open) copy?.remove();
    else if (!copy) dialog.prepend(way.cloneNode(true));
  }));
  document.querySelectorAll("dialog").forEach((dialog) => watch.observe(dialog, { attributeFilter: ["open"] }));
}

// The button for light and dark says which colours the reader has chosen; a press changes them.
function nameColours() {
  const button = document.querySelector(".theme-switch-button"), root = document.documentElement;
  const name = () => {
    const words = `Colours: ${root.dataset.mode === "auto" ? `as on this device, ${root.dataset.theme}` : root.dataset.theme}. Change`;
    button.setAttribute("aria-label", words);
    button.dataset.bsTitle = words;
    window.bootstrap?.Tooltip.getInstance(button)?.setContent({ ".tooltip-inner": words });
  };
  if (!button) return;
  name();
  new MutationObserver(name).observe(root, { attributeFilter: ["data-mode", "data-theme"] });
}

document.addEventListener("DOMContentLoaded", () => {
  addAddresses(); addFilters(); addCards(); addExit(); nameColours();
  document.querySelectorAll("[data-action=print]").forEach((button) => button.addEventListener("click", () => window.print()));
});
