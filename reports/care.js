// The rows of a page made of lists of released tables (care.html, change.html) for a choice of filters.
(function () {
  "use strict";
  const place = document.getElementById("page-data");
  if (!place) { return; }
  const page = JSON.parse(place.textContent);
  const speaking = speakingOf(page);
  const { chosen, one, csvNames, resolved } = listsOf(page, speaking);
  const drawn = (section, chart, f) => chosen(chart.rows, f)
    .filter((row) => !chart.defined_only || speaking.state(row, chart.about) !== "not_defined");

  function blank(f) {
    const codes = Object.entries(page.filter_columns).map(([name, column]) => [column, resolved(f)[name]]);
    return Object.assign(Object.fromEntries(codes), { evidence: "none", empty_because: "" });
  }

  startSections(page, speaking, page.defaults, {
    subject: (section, f) => one(section.subject, f),
    blank: (section, f) => blank(f),
    listed: (section, f) => chosen(section.rows, f),
    told: (section, f) => chosen(section.rows, f),
    drawn: drawn,
    filed: drawn,
    titled: (section, chart, f) => one(chart.subject || section.subject, f),
    csvNames: csvNames,
    resolved: resolved,
    whyNone: (section, f) => {
      if (f.clinic !== page.clinic && f.condition !== "all" && f.route !== "all") { return "empty.not_here"; }
      return page.scale_of && f.condition === "all" ? "empty.one_condition" : "";
    },
    before: (f) => writeTiles(speaking, page.tiles, (tile) => one(tile.subject, f))
  });
})();
