// What a finding rests on: who holds what, and where in the tensor the damage lies.

const NAMED = 8;

function names(engines, total) {
  const listed = engines.slice(0, NAMED).flatMap((number, index) => [
    index ? ", " : "", number < 0 ? "what is expected" : el("a", { href: `#e${number}` }, data.engines[number].label())]);
  const more = total - Math.min(NAMED, engines.length);
  return more > 0 ? [...listed, ` and ${count(more)} more`] : listed;
}

function digest(number) {
  const text = checksum(number);
  return text === undefined ? "–" : el("code", { class: "digest", title: text }, text.length > 16 ? `${text.slice(0, 16)}…` : text);
}

function campTable(caption, rows) {
  const cells = (row) => el("tr", { class: row.accused ? "accused" : undefined },
    el("td", {}, row.content), el("td", { class: "num" }, row.copies), el("td", {}, row.engines,
      row.accused ? el("span", { class: "mark" }, " ← this finding") : ""));
  return el("div", { class: "scroll" }, el("table", { class: "plain camps" },
    el("caption", {}, caption),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Content"), el("th", { scope: "col", class: "num" }, "Copies"),
      el("th", { scope: "col" }, "Held by"))),
    el("tbody", {}, rows.map(cells))));
}

function tensorCamps(finding) {
  return campTable("Copies of this tensor", finding.camps.map((camp) => ({
    content: camp.status === "HASHED" ? [camp.form, " ", digest(camp.checksum)] : camp.status.toLowerCase(),
    copies: camp.voters === camp.copies ? count(camp.copies) : `${count(camp.copies)} (${plural(camp.voters, "file")})`,
    engines: names(camp.named, camp.engines),
    accused: camp.ofFinding,
  })));
}

function rankCamps(group, place, accused) {
  return campTable(`Copies of rank ${place}`, campsOf(group, place).map((ranks) => {
    const engines = [...new Set(ranks.map((rank) => rank.engine.number))];
    return {
      content: ranks[0].checksum < 0 ? ranks[0].status.toLowerCase() : digest(ranks[0].checksum),
      copies: count(ranks.length),
      engines: names(engines, engines.length),
      accused: accused !== undefined && ranks.includes(accused),
    };
  }));
}

const STRIP = 1000;

// The tensor from its first to its last byte, the damaged parts marked.
function strip(finding) {
  const parts = finding.parts;
  const words = parts.slice(0, 12).map(([offset, length]) => (length === 1 ? count(offset) : `${count(offset)} to ${count(offset + length - 1)}`));
  const more = finding.partCount - words.length;
  const text = `${parts.length === 1 && parts[0][1] === 1 ? "Byte" : "Bytes"} ${words.join(", ")}`
    + `${more > 0 ? ` and ${plural(more, "more part")}` : ""} of ${count(finding.tensorBytes)}`;
  const rectangles = parts.map(([offset, length]) => svg("rect", {
    class: "damaged", y: 0, height: 20,
    x: Math.min(STRIP - 3, offset / finding.tensorBytes * STRIP),
    width: Math.max(3, length / finding.tensorBytes * STRIP),
  }));
  return el("figure", { class: "strip" },
    svg("svg", { viewBox: `0 0 ${STRIP} 20`, preserveAspectRatio: "none", role: "img", "aria-label": `Damaged: ${text}` },
      svg("rect", { class: "sound", width: STRIP, height: 20 }), ...rectangles),
    el("figcaption", {}, text, el("span", { class: "muted" }, finding.partsKnownBy === "sums" ? ", to the nearest MiB" : "")));
}

function tensorList(finding) {
  const more = finding.tensorCount - finding.tensors.length;
  return el("details", {},
    el("summary", {}, plural(finding.tensorCount, "tensor")),
    el("ul", {}, finding.tensors.map((tensor) => el("li", {}, wholeName(tensor)))),
    more > 0 ? el("p", { class: "muted" }, `${count(more)} more are in the tables only`) : "");
}

function evidence(finding) {
  const engine = data.engines[finding.engine];
  const rank = engine?.ranks.find((candidate) => candidate.rank === finding.rank);
  const location = ranksOf(finding) === undefined ? finding.location : undefined;
  return [
    finding.tensor === undefined ? "" : el("p", { class: "tensor" }, wholeName(finding.tensor)),
    finding.tensors === undefined ? "" : tensorList(finding),
    finding.parts === undefined ? "" : strip(finding),
    el("dl", { class: "facts" },
      engine ? fact("Engine", wholeName(engine.name)) : "",
      finding.cause === undefined ? "" : fact("Most likely", finding.cause),
      finding.votes === undefined ? "" : fact("Votes", finding.votes),
      finding.expected === undefined ? "" : fact("Expected", el("code", {}, wholeName(finding.expected))),
      finding.actual === undefined ? "" : fact("Found", el("code", {}, wholeName(finding.actual))),
      finding.readBy === undefined ? "" : fact("Read by", wholeName(finding.readBy)),
      finding.firstSeen === undefined ? "" : fact("Seen", `in ${plural(finding.timesSeen, "scan")} since ${time(finding.firstSeen)}`),
      location === undefined ? "" : fact("Where", wholeName(locationWords(location)))),
    finding.camps !== undefined ? tensorCamps(finding) : rank ? rankCamps(engine.group, rank.place, rank) : "",
  ];
}
