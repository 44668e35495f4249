// The data of the page, with numbers put in the place of what they stand for.

const data = JSON.parse(document.getElementById("report-data").textContent);

const checksum = (number) => (number < 0 ? undefined : data.checksums[number]);

data.engines.forEach((engine, number) => {
  engine.number = number;
  engine.label = () => [name(engine.name), engine.source === "LIVE" ? " (live)" : ""];
  engine.groupName = data.groups[engine.group];
  engine.groupWords = data.groupWords[engine.group];
  engine.findings = [];
  engine.ranks = engine.ranks.map(([rank, place, state, status, checksum, tensors, skipped, bytes, reason]) =>
    ({ rank, place, state, status, checksum, tensors, skipped, bytes, reason, engine }));
});
data.history.engines.forEach((history, number) => {
  const engine = data.engines[history.engine];
  Object.assign(history, { number, name: history.name ?? engine.name, source: history.source ?? engine.source });
  history.steps = history.steps.map(([scan, state, checksum, revision, more]) =>
    ({ scan, state, checksum, revision, more, wrong: more?.offSince !== undefined || more?.different === true }));
  if (engine) {
    engine.history = history;
  }
});
const historyLabel = (history) => [name(history.name), history.source === "LIVE" ? " (live)" : ""];
data.findings.forEach((finding) => {
  if (finding.engine >= 0) {
    data.engines[finding.engine].findings.push(finding);
  }
});

// A location as a person reads it: that of a finding about a whole comparison group is the group.
const locationWords = (location) => data.groupWords[data.groups.indexOf(location)] ?? location;

// The ranks that a finding is about, where it names some: of its column or of its location.
function ranksOf(finding) {
  if (finding.rank !== undefined) {
    return [finding.rank];
  }
  const listed = /^ranks ([0-9, ]+)$/.exec(finding.location ?? "");
  return listed ? listed[1].split(", ").map(Number) : undefined;
}

// Whether a finding is about a rank.
function isAbout(finding, rank) {
  if (finding.engine < 0) {
    return finding.source === rank.engine.source && finding.location === rank.engine.groupName && (finding.rank === undefined || finding.rank === rank.place);
  }
  return finding.engine === rank.engine.number && (ranksOf(finding)?.includes(rank.rank) ?? true);
}

// The copies of a rank, those with one content together, the greatest camp first.
function campsOf(group, place) {
  const camps = new Map();
  for (const engine of data.engines) {
    for (const rank of engine.group === group ? engine.ranks : []) {
      if (rank.place === place) {
        const key = rank.checksum < 0 ? rank.status : rank.checksum;
        camps.set(key, [...(camps.get(key) ?? []), rank]);
      }
    }
  }
  return [...camps.values()].sort((a, b) => b.length - a.length);
}
