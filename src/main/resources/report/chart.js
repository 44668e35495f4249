// How many findings each scan has: a chart of uPlot, in the colours of the page.

const CHART_HEIGHT = 150;

function chart(scans) {
  if (scans.length < 2) {
    return "";
  }
  const words = scans.map((scan) => `${time(scan.startedAt)}: ${plural(scan.errors, "error")}, ${count(scan.warnings)} not checked`);
  const place = el("div", { class: "chart", role: "img", "aria-label": `Findings of each scan. ${words.slice(-10).join("; ")}` });
  const colour = (property) => getComputedStyle(place).getPropertyValue(property).trim();
  const values = [scans.map((scan) => Date.parse(scan.startedAt) / 1000), scans.map((scan) => scan.errors), scans.map((scan) => scan.warnings)];
  const line = (label, property, dash) => ({
    label, dash, stroke: () => colour(property), width: 2, paths: uPlot.paths.stepped({ align: 1 }), points: { show: true, size: 5 },
  });
  const axis = { stroke: () => colour("--muted"), grid: { stroke: () => colour("--line"), width: 1 }, ticks: { show: false }, font: "12px sans-serif" };
  let drawn;

  function draw() {
    drawn?.destroy();
    drawn = new uPlot({
      width: Math.max(200, place.clientWidth),
      height: CHART_HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      scales: { y: { range: (_, least, most) => [0, Math.max(2, most * 1.1)] } },
      series: [{}, line("errors", "--different"), line("not checked", "--bar-only", [6, 4])],
      axes: [{ ...axis, values: (_, splits) => splits.map((seconds) => new Date(seconds * 1000).toISOString().slice(5, 10)), incrs: [86400, 172800, 604800, 1209600, 2592000] },
        { ...axis, size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] }],
    }, values, place);
  }

  new ResizeObserver(() => {
    if (drawn?.width !== Math.max(200, place.clientWidth)) {
      draw();
    }
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  matchMedia("print").addEventListener("change", draw);
  return el("figure", {}, place, el("figcaption", {}, "Findings of each scan: ",
    el("span", { class: "key errors" }, "copies that differ or cannot be read"), ", ", el("span", { class: "key warnings" }, "not checked")));
}
