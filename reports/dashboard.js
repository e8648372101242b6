// The dashboard's own rows for a choice of filters: the same lists as dashboard_rows.py. A test holds the two together.
(function () {
  "use strict";
  const place = document.getElementById("page-data");
  if (!place) { return; }
  const page = JSON.parse(place.textContent);
  const speaking = speakingOf(page);
  const { unpacked, whyEmpty, say, sentence } = speaking;
  const more = listsOf(page, speaking);
  const DEFAULTS = { clinic: page.clinic, condition: "all", route: "all", scale: "primary", timepoint: "end_of_induction" };
  const byId = (id) => document.getElementById(id);

  // ---- rows ----

  const keyed = (values) => values.join("\n");
  const outcomes = new Map(unpacked(page.outcomes).map((row) =>
    [keyed([row.clinic_id, row.condition, row.route, row.scale, row.timepoint]), row]));
  const course = new Map();
  for (const row of unpacked(page.course)) {
    const key = keyed([row.clinic_id, row.condition, row.route, row.scale, row.axis]);
    if (!course.has(key)) { course.set(key, []); }
    course.get(key).push(row);
  }
  const columns = Object.keys(page.outcomes.numbers);

  const rowOf = (f) => outcomes.get(keyed([f.clinic, f.condition, f.route, f.scale, f.timepoint]));

  function blank(f, evidence) {
    const row = Object.fromEntries(columns.map((name) => [name, null]));
    return Object.assign(row, { clinic_id: f.clinic, condition: f.condition, route: f.route, scale: f.scale,
      timepoint: f.timepoint, direction: "", profile: "", empty_because: "", worst_condition: "", evidence: evidence });
  }

  const scaleOf = (f, condition) =>
    f.scale !== "primary" ? f.scale : (page.main_scale[f.clinic] || {})[condition] || "";

  function chosen(which, f, condition, axis) {
    const conditions = f.condition === "all" ? page.conditions : [f.condition];
    const routes = f.route === "all" ? page.routes : [f.route];
    const asked = (parts) => Object.assign({}, f, parts);
    const found = (each) => each.map(rowOf).filter(Boolean);
    if (which === "course") {
      return course.get(keyed([f.clinic, condition, f.route, scaleOf(f, condition), axis])) || [];
    }
    if (which === "subject") { return found([f]); }
    if (which === "by_condition") { return found(["all", ...conditions].map((c) => asked({ condition: c }))); }
    if (which === "by_route") { return found(["all", ...routes].map((r) => asked({ route: r }))); }
    if (which === "grid") {
      return conditions.flatMap((c) => routes.map((r) => asked({ condition: c, route: r })))
        .map((each) => rowOf(each) || blank(each, "none"));
    }
    if (which === "routes_of_condition") {
      const scale = scaleOf(f, condition);
      return found(["all", ...routes].map((r) => asked({ condition: condition, route: r, scale: scale })));
    }
    if (f.condition !== "all" && f.route !== "all") { return []; }
    return Object.keys(page.main_scale).filter((clinic) => clinic !== "all")
      .map((clinic) => asked({ clinic: clinic, scale: "primary" }))
      .map((each) => rowOf(each) || blank(each, page.blocked.includes(each.clinic) ? "blocked" : "no_data"));
  }

  function stepsOf(row) {
    return page.ladder.map((step, i) => Object.assign({}, row, {
      step: step, people: row[step],
      lost: i ? row["lost_" + step] : null, lost_pct: i ? row["lost_" + step + "_pct"] : null,
      empty_because: "people:" + whyEmpty(row, step) + ";lost:" + (i ? whyEmpty(row, step) : "none")
    }));
  }

  function ends(course) {
    const every = course.filter((row) => row.mean !== null);
    const many = every.filter((row, i) => i === 0 || row.n >= page.enough_n);
    const rows = many.length > 1 ? many : every;
    const told = {};
    for (const [end, row] of [["first", rows[0]], ["last", rows[rows.length - 1]]]) {
      for (const name of ["position", "n", "mean"]) { told[end + "_" + name] = rows.length > 1 ? row[name] : null; }
    }
    return told;
  }

  // ---- what the sections ask for ----

  function rowsOf(chart, f) {
    if (ofTable(chart.rows)) { return more.chosen(chart.rows, f); }
    if (chart.condition && f.condition !== "all" && f.condition !== chart.condition) { return []; }
    const found = chosen(chart.rows, f, chart.condition, chart.axis);
    if (chart.condition && !found.some((row) => row.route === f.route)) { return []; }
    if (chart.rows !== "course") { return found; }
    return found.filter((row) => row.mean !== null).length > 1 ? found : [];
  }

  const byChart = (section) => section.charts.some((chart) => chart.condition);

  // A list of a released table of its own, as on the other pages; every other list is of the outcomes.
  const ofTable = (rows) => Boolean(rows.table);

  function listed(section, f) {
    if (ofTable(section.rows)) { return more.chosen(section.rows, f); }
    return byChart(section) ? section.charts.flatMap((chart) => rowsOf(chart, f)) : chosen(section.rows, f);
  }

  function told(section, f) {
    if (!bySteps(section)) {
      return listed(section, f).filter((row) => row.evidence !== "none");
    }
    const subject = rowOf(f);
    return subject ? stepsOf(subject) : [];
  }

  function titled(section, chart, f) {
    if (ofTable(section.rows)) { return more.one(chart.subject || section.subject, f); }
    if (!chart.condition) { return rowOf(f); }
    const rows = rowsOf(chart, f);
    const found = rows.find((row) => row.route === f.route);
    return found && chart.rows === "course" ? Object.assign({}, found, ends(rows)) : found;
  }

  const bySteps = (section) => section.rows === "subject" && !byChart(section);
  const drawn = (section, chart, f) => bySteps(section) ? told(section, f) : rowsOf(chart, f);
  const filed = (section, chart, f) => bySteps(section) ? chosen("subject", f) : rowsOf(chart, f);

  // Why a choice has no row, when it is not that nobody was treated this way.
  function whyNone(f, ofGroups) {
    const single = f.clinic !== page.clinic;
    if (single && page.blocked.includes(f.clinic)) { return "empty.blocked"; }
    if (single && (ofGroups || (f.condition !== "all" && f.route !== "all"))) { return "empty.not_here"; }
    return f.scale !== "primary" && f.condition === "all" ? "empty.one_scale" : "";
  }

  function writeHeadline(f) {
    const subject = rowOf(f);
    const silent = !subject || (subject.evidence === "withheld" && subject.n_started === null);
    byId("headline").hidden = silent;
    byId("headline-empty").hidden = !silent;
    byId("headline-empty").textContent = silent ? say(subject ? "empty.withheld" : whyNone(f) || "empty.nobody") : "";
    if (silent) {
      for (const text of document.querySelectorAll("#headline .tile p, #headline li")) { text.textContent = ""; }
      return;
    }
    writeTiles(speaking, page.headline.tiles, () => subject);
    const told = subject.n_analysed === 0 ? [page.headline.nobody] : page.headline.to_know;
    const list = document.querySelector("#headline .to-know ol");
    list.replaceChildren(...told.map((phrase) => sentence(phrase, subject)).filter(Boolean).map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
  }

  // A table holds what was made for the page alone, too: it does not belong in a file.
  function csvNames(chart) {
    if (ofTable(chart.rows)) { return more.csvNames(chart); }
    const table = chart.rows === "course" ? page.course : page.outcomes;
    return [...Object.keys(table.codes), ...Object.keys(table.numbers)]
      .filter((name) => !/^(lost_|missed_|worst_|clinics_n|direction|profile)/.test(name));
  }

  startSections(page, speaking, DEFAULTS, {
    subject: (section, f) => ofTable(section.rows) ? more.one(section.subject, f) : rowOf(f),
    blank: (section, f) => blank(f, "none"),
    whyNone: (section, f) => section.id === "clinics" ? "empty.not_here" : whyNone(f, section.of_groups),
    before: writeHeadline,
    listed, told, drawn, filed, titled, csvNames
  });
})();
