// Puts the page together, and follows its links: #e3 an engine, #e3r2 a rank, #f7 a finding.

const section = (id) => document.getElementById(id);

heatmap(section("fleet"));
timeline(section("timeline"));
const showFinding = findingsList(section("findings"));

function follow() {
  const engine = /^#e([0-9]+)(?:r([0-9]+))?$/.exec(location.hash);
  const finding = /^#f([0-9]+)$/.exec(location.hash);
  if (engine && data.engines[engine[1]]) {
    const found = data.engines[engine[1]];
    const rank = found.ranks.find((candidate) => candidate.rank === Number(engine[2]));
    if (rank) {
      openRank(rank);
    } else {
      openEngine(found);
    }
  } else if (finding) {
    opener = undefined;
    panel.close();
    showFinding?.(Number(finding[1]));
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#e"]');
  if (link && !panel.contains(link)) {
    opener = link;
  }
  // A link to where one already is opens it again.
  if (event.target.closest?.("a")?.getAttribute("href") === location.hash) {
    follow();
  }
});
window.addEventListener("hashchange", follow);
window.addEventListener("beforeprint", () => document.querySelectorAll("details.finding").forEach((line) => line.fill()));
follow();
