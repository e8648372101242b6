// Reads the rows of a page and speaks phrases of them as phrases.py does: a test holds the two together.
const speakingOf = (page) => {
  "use strict";
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

  function summary(rows, column, group) {
    const single = rows.filter((row) => row[group] !== "all" && row.evidence !== "none");
    const speaking = single.filter((row) => column && SPEAKING.includes(state(row, column)));
    const values = speaking.map((row) => row[column]).filter((value) => value !== null);
    const ways = (way) => speaking.filter((row) => row.direction === way).length;
    const several = values.length > 1;
    return { rows_n: single.length, spoken_n: speaking.length || null, better_n: ways("better"), worse_n: ways("worse"),
      lowest: several ? Math.min(...values) : null, highest: several ? Math.max(...values) : null };
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
    share_brief: (value) => FORMATS.share(value).replace("under ", "<").replace("over ", ">"),
    mean: (value) => rounded(value, 1),
    effect: (value) => rounded(value, 2),
    amount: (value) => rounded(value, 1).replace(/\.0$/, ""),
    hours: (value) => FORMATS.amount(Number(rounded(value / 60, 1).replace(/,/g, "").replace("\u2212", "-"))),
    per_100: (value) => value > 0 && value < 0.005 ? "under 0.01" :
      value === 0 || value >= 0.995 ? FORMATS.amount(value) : rounded(value, 2)
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

  return { SPEAKING, FORMATS, unpacked, summary, present, whyEmpty, state, rounded, nameOf, say, cell, sentence };
};
