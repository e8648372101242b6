// Speaks and draws the dashboard for any choice of filters, from the rows, templates and sections beside it.
// It has the same lists as dashboard_rows.py and speaks phrases as phrases.py does: a test holds the two together.
(function () {
  "use strict";
  const place = document.getElementById("page-data");
  if (!place) { return; }
  const page = JSON.parse(place.textContent);
  const root = document.documentElement;
  const form = document.getElementById("filters");
  const DEFAULTS = { clinic: page.clinic, condition: "all", route: "all", scale: "primary", timepoint: "end_of_induction" };
  const SPEAKING = ["reportable", "imprecise"];
  const SILENT = ["withheld", "not_enough", "none"];
  const REASONS = ["withheld", "too_few", "not_defined", "no_data", "none"];

  // ---- rows ----

  function unpacked(table) {
    const columns = {};
    for (const [name, column] of Object.entries(table.codes)) {
      const places = column.places.split(",");
      columns[name] = places.map((level) => column.levels[Number(level)]);
    }
    for (const [name, text] of Object.entries(table.numbers)) {
      columns[name] = text.split(",").map((number) => (number === "" ? null : Number(number)));
    }
    const names = Object.keys(columns);
    const row = (i) => Object.fromEntries(names.map((name) => [name, columns[name][i]]));
    return Array.from({ length: table.n }, (_, i) => row(i));
  }

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
      timepoint: f.timepoint, direction: "", empty_because: "", worst_condition: "", evidence: evidence });
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

  function summary(rows, column, group) {
    const single = rows.filter((row) => row[group] !== "all" && row.evidence !== "none");
    const speaking = single.filter((row) => SPEAKING.includes(state(row, column)));
    const values = speaking.map((row) => row[column]).filter((value) => value !== null);
    const ways = (way) => speaking.filter((row) => row.direction === way).length;
    const several = values.length > 1;
    return { rows_n: single.length, spoken_n: speaking.length || null, better_n: ways("better"), worse_n: ways("worse"),
      lowest: several ? Math.min(...values) : null, highest: several ? Math.max(...values) : null };
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

  // ---- why a figure is not there ----

  const present = (row, column) => row[column] !== null && row[column] !== undefined;

  function whyEmpty(row, column) {
    const said = (row.empty_because || "").split(";").find((part) => part.startsWith(column + ":"));
    const reason = said ? said.slice(column.length + 1).trim() : "no_data";
    return REASONS.includes(reason) ? reason : "no_data";
  }

  function state(row, column) {
    const evidence = row.evidence || "";
    if (SILENT.includes(evidence)) { return evidence; }
    if (!present(row, column)) { return whyEmpty(row, column); }
    return evidence === "imprecise" ? evidence : "reportable";
  }

  // ---- words ----

  // Half away from zero, on the digits that are written and not on their binary neighbour.
  function rounded(value, decimals) {
    const size = Number(Math.round(Number(Math.abs(value) + "e" + decimals)) + "e-" + decimals);
    const text = size.toFixed(decimals).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ",");
    return (value < 0 && size !== 0 ? "\u2212" : "") + text;
  }
  const FORMATS = {
    count: (value) => rounded(value, 0),
    share: (value) => value > 0 && value < 0.5 ? "under 1" : value >= 99.5 && value < 100 ? "over 99" : rounded(value, 0),
    mean: (value) => rounded(value, 1),
    effect: (value) => rounded(value, 2)
  };
  const nameOf = (kind, code) => (page.names[kind] || {})[code] || code;
  const say = (key, values) =>
    page.words[key].replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? values[name] : whole));

  function silence(phrase, row) {
    if (!row) { return "no_data"; }
    const told = phrase.about ? state(row, phrase.about) : "";
    if (told && !SPEAKING.includes(told)) { return told; }
    for (const [kind, column] of Object.values(phrase.places)) {
      if (kind in FORMATS && !present(row, column)) { return whyEmpty(row, column); }
    }
    return "";
  }

  function filled(phrase, row) {
    const values = {};
    for (const [name, [kind, column]] of Object.entries(phrase.places)) {
      values[name] = kind in FORMATS ? FORMATS[kind](row[column]) : nameOf(kind, row[column]);
    }
    return say(phrase.key, values);
  }

  function named(phrase, row) {
    const places = Object.entries(phrase.places).filter(([, how]) => !(how[0] in FORMATS));
    return Object.fromEntries(places.map(([name, [kind, column]]) => [name, nameOf(kind, row[column] || "")]));
  }

  function cell(phrase, row) {
    const why = silence(phrase, row);
    if (why === "none") { return { text: "", mark: "" }; }
    if (why) { return { text: say("state." + why), mark: why }; }
    return { text: filled(phrase, row), mark: phrase.about && state(row, phrase.about) === "imprecise" ? "imprecise" : "" };
  }

  function sentence(phrase, row) {
    if (silence(phrase, row)) { return phrase.otherwise ? say(phrase.otherwise, named(phrase, row || {})) : ""; }
    return filled(phrase, row);
  }

  // ---- what is written ----

  const byId = (id) => document.getElementById(id);

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
    const tiles = document.querySelectorAll("#headline .tile");
    page.headline.tiles.forEach((tile, i) => {
      const figure = cell(tile.figure, subject);
      tiles[i].className = "tile" + (figure.mark ? " is-" + figure.mark : "");
      tiles[i].querySelector(".figure").textContent = figure.text;
      tiles[i].querySelector(".what").textContent = sentence(tile.what, subject);
      tiles[i].querySelector(".small").textContent = sentence(tile.small, subject);
    });
    const told = subject.n_analysed === 0 ? [page.headline.nobody] : page.headline.to_know;
    const list = document.querySelector("#headline .to-know ol");
    list.replaceChildren(...told.map((phrase) => sentence(phrase, subject)).filter(Boolean).map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
  }

  // Why a choice has no row, when it is not that nobody was treated this way.
  function whyNone(f, ofGroups) {
    const single = f.clinic !== page.clinic;
    if (single && page.blocked.includes(f.clinic)) { return "empty.blocked"; }
    if (single && (ofGroups || (f.condition !== "all" && f.route !== "all"))) { return "empty.not_here"; }
    return f.scale !== "primary" && f.condition === "all" ? "empty.one_scale" : "";
  }

  function rowsOf(chart, f) {
    if (chart.condition && f.condition !== "all" && f.condition !== chart.condition) { return []; }
    const found = chosen(chart.rows, f, chart.condition, chart.axis);
    if (chart.condition && !found.some((row) => row.route === f.route)) { return []; }
    if (chart.rows !== "course") { return found; }
    return found.filter((row) => row.mean !== null).length > 1 ? found : [];
  }

  function writeSection(section, f) {
    const subject = rowOf(f);
    const about = subject || blank(f, "none");
    const parted = section.charts.some((chart) => chart.condition);
    const listed = parted ? section.charts.flatMap((chart) => rowsOf(chart, f)) : chosen(section.rows, f);
    let told = listed.filter((row) => row.evidence !== "none");
    if (section.rows === "subject" && !parted) { told = subject ? stepsOf(subject) : []; }
    const values = Object.assign({}, about, summary(listed, section.about, section.group));
    const element = byId(section.id);
    element.querySelector("h2").textContent = sentence(
      values.rows_n < 2 ? section.heading_of_one : section.heading, values);
    element.querySelector(".sentence").textContent = sentence(section.sentence, about);
    element.querySelector(".finding").textContent =
      subject ? sentence(section.reading, subject) || sentence(section.reading_of_silence, subject) : "";
    const empty = element.querySelector(".empty");
    empty.hidden = told.length > 0;
    const none = section.id === "clinics" ? "empty.not_here" : whyNone(f, section.of_groups) || section.empty;
    empty.textContent = told.length ? "" : say(none);
    element.querySelector(".shown").hidden = told.length === 0;
    writeTable(element.querySelector("table"), section, told);
    return section.charts.map((chart) => {
      const rows = rowsOf(chart, f);
      let title = chart.condition ? rows.find((row) => row.route === f.route) : subject;
      if (chart.rows === "course" && title) { title = Object.assign({}, title, ends(rows)); }
      byId(chart.id + "-title").textContent = sentence(chart.finding, title);
      const figure = byId(chart.id).closest("figure");
      figure.hidden = Boolean(chart.condition) && rows.length === 0;
      const drawn = section.rows === "subject" && !parted ? told : rows;
      return { chart: chart, rows: drawn, visible: told.length > 0 && !figure.hidden };
    });
  }

  function writeTable(table, section, rows) {
    table.querySelectorAll("[aria-sort]").forEach((header) => header.removeAttribute("aria-sort"));
    Array.from(table.tHead.rows[0].cells).forEach((header, i) =>
      header.classList.toggle("number", section.columns[i].numeric));
    table.tBodies[0].replaceChildren(...rows.map((row) => {
      const line = document.createElement("tr");
      section.columns.forEach((column, i) => {
        const said = cell(column.cell, row);
        const box = document.createElement(i ? "td" : "th");
        if (i) {
          box.className = (column.numeric ? "number" : "words") + (said.mark ? " is-" + said.mark : "");
        } else {
          box.scope = "row";
          if (said.mark) { box.className = "is-" + said.mark; }
        }
        if (!i && section.link) {
          const link = document.createElement("a");
          link.href = section.link.replace("{clinic}", row.clinic_id);
          link.textContent = said.text;
          box.append(link);
        } else {
          box.textContent = said.text;
        }
        line.append(box);
      });
      return line;
    }));
  }

  // ---- what is drawn ----

  const views = new Map();
  const NARROW = window.matchMedia("(max-width: 640px)");
  const options = {
    ast: true,            // expressions are interpreted, so the page needs no eval
    actions: false,
    renderer: "svg",
    defaultStyle: false,  // the styles stand in page.css: the policy lets no other in
    tooltip: { disableDefaultStyle: true }
  };

  function drawnRows(chart, rows) {
    return rows.map((row, i) => {
      const drawn = { order: i, points: rows.length, state: chart.about ? state(row, chart.about) : "reportable",
        condition_order: page.conditions.indexOf(row.condition), route_order: page.routes.indexOf(row.route) };
      for (const [name, field] of Object.entries(chart.fields)) {
        if (field.key) {
          const text = cell(field, row).text;
          drawn[name] = ["condition", "route"].includes(name) ? broken(text) : text;
        } else {
          drawn[name] = !field.about || SPEAKING.includes(state(row, field.about)) ? row[field.column] : null;
        }
      }
      return drawn;
    });
  }

  // A long name on two lines, broken at the space nearest to its middle.
  function broken(text) {
    if (text.length <= 18) { return text; }
    const spaces = Array.from(text.matchAll(/ /g), (found) => found.index);
    const middle = text.length / 2;
    const at = spaces.sort((one, other) => Math.abs(one - middle) - Math.abs(other - middle))[0];
    return at === undefined ? text : text.slice(0, at) + "\n" + text.slice(at + 1);
  }

  // Round values between the ends, at most seven, zero among them.
  function ticks(low, high) {
    const rough = Math.max(high - low, 1e-6) / 6;
    const size = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = size * [1, 2, 5, 10].find((factor) => size * factor >= rough);
    const values = [];
    for (let i = Math.ceil(low / step); i <= Math.floor(high / step); i += 1) { values.push(Number((i * step).toFixed(6))); }
    return values;
  }

  // The axis of a chart in points: all intervals and zero, and room at the worse end where n stands.
  function signals(chart, rows) {
    const narrow = NARROW.matches;
    const layout = { narrow: narrow };
    if ("name" in chart.fields) { layout.height = rows.length * (narrow ? 46 : 30); }
    if (!chart.measures.length) { return layout; }
    const values = rows.filter((row) => !chart.about || SPEAKING.includes(state(row, chart.about)))
      .flatMap((row) => chart.measures.map((name) => row[name])).filter((value) => value !== null);
    const low = Math.min(0, ...values);
    const high = Math.max(0, ...values);
    const reach = Math.max(high - low, 1);
    const turned = rows.length > 0 && page.higher_is_better.includes(rows[0].scale);
    const edge = low < 0 ? 0.04 * reach : 0;
    const room = narrow && low < 0 ? edge : chart.room * reach;
    return Object.assign(layout, { turned: turned, ticks: ticks(low, high),
      low: low - (turned ? room : edge), high: high + (turned ? edge : room) });
  }

  // Each choice draws a chart anew: neither the cells of a facet nor the order of names follow rows that change under
  // a drawn chart. A chart whose rows stay the same is left as it stands.
  async function draw(item) {
    const id = item.chart.id;
    const element = byId(id);
    if (!item.visible) { return; }
    const rows = drawnRows(item.chart, item.rows);
    const set = signals(item.chart, item.rows);
    const wanted = JSON.stringify([rows, set]);
    const before = views.get(id);
    if (before && before.shown === wanted) { return; }
    if (before) { before.view.finalize(); }
    views.delete(id);
    try {
      const spec = Object.assign({}, item.chart.spec, { datasets: { rows: rows } });
      if ("height" in set) { spec.height = set.height; }
      spec.params = (spec.params || []).map((one) => one.name in set ? { name: one.name, value: set[one.name] } : one);
      const view = (await window.vegaEmbed(element, spec, options)).view;
      views.set(id, { view: view, shown: wanted });
      element.setAttribute("data-drawn", "true");
    } catch (error) {
      element.textContent = element.getAttribute("data-failed");
    }
  }

  // ---- the filters and the address ----

  function readAddress() {
    const given = new URLSearchParams(location.hash.slice(1));
    const chosenNow = Object.assign({}, DEFAULTS);
    for (const select of form.querySelectorAll("select")) {
      const value = given.get(select.name);
      if (Array.from(select.options).some((option) => option.value === value)) { chosenNow[select.name] = value; }
    }
    return chosenNow;
  }

  function writeAddress(f) {
    const kept = Object.keys(DEFAULTS).filter((name) => f[name] !== DEFAULTS[name]);
    const address = new URLSearchParams(kept.map((name) => [name, f[name]])).toString();
    history.pushState(null, "", address ? "#" + address : location.pathname + location.search);
  }

  function readForm() {
    const f = Object.assign({}, DEFAULTS);
    for (const select of form.querySelectorAll("select")) { f[select.name] = select.value; }
    return f;
  }

  let turn = 0;
  async function show(f) {
    turn += 1;
    const mine = turn;
    root.removeAttribute("data-ready");
    for (const select of form.querySelectorAll("select")) { select.value = f[select.name]; }
    const status = byId("filters-shown");
    status.classList.toggle("is-default", Object.keys(f).every((kind) => f[kind] === DEFAULTS[kind]));
    status.textContent = say("filters.shown", Object.fromEntries(Object.keys(f).map((kind) => [kind, nameOf(kind, f[kind])])));
    if (f.clinic !== page.clinic) {
      const link = document.createElement("a");
      const own = new URLSearchParams(Object.keys(f).filter((name) => name !== "clinic" && f[name] !== DEFAULTS[name])
        .map((name) => [name, f[name]])).toString();
      link.href = "clinics/" + f.clinic + "/index.html" + (own ? "#" + own : "");
      link.textContent = say("filters.own_pages");
      status.append(" ", link);
    }
    writeHeadline(f);
    const drawn = page.sections.flatMap((section) => writeSection(section, f));
    for (const item of drawn) {
      if (mine !== turn) { return; }
      await draw(item);
    }
    if (mine === turn) { root.setAttribute("data-ready", "true"); }
  }

  form.addEventListener("change", () => { const f = readForm(); writeAddress(f); show(f); });
  form.addEventListener("reset", (event) => { event.preventDefault(); writeAddress(DEFAULTS); show(Object.assign({}, DEFAULTS)); });
  form.addEventListener("submit", (event) => event.preventDefault());
  NARROW.addEventListener("change", () => show(readForm()));
  // A step to a place on the page (its address says nothing of filters) leaves the choice as it is.
  window.addEventListener("popstate", () => {
    const given = Array.from(new URLSearchParams(location.hash.slice(1)).keys());
    if (!location.hash || given.some((name) => name in DEFAULTS)) { show(readAddress()); }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const place = link && byId(link.getAttribute("href").slice(1));
    if (!place) { return; }
    event.preventDefault();
    place.setAttribute("tabindex", "-1");
    place.focus();
    place.scrollIntoView();
  });

  // ---- files ----

  function save(content, type, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // The choice, and whether the data are synthetic, go with the file.
  function fileName(chart) {
    const f = readForm();
    const kept = Object.keys(DEFAULTS).filter((name) => f[name] !== DEFAULTS[name]).map((name) => f[name]);
    return [page.synthetic ? "synthetic" : "", chart.id, ...kept].filter(Boolean).join("-").replaceAll("_", "-");
  }

  function marked(svg) {
    if (!page.synthetic) { return svg; }
    const text = "<text x=\"2\" y=\"10\" font-size=\"9\" fill=\"#8a3a00\">" + say("file.synthetic") + "</text>";
    return svg.replace(/<\/svg>\s*$/, text + "</svg>");
  }

  // A spreadsheet runs a text that begins with one of these; a number is exempt.
  function csvCell(value) {
    if (value === null || value === undefined) { return ""; }
    if (typeof value === "number") { return String(value); }
    const safe = /^[=+\-@\t\r]/.test(value) ? "'" + value : value;
    return /[",\n]/.test(safe) ? "\"" + safe.replace(/"/g, "\"\"") + "\"" : safe;
  }

  function csvOf(section, chart, f) {
    const table = chart.rows === "course" ? page.course : page.outcomes;
    const names = [...Object.keys(table.codes), ...Object.keys(table.numbers)]
      .filter((name) => !/^(lost_|missed_|worst_|clinics_n|direction)/.test(name));
    const rows = (section.rows === "subject" && !chart.condition ? chosen("subject", f) : rowsOf(chart, f))
      .filter((row) => row.evidence !== "none");
    return [names, ...rows.map((row) => names.map((name) => row[name]))]
      .map((line) => line.map(csvCell).join(",")).join("\n") + "\n";
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.download");
    if (!button) { return; }
    const section = page.sections.find((each) => each.charts.some((chart) => chart.id === button.dataset.chart));
    const chart = section.charts.find((each) => each.id === button.dataset.chart);
    if (button.dataset.format === "csv") {
      save(csvOf(section, chart, readForm()), "text/csv;charset=utf-8", fileName(chart) + ".csv");
    } else {
      const drawn = views.get(chart.id);
      if (drawn) { save(marked(await drawn.view.toSVG()), "image/svg+xml", fileName(chart) + ".svg"); }
    }
  });

  show(readAddress());
})();
