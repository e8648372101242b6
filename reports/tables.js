// Sorts every table by the buttons it puts into the header, and filters those marked data-filterable by its columns.
// The words it says stand on the element #table-news; without this script the tables are whole and readable.
(function () {
  "use strict";
  var language = document.documentElement.lang || "en";
  var news = document.getElementById("table-news");
  var words = news ? news.dataset : {};

  function filled(sentence, values) {
    return (sentence || "").replace(/\{(\w+)\}/g, function (whole, name) {
      return name in values ? values[name] : whole;
    });
  }

  // The first text of a cell, without the note after it.
  function text(cell) {
    if (!cell) { return ""; }
    var note = cell.querySelector(".note");
    var whole = cell.textContent;
    return (note ? whole.slice(0, whole.lastIndexOf(note.textContent)) : whole).trim();
  }

  // "1,010 of 4,808" is 1010, "\u22123.2" is -3.2, "under 0.1" lies just below 0.1; a reason is no number.
  function number(cell) {
    var shown = text(cell).replace(/,/g, "").replace(/\u2212/g, "-");
    var found = /^(\D*?)(-?\d+(?:\.\d+)?)/.exec(shown);
    if (!found) { return NaN; }
    return Number(found[2]) + (/^under /.test(shown) ? -1e-6 : /^over /.test(shown) ? 1e-6 : 0);
  }

  function sort(table, header, button) {
    var headers = Array.from(header.parentNode.children);
    var place = headers.indexOf(header);
    var down = header.getAttribute("aria-sort") === "ascending";
    var numeric = header.classList.contains("number");
    var sign = down ? -1 : 1;
    var body = table.tBodies[0];
    var keyed = Array.from(body.rows).map(function (row) {
      var cell = row.cells[place];
      return { row: row, key: numeric ? number(cell) : text(cell) };
    });
    keyed.sort(function (one, other) {
      if (!numeric) { return sign * one.key.localeCompare(other.key, language, { numeric: true }); }
      // A reason in place of a number stands last, whichever way the numbers run.
      if (isNaN(one.key) || isNaN(other.key)) { return Number(isNaN(one.key)) - Number(isNaN(other.key)); }
      return sign * (one.key - other.key);
    });
    keyed.forEach(function (item) { body.appendChild(item.row); });
    headers.forEach(function (other) { other.removeAttribute("aria-sort"); });
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    if (news) { news.textContent = filled(down ? words.down : words.up, { column: button.textContent }); }
  }

  // A table of few rows is read at a glance.
  var FEWEST_ROWS = 4;
  // A table of the dashboard grows and shrinks with the choice.
  var LIVE = Boolean(document.getElementById("filters"));

  function makeSortable(table) {
    if (!table.tHead || !table.tBodies.length || (!LIVE && table.tBodies[0].rows.length < FEWEST_ROWS)) { return; }
    Array.from(table.tHead.rows[0].cells).forEach(function (header) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      while (header.firstChild) { button.appendChild(header.firstChild); }
      header.appendChild(button);
      button.addEventListener("click", function () { sort(table, header, button); });
    });
  }

  function makeFilterable(table) {
    var rows = Array.from(table.tBodies[0].rows);
    var headers = Array.from(table.tHead.rows[0].cells);
    var selects = [];
    var form = document.createElement("div");
    var count = document.createElement("p");
    form.className = "filters";
    form.setAttribute("role", "group");
    form.setAttribute("aria-label", table.caption ? table.caption.textContent : "");
    count.className = "count";
    count.setAttribute("role", "status");

    var search = document.createElement("input");

    function choose() {
      var shown = 0;
      var wanted = search.value.trim().toLocaleLowerCase(language);
      rows.forEach(function (row) {
        var fits = selects.every(function (one) {
          return !one.select.value || text(row.cells[one.place]) === one.select.value;
        }) && (!wanted || row.textContent.toLocaleLowerCase(language).includes(wanted));
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      count.textContent = filled(table.dataset.filterable, {
        shown: shown.toLocaleString(language),
        total: rows.length.toLocaleString(language)
      });
    }

    headers.forEach(function (header, place) {
      if (!header.hasAttribute("data-filter")) { return; }
      var label = document.createElement("label");
      var select = document.createElement("select");
      var values = new Set(rows.map(function (row) { return text(row.cells[place]); }));
      label.textContent = header.textContent.trim() + " ";
      select.appendChild(new Option(words.every || "", ""));
      Array.from(values).filter(Boolean).sort(function (one, other) {
        return one.localeCompare(other, language);
      }).forEach(function (value) { select.appendChild(new Option(value, value)); });
      select.addEventListener("change", choose);
      label.appendChild(select);
      form.appendChild(label);
      selects.push({ select: select, place: place });
    });
    if (table.dataset.file) { offerFile(form, table, search, choose); }
    form.appendChild(count);
    var scroll = table.closest(".scroll") || table;
    scroll.parentNode.insertBefore(form, scroll);
    choose();
  }

  // ---- a table to be searched and saved ----

  // A spreadsheet runs a text that begins with one of these; a number is exempt, and loses its thousands separators.
  function csvCell(cell) {
    var shown = text(cell);
    var plain = shown.replace(/,/g, "").replace(/\u2212/g, "-");
    if (cell.classList.contains("number") && /^-?\d+(\.\d+)?$/.test(plain)) { return plain; }
    var safe = /^[=+\-@\t\r]/.test(shown) ? "'" + shown : shown;
    return /[",\n]/.test(safe) ? "\"" + safe.replace(/"/g, "\"\"") + "\"" : safe;
  }

  function csvOf(table) {
    var shown = Array.from(table.tBodies[0].rows).filter(function (row) { return !row.hidden; });
    return [table.tHead.rows[0]].concat(shown).map(function (row) {
      return Array.from(row.cells).map(csvCell).join(",");
    }).join("\n") + "\n";
  }

  function offerFile(form, table, search, choose) {
    var label = document.createElement("label");
    var button = document.createElement("button");
    label.textContent = (words.search || "") + " ";
    search.type = "search";
    search.addEventListener("input", choose);
    label.appendChild(search);
    form.appendChild(label);
    button.type = "button";
    button.textContent = words.save || "";
    button.addEventListener("click", function () {
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([csvOf(table)], { type: "text/csv;charset=utf-8" }));
      link.download = (words.prefix || "") + table.dataset.file;
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    });
    form.appendChild(button);
  }

  // Paper has no summary to click: what is folded is printed, and folded again afterwards. Where that would be a book,
  // the page says data-as-shown, and what stands open is printed.
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("details:not([open])")).filter(function (details) {
      return !details.closest("[data-as-shown]");
    });
    opened.forEach(function (details) { details.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (details) { details.open = false; });
  });

  // A link to what is folded opens it.

  // The element that an address points to; none for one that cannot be read.
  function placeOf(hash) {
    try { return document.getElementById(decodeURIComponent(hash.slice(1))); } catch (error) { return null; }
  }

  function openTarget() {
    var target = placeOf(window.location.hash);
    var details = target && target.closest("details");
    if (details && !details.open) {
      details.open = true;
      target.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", openTarget);

  Array.from(document.querySelectorAll("main table[data-filterable]")).forEach(makeFilterable);
  Array.from(document.querySelectorAll("main .scroll > table")).forEach(makeSortable);
  openTarget();
  document.documentElement.setAttribute("data-tables", "ready");
})();
