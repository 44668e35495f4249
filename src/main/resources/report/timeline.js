// What each engine held over the last scans: a row for all engines of one history, a bar for as long as nothing changed.

const TIMELINES = 25;
const MORE_TIMELINES = 100;

// Bars of a history: its steps, those that continue another together, and the gaps between.
function bars(steps) {
  const list = [];
  let next = 0;
  for (const step of steps) {
    if (step.scan > next) {
      list.push({ from: next, to: step.scan - 1 });
    }
    const last = list.at(-1);
    const continues = last?.step !== undefined && last.checksum === step.checksum && last.wrong === step.wrong
      && (step.state === "UNCHANGED" || (step.state === "NOT_SCANNED" && last.step.state === "NOT_SCANNED"));
    if (continues) {
      last.to = step.scan;
    } else {
      list.push({ from: step.scan, to: step.scan, step, checksum: step.checksum, wrong: step.wrong });
    }
    next = step.scan + 1;
  }
  if (next < data.history.scans.length) {
    list.push({ from: next, to: data.history.scans.length - 1 });
  }
  return list;
}

function barWords(bar) {
  const scans = data.history.scans;
  const period = bar.from === bar.to ? time(scans[bar.from].startedAt)
    : `${time(scans[bar.from].startedAt)} to ${time(scans[bar.to].startedAt)}`;
  if (bar.step === undefined) {
    return `not there: ${period}`;
  }
  const digits = checksum(bar.checksum);
  return `${STEP_WORDS[bar.step.state]}${bar.wrong ? ", differs" : ""}${digits === undefined ? "" : `, checksum ${digits.slice(0, 8)}`}: ${period}`;
}

// The look of a bar: what differs is marked; two tones take turns where content changes.
function barLook(bar, tone) {
  if (bar.step === undefined) {
    return "gap";
  }
  return bar.wrong ? "off" : bar.checksum < 0 ? "unread" : `tone${tone}`;
}

function barCells(history) {
  let tone = 0;
  let held;
  return bars(history.steps).map((bar) => {
    if (bar.step !== undefined && bar.checksum >= 0 && bar.checksum !== held) {
      tone = held === undefined ? 0 : 1 - tone;
      held = bar.checksum;
    }
    const digits = bar.step === undefined ? undefined : checksum(bar.checksum);
    const length = bar.to - bar.from + 1;
    const state = bar.step?.state === "UNCHANGED" && bar.wrong ? "DRIFTED" : bar.step?.state;
    const shown = state === undefined || state === "UNCHANGED" ? "" : STEP_SIGNS[state];
    return el("td", { colspan: length, class: `bar-cell ${barLook(bar, tone)}`, title: barWords(bar) },
      el("span", { "aria-hidden": "true" }, (length > 1 || data.history.scans.length === 1) && digits !== undefined ? `${shown} ${digits.slice(0, 4)}` : shown),
      el("span", { class: "unseen" }, barWords(bar)));
  });
}

// Months above, days below.
function timelineHead() {
  const months = new Map();
  data.history.scans.forEach((scan) => months.set(scan.startedAt.slice(0, 7), (months.get(scan.startedAt.slice(0, 7)) ?? 0) + 1));
  return el("thead", {},
    el("tr", {}, el("th", { scope: "col", rowspan: "2" }, "Engine"),
      [...months].map(([month, scans]) => el("th", { scope: "colgroup", colspan: scans, class: "month" }, month))),
    el("tr", {}, data.history.scans.map((scan) => el("th", { scope: "col", title: `${scan.id}, ${time(scan.startedAt)}: ${scan.verdict.toLowerCase()}` },
      scan.startedAt.slice(8, 10)))));
}

const engineLink = (history) => (history.engine < 0 ? el("span", {}, historyLabel(history))
  : el("a", { href: `#e${history.engine}` }, historyLabel(history)));

function timelineRow(alike) {
  const others = alike.slice(1);
  const title = others.slice(0, 30).map((history) => shortened(history.name)).join(", ");
  return el("tr", {}, el("th", { scope: "row" }, engineLink(alike[0]),
    others.length === 0 ? "" : el("span", { class: "muted", title }, ` and ${count(others.length)} more`)), barCells(alike[0]));
}

// Engines of one history together; those that differ first, then those that changed last.
function alikeHistories() {
  const groups = new Map();
  for (const history of data.history.engines) {
    const key = JSON.stringify(history.steps.map((step) => [step.scan, step.state, step.checksum, step.wrong]));
    groups.set(key, [...(groups.get(key) ?? []), history]);
  }
  const changed = (history) => Math.max(0, ...history.steps.filter((step) => step.state !== "UNCHANGED").map((step) => step.scan));
  const wrong = (history) => Number(history.steps.at(-1).wrong);
  return [...groups.values()].sort(([a], [b]) => wrong(b) - wrong(a) || changed(b) - changed(a) || a.number - b.number);
}

// One column an engine, one for each scan: as wide as there is room, and never too narrow to read.
function timelineTable(body) {
  const scans = data.history.scans;
  const table = el("table", { class: "timeline" },
    el("caption", {}, "What each engine held, by the first digits of its checksum"),
    el("colgroup", {}, el("col", { class: "engine" })), el("colgroup", {}, scans.map(() => el("col"))),
    timelineHead(), body);
  table.style.minWidth = `${130 + 24 * scans.length}px`;
  return table;
}

function timeline(section) {
  const groups = alikeHistories();
  let rows = TIMELINES;
  const body = el("tbody");
  const status = el("p", { class: "muted", role: "status" });
  const more = el("button", { type: "button", class: "more", onclick: () => { rows += MORE_TIMELINES; draw(); } });

  function draw() {
    body.replaceChildren(...groups.slice(0, rows).map(timelineRow));
    const rest = groups.length - rows;
    status.textContent = `${rest > 0 ? `${count(rows)} of ` : ""}${plural(groups.length, "different history", "different histories")} of ${plural(data.history.engines.length, "engine")}`;
    more.hidden = rest <= 0;
    more.textContent = `Show ${count(Math.min(MORE_TIMELINES, rest))} more`;
  }

  const { scans, scanCount, daysWithoutScan } = data.history;
  section.append(
    el("h2", { id: "timeline-title" }, `The last ${scans.length === 1 ? "scan" : `${count(scans.length)} scans`}`),
    scans.length < scanCount ? el("p", { class: "muted" }, `Of ${count(scanCount)} scans in the range, these are the newest.`) : "",
    daysWithoutScan.length === 0 ? "" : el("p", { class: "muted" }, `No scan on ${shortened(daysWithoutScan.join(", "))}.`),
    chart(scans),
    el("div", { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "timeline-title" },
      timelineTable(body)),
    el("p", { class: "legend" },
      Object.keys(STEP_SIGNS).filter((state) => state !== "UNCHANGED" && data.history.engines.some((history) => history.steps.some((step) => step.state === state)))
        .map((state) => el("span", {}, el("b", {}, STEP_SIGNS[state]), ` ${STEP_WORDS[state]}`))),
    el("p", { class: "after" }, status, more));
  section.hidden = false;
  draw();
  const newest = section.querySelector(".scroll");
  newest.scrollLeft = newest.scrollWidth;
}

// What happened to an engine, the newest first.
function stepsTable(engine) {
  const steps = (engine.history?.steps ?? []).filter((step) => step.state !== "UNCHANGED").reverse();
  if (steps.length === 0) {
    return el("p", { class: "muted" }, "Nothing changed in the scans of this report.");
  }
  const tensors = (more) => [["changed", more.changed], ["added", more.added], ["removed", more.removed]]
    .filter(([, number]) => number > 0).map(([word, number]) => `${count(number)} ${word}`).join(", ");
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "What happened" }, el("table", { class: "plain" },
    el("thead", {}, el("tr", {}, ["Scan", "What happened", "Revision", "Ranks", "Tensors"].map((word) => el("th", { scope: "col" }, word)))),
    el("tbody", {}, steps.map((step) => el("tr", {},
      el("td", {}, time(data.history.scans[step.scan].startedAt)),
      el("td", {}, STEP_WORDS[step.state]),
      el("td", {}, step.revision < 0 ? "–" : name(data.revisions[step.revision])),
      el("td", {}, (step.more.driftedRanks.length > 0 ? step.more.driftedRanks : step.more.changedRanks).join(", ") || "–"),
      el("td", {}, step.more.bytes === undefined ? "–" : `${tensors(step.more)}, ${bytes(step.more.bytes)}`))))));
}
