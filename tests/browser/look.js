// What a reader would find wrong on the page as it stands now. Lengths are CSS pixels.
() => {
  "use strict";
  const SLACK = 1.5, GAP = 3;
  const found = { undrawn: [], cut: [], overlapping: [], out_of_reach: [], texts: [] };

  const style = (element) => getComputedStyle(element);
  const isRegion = (element) => element.matches('[tabindex="0"]') && style(element).overflowX !== "hidden";
  // For screen readers alone, or the skip link before it has the focus.
  const isAside = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const box = each.getBoundingClientRect();
      if (box.right <= 0 || (style(each).overflow === "hidden" && box.width <= 1)) return true;
    }
    return false;
  };
  const isShown = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !isAside(element);
  const place = (element) => {
    const near = element.closest("[id]");
    return near ? "#" + near.id : element.localName;
  };

  // The part of a box that is seen; what is outside a scroll region that the keyboard reaches is not lost.
  const seen = (element, box, said) => {
    let { left, top, right, bottom } = box;
    for (let each = element; each && each !== document.body; each = each.parentElement) {
      const { overflowX, overflowY } = style(each);
      if (overflowX === "visible" && overflowY === "visible") continue;
      const room = each.getBoundingClientRect();
      if (isRegion(each)) {
        [left, right] = [Math.max(left, room.left), Math.min(right, room.right)];
        [top, bottom] = [Math.max(top, room.top), Math.min(bottom, room.bottom)];
        if (right - left <= 0 || bottom - top <= 0) return null;
      } else if (left < room.left - SLACK || right > room.right + SLACK ||
                 top < room.top - SLACK || bottom > room.bottom + SLACK) {
        found.cut.push(`${place(element)}: ${said}`);
        return null;
      }
    }
    if (left < -SLACK || right > innerWidth + SLACK) found.cut.push(`${place(element)}: ${said} (beside the page)`);
    return { left, top, right, bottom };
  };

  // Every piece of text that is seen, with the room its letters take (a line's box is taller).
  const pieces = [];
  const addPiece = (element, text, box) => {
    if (box.width === 0 || box.height === 0) return;
    const part = seen(element, box, text);
    if (!part) return;
    const trim = 0.18 * (part.bottom - part.top);
    pieces.push({ element, text, left: part.left, right: part.right, top: part.top + trim, bottom: part.bottom - trim });
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement, text = node.textContent.trim();
    if (!text || element.closest("script, style, noscript, option, title, desc") || !isShown(element)) continue;
    const cell = element.closest("td");
    const head = cell && cell.closest("table").tHead;
    found.texts.push({ text, column: head ? head.rows[0].cells[cell.cellIndex]?.textContent ?? "" : "" });
    if (element.closest("svg")) {
      addPiece(element, text, element.getBoundingClientRect());
    } else {
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) addPiece(element, text, box);
    }
  }
  for (const element of document.querySelectorAll("[aria-label]")) {
    found.texts.push({ text: element.getAttribute("aria-label"), column: "" });
  }

  const overlap = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > SLACK && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > SLACK;
  // Two labels of a chart side by side are read as one unless there is a gap between them.
  const touch = (a, b) => {
    const svg = a.element.closest("svg");
    const gap = Math.max(a.left, b.left) - Math.min(a.right, b.right);
    return svg && svg.contains(b.element) && gap < GAP && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > SLACK;
  };
  pieces.sort((a, b) => a.top - b.top);
  pieces.forEach((piece, i) => {
    for (let j = i + 1; j < pieces.length && pieces[j].top < piece.bottom; j += 1) {
      if (piece.element !== pieces[j].element && (overlap(piece, pieces[j]) || touch(piece, pieces[j]))) {
        found.overlapping.push(`${place(piece.element)}: ${piece.text} | ${pieces[j].text}`);
      }
    }
  });

  // Charts: each drawn, whole, and no dot upon a text.
  for (const chart of document.querySelectorAll(".chart")) {
    if (!isShown(chart)) continue;
    const svg = chart.querySelector("svg");
    const marks = svg ? [...svg.querySelectorAll(".role-mark > *")] : [];
    if (chart.dataset.drawn !== "true" || marks.length === 0) {
      found.undrawn.push(place(chart));
      continue;
    }
    const room = svg.getBoundingClientRect();
    seen(svg, room, "the chart");
    for (const mark of marks) {
      const box = mark.getBoundingClientRect();
      const outside = box.left < room.left - 2 || box.right > room.right + 2 || box.top < room.top - 2 || box.bottom > room.bottom + 2;
      if (outside && isShown(mark) && !mark.closest("[clip-path]")) found.cut.push(`${place(chart)}: a ${mark.parentElement.classList[0]}`);
    }
    const texts = pieces.filter((piece) => svg.contains(piece.element));
    for (const dot of svg.querySelectorAll(".role-mark.mark-symbol > *")) {
      for (const piece of texts) {
        if (isShown(dot) && overlap(dot.getBoundingClientRect(), piece)) found.overlapping.push(`${place(chart)}: a dot | ${piece.text}`);
      }
    }
  }

  // The words in a closed list are not text of the page: they must fit beside its arrow.
  const pen = document.createElement("canvas").getContext("2d");
  for (const list of document.querySelectorAll("select")) {
    pen.font = style(list).font;
    const chosen = list.selectedOptions[0]?.textContent ?? "";
    if (isShown(list) && pen.measureText(chosen).width > list.clientWidth) found.cut.push(`${place(list)}: ${chosen}`);
  }

  // What is pressed lies free, and is large enough for a finger unless it stands within a line.
  const targets = [...document.querySelectorAll("a[href], button, select, summary, input")].filter(isShown);
  for (const target of targets) {
    target.scrollIntoView({ block: "center", inline: "center" });
    const box = target.getClientRects()[0];
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    const isInline = style(target).display === "inline";
    if (!top || !(target.contains(top) || top.contains(target))) found.out_of_reach.push(`${place(target)}: ${target.textContent.trim()} is covered`);
    else if (!isInline && (box.height < 24 || box.width < 24)) found.out_of_reach.push(`${place(target)}: ${target.textContent.trim()} is under 24 px`);
  }
  for (const each of document.querySelectorAll('[role="region"]')) each.scrollTo(0, 0);
  scrollTo(0, 0);

  if (document.scrollingElement.scrollWidth > innerWidth) found.cut.push("the page is wider than the window");
  return found;
}
