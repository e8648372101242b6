// The rows of the page on care and safety for a choice of filters: the same lists as care_rows.py. A test holds the
// two together.
(function () {
  "use strict";
  const place = document.getElementById("page-data");
  if (!place) { return; }
  const page = JSON.parse(place.textContent);
  const speaking = speakingOf(page);
  const DEFAULTS = { clinic: page.clinic, condition: "all", route: "all", scale: "primary", timepoint: "end_of_induction" };
  const tables = Object.fromEntries(Object.entries(page.tables).map(([name, table]) => [name, speaking.unpacked(table)]));
  const names = (table) => [...Object.keys(page.tables[table].codes), ...Object.keys(page.tables[table].numbers)];

  function chosen(which, f) {
    const columns = Object.keys(page.tables[which.table].codes);
    const asked = Object.entries(page.filter_columns).filter(([name, column]) =>
      columns.includes(column) && !which.free.includes(name) && !(column in which.where));
    const passes = (row) => ([name, column]) => row[column] === f[name] ||
      (which.by.includes(name) && (f[name] === "all" || row[column] === "all"));
    return tables[which.table].filter((row) =>
      Object.entries(which.where).every(([column, value]) => row[column] === value) && asked.every(passes(row)));
  }

  function blank(f) {
    const codes = Object.entries(page.filter_columns).map(([name, column]) => [column, f[name]]);
    return Object.assign(Object.fromEntries(codes), { evidence: "none", empty_because: "" });
  }

  const one = (which, f) => which ? chosen(which, f)[0] : undefined;
  const drawn = (section, chart, f) => chosen(chart.rows, f);

  startSections(page, speaking, DEFAULTS, {
    subject: (section, f) => one(section.subject, f),
    blank: (section, f) => blank(f),
    listed: (section, f) => chosen(section.rows, f),
    told: (section, f) => chosen(section.rows, f),
    drawn: drawn,
    filed: drawn,
    titled: (section, chart, f) => one(chart.subject || section.subject, f),
    csvNames: (chart) => names(chart.rows.table).filter((name) => !page.derived.includes(name)),
    whyNone: (section, f) =>
      f.clinic !== page.clinic && f.condition !== "all" && f.route !== "all" ? "empty.not_here" : "",
    before: (f) => writeTiles(speaking, page.tiles, (tile) => one(tile.subject, f))
  });
})();
