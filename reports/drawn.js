// Draws the charts of a page that do not answer to filters: specs and rows stand in the page's data.
(function () {
  "use strict";
  const root = document.documentElement;
  const place = document.getElementById("page-data");
  if (!place) { return; }
  const page = JSON.parse(place.textContent);
  const options = {
    ast: true,            // expressions are interpreted, so the page needs no eval
    actions: false,
    renderer: "svg",
    defaultStyle: false,  // the styles stand in page.css: the policy lets no other in
    tooltip: { disableDefaultStyle: true }
  };

  async function draw(chart) {
    const element = document.getElementById(chart.id);
    try {
      const spec = Object.assign({}, chart.spec, { datasets: { rows: chart.rows } });
      if (chart.height) { spec.height = chart.height; }
      await window.vegaEmbed(element, spec, options);
      element.setAttribute("data-drawn", "true");
    } catch (error) {
      element.textContent = element.getAttribute("data-failed");
    }
  }

  (async function () {
    for (const chart of page.charts) { await draw(chart); }
    root.setAttribute("data-ready", "true");
  })();
})();
