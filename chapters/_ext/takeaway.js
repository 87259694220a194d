// Where a figure would leave the foot of a page empty, the paragraphs that follow it in its section come first, as in other printed books: a figure has
// a number, and the text names it. Where the section has too few, the figure comes up to three paragraphs earlier, if it fits there.
// Each article stands in columns of a page's size meanwhile, since a script can see columns and not pages.
() => {
  const tolerated = 75, text = "p, ul, ol";                    // pixels: two centimetres
  const left = {};
  const place = (figure, more, article) => {
    const gap = () => {                                        // how much stays empty below what stands before the figure, in pixels
      const before = figure.previousElementSibling && [...figure.previousElementSibling.getClientRects()].pop();
      return before && figure.getBoundingClientRect().left > before.left + article.clientWidth / 2 ? article.getBoundingClientRect().bottom - before.bottom : 0;
    };
    for (let next = more.nextElementSibling; gap() > tolerated && next?.matches(`${text}, .cell`); next = more.nextElementSibling) figure.before(next);
    const passed = [];
    for (let before = figure.previousElementSibling; gap() > tolerated && passed.length < 3; before = figure.previousElementSibling) {
      if (!before?.matches(text) || !before.previousElementSibling?.matches(`${text}, .cell`)) break;     // never right below a heading
      passed.push(before);
      more.after(before);
    }
    if (gap() > tolerated) passed.reverse().forEach((paragraph) => figure.before(paragraph));
    return Math.round(gap());
  };
  for (const article of document.querySelectorAll("article:has(section > figure)")) {
    article.classList.add("as-columns");
    for (const figure of article.querySelectorAll("section > figure")) left[figure.id] = place(figure, figure.nextElementSibling, article);
    article.classList.remove("as-columns");
  }
  return left;
}
