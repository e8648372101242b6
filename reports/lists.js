// The rows of a page's tables, and which of them a list holds for a choice of filters: the same lists as care_rows.py.
// A test holds the two together.
const listsOf = (page, speaking) => {
  "use strict";
  const tables = Object.fromEntries(Object.entries(page.tables).map(([name, table]) => [name, speaking.unpacked(table)]));
  const names = (table) => [...Object.keys(page.tables[table].codes), ...Object.keys(page.tables[table].numbers)];

  // Where a page shows the scale of a condition, `primary` stands for it; over all conditions there is none.
  function resolved(f) {
    const own = f.scale === "primary" && ((page.scale_of || {})[f.clinic] || {})[f.condition];
    return own ? Object.assign({}, f, { scale: own }) : f;
  }

  function chosen(which, asking) {
    const f = resolved(asking);
    const columns = Object.keys(page.tables[which.table].codes);
    const asked = Object.entries(page.filter_columns).filter(([name, column]) =>
      columns.includes(column) && !which.free.includes(name) && !(column in which.where));
    const passes = (row) => ([name, column]) => row[column] === f[name] ||
      (which.by.includes(name) && (f[name] === "all" || row[column] === "all"));
    return tables[which.table].filter((row) =>
      Object.entries(which.where).every(([column, value]) => row[column] === value) && asked.every(passes(row)));
  }

  const one = (which, f) => which ? chosen(which, f)[0] : undefined;
  const csvNames = (chart) => names(chart.rows.table).filter((name) => !page.derived.includes(name));
  return { chosen, one, csvNames, resolved };
};
