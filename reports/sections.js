// The large figures at the top, from the row that each is of.
const writeTiles = (speaking, tiles, rowOf) => {
  "use strict";
  const places = document.querySelectorAll("#headline .tile");
  tiles.forEach((tile, i) => {
    const row = rowOf(tile);
    const figure = speaking.cell(tile.figure, row);
    places[i].className = "tile" + (figure.mark ? " is-" + figure.mark : "");
    places[i].querySelector(".figure").textContent = figure.text;
    places[i].querySelector(".what").textContent = speaking.sentence(tile.what, row || {});
    places[i].querySelector(".small").textContent = speaking.sentence(tile.small, row);
  });
};

// Writes and draws the sections of a page for any choice of filters. `lists` are the page's own rows (dashboard.js,
// care.js): subject, blank, listed, told, drawn, filed, titled, csvNames, whyNone, and `before`, run at each choice.
const startSections = (page, speaking, defaults, lists) => {
  "use strict";
  const { SPEAKING, state, nameOf, say, cell, sentence, summary } = speaking;
  const root = document.documentElement;
  const form = document.getElementById("filters");
  const byId = (id) => document.getElementById(id);

  // ---- what is written ----

  function writeSection(section, f) {
    const subject = lists.subject(section, f);
    const about = subject || lists.blank(section, f);
    const told = lists.told(section, f);
    const values = Object.assign({}, about, summary(lists.listed(section, f), section.about, section.group));
    const element = byId(section.id);
    element.querySelector("h2").textContent = sentence(
      values.rows_n < 2 ? section.heading_of_one : section.heading, values);
    element.querySelector(".sentence").textContent = sentence(section.sentence, about);
    element.querySelector(".finding").textContent = !subject ? "" :
      [sentence(section.reading, subject) || sentence(section.reading_of_silence, subject),
        ...section.more.map((phrase) => sentence(phrase, subject))].filter(Boolean).join(" ");
    const empty = element.querySelector(".empty");
    empty.hidden = told.length > 0;
    empty.textContent = told.length ? "" : say(lists.whyNone(section, f) || section.empty);
    element.querySelector(".shown").hidden = told.length === 0;
    writeTable(element.querySelector("table"), section, told);
    return section.charts.map((chart) => {
      const rows = lists.drawn(section, chart, f);
      byId(chart.id + "-title").textContent = sentence(chart.finding, lists.titled(section, chart, f));
      const figure = byId(chart.id).closest("figure");
      figure.hidden = Boolean(chart.condition) && rows.length === 0;
      return { chart: chart, rows: rows, visible: told.length > 0 && !figure.hidden };
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
    // Of a row whose figure is not shown, what is published is drawn all the same.
    const values = rows.flatMap((row) => chart.measures.map((name) => row[name])).filter((value) => value !== null);
    const low = Math.min(0, ...values);
    const high = Math.max(0, ...values);
    const reach = high - low || 1;
    const turned = rows.length > 0 && (page.higher_is_better || []).includes(rows[0].scale);
    const edge = low < 0 ? 0.04 * reach : 0;
    // On a narrow page a reading stands above its mark, not beside it.
    const lifted = narrow && "reading" in chart.fields && "low" in chart.fields;
    const room = lifted && high > low ? 0.04 * reach : chart.room * reach;
    return Object.assign(layout, { turned: turned, ticks: ticks(low / chart.tick, high / chart.tick).map((tick) => tick * chart.tick),
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
    const chosenNow = Object.assign({}, defaults);
    for (const select of form.querySelectorAll("select")) {
      const value = given.get(select.name);
      if (Array.from(select.options).some((option) => option.value === value)) { chosenNow[select.name] = value; }
    }
    return chosenNow;
  }

  function writeAddress(f) {
    const kept = Object.keys(defaults).filter((name) => f[name] !== defaults[name]);
    const address = new URLSearchParams(kept.map((name) => [name, f[name]])).toString();
    history.pushState(null, "", address ? "#" + address : location.pathname + location.search);
  }

  function readForm() {
    const f = Object.assign({}, defaults);
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
    status.classList.toggle("is-default", Object.keys(f).every((kind) => f[kind] === defaults[kind]));
    const named = lists.resolved ? lists.resolved(f) : f;
    status.textContent = say(page.shown, Object.fromEntries(Object.keys(f).map((kind) => [kind, nameOf(kind, named[kind])])));
    if (f.clinic !== page.clinic) {
      const link = document.createElement("a");
      const own = new URLSearchParams(Object.keys(f).filter((name) => name !== "clinic" && f[name] !== defaults[name])
        .map((name) => [name, f[name]])).toString();
      link.href = "clinics/" + f.clinic + "/" + page.file + (own ? "#" + own : "");
      link.textContent = say("filters.own_pages");
      status.append(" ", link);
    }
    lists.before(f);
    const drawn = page.sections.flatMap((section) => writeSection(section, f));
    for (const item of drawn) {
      if (mine !== turn) { return; }
      await draw(item);
    }
    if (mine === turn) { root.setAttribute("data-ready", "true"); }
  }

  form.addEventListener("change", () => { const f = readForm(); writeAddress(f); show(f); });
  form.addEventListener("reset", (event) => { event.preventDefault(); writeAddress(defaults); show(Object.assign({}, defaults)); });
  form.addEventListener("submit", (event) => event.preventDefault());
  NARROW.addEventListener("change", () => show(readForm()));
  // A step to a place on the page (its address says nothing of filters) leaves the choice as it is.
  window.addEventListener("popstate", () => {
    const given = Array.from(new URLSearchParams(location.hash.slice(1)).keys());
    if (!location.hash || given.some((name) => name in defaults)) { show(readAddress()); }
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
    const kept = Object.keys(defaults).filter((name) => f[name] !== defaults[name]).map((name) => f[name]);
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

  function filed(section, chart, f) {
    return lists.filed(section, chart, f).filter((row) => row.evidence !== "none");
  }

  function jsonOf(section, chart, f) {
    const names = lists.csvNames(chart);
    const rows = filed(section, chart, f).map((row) => Object.fromEntries(names.map((name) => [name, row[name]])));
    return JSON.stringify({ synthetic: page.synthetic, chart: chart.id, filters: f, rows: rows }, null, 1) + "\n";
  }

  function csvOf(section, chart, f) {
    const names = lists.csvNames(chart);
    const rows = filed(section, chart, f);
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
    } else if (button.dataset.format === "json") {
      save(jsonOf(section, chart, readForm()), "application/json", fileName(chart) + ".json");
    } else {
      const drawn = views.get(chart.id);
      if (drawn) { save(marked(await drawn.view.toSVG()), "image/svg+xml", fileName(chart) + ".svg"); }
    }
  });

  show(readAddress());
};
