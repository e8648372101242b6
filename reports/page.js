// Draws the charts of the page from the JSON beside it. In a function of its own: the bundle owns the global names.
(function () {
  "use strict";
  var charts = JSON.parse(document.getElementById("chart-data").textContent);
  var options = {
    ast: true,            // expressions are interpreted, so the page needs no eval
    actions: false,
    renderer: "svg",
    defaultStyle: false,  // the styles stand in page.css: the policy lets no other in
    tooltip: { disableDefaultStyle: true }
  };
  function draw(chart) {
    var place = document.getElementById(chart.id);
    var datasets = {};
    datasets[chart.data_name] = chart.rows;
    var spec = Object.assign({}, chart.spec, { datasets: datasets });
    return window.vegaEmbed(place, spec, options).then(function () {
      place.setAttribute("data-drawn", "true");
    }).catch(function () {
      place.textContent = place.getAttribute("data-failed");
    });
  }
  // Charts as wide as the page: drawn again by Vega itself when the window changes.
  Promise.all(charts.map(draw)).then(function () {
    document.documentElement.setAttribute("data-ready", "true");
  });
})();
