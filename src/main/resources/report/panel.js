// A dialog that tells everything of an engine or a rank.

const panel = document.getElementById("panel");
let opener;

function openPanel(title, parts, from) {
  opener = from ?? opener;
  panel.replaceChildren(
    el("div", { class: "panel-head" }, el("h2", { id: "panel-title", tabindex: "-1" }, title),
      el("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => panel.close() }, "×")),
    ...parts.flat());
  if (!panel.open) {
    panel.showModal();
  }
  panel.scrollTop = 0;
  document.getElementById("panel-title").focus();
}

panel.addEventListener("click", (event) => {
  if (event.target === panel) {
    panel.close();
  }
});
panel.addEventListener("close", () => {
  if (location.hash.startsWith("#e")) {
    history.replaceState(null, "", location.pathname + location.search);
  }
  opener?.focus();
  opener = undefined;
});

function findingLinks(findings) {
  if (findings.length === 0) {
    return el("p", { class: "muted" }, "No finding is about it.");
  }
  const shown = findings.slice(0, 50);
  return el("ul", { class: "links" }, shown.map((finding) => el("li", {},
    el("a", { href: `#f${finding.number}` }, finding.kind), " ", el("span", { class: "muted" }, name(finding.detail)))),
    findings.length > shown.length ? el("li", {}, `and ${count(findings.length - shown.length)} more`) : "");
}

function openRank(rank, from) {
  const findings = data.findings.filter((finding) => isAbout(finding, rank));
  openPanel([...rank.engine.label(), `, rank ${rank.rank}`], [
    el("p", { class: "state" }, sign(rank.state), ` ${WORDS[rank.state]}`),
    rank.reason === undefined ? "" : el("p", { class: "reason" }, wholeName(rank.reason)),
    el("dl", { class: "facts" },
      fact("Checksum", checksum(rank.checksum) === undefined ? "none" : el("code", { class: "long" }, checksum(rank.checksum))),
      fact("Tensors hashed", count(rank.tensors)),
      fact("Skipped", count(rank.skipped)),
      fact("Bytes", rank.engine.source === "LIVE" ? "–" : bytes(rank.bytes)),
      fact("Engine", el("a", { href: `#e${rank.engine.number}` }, rank.engine.label()))),
    rankCamps(rank.engine.group, rank.place, undefined),
    el("h3", {}, "Findings"),
    findingLinks(findings),
  ], from);
}

function offSince(engine) {
  const more = engine.history?.steps.at(-1).more;
  return more?.offSince === undefined ? "" : el("p", {},
    `Different since the scan of ${time(more.offSince)}: ${more.offRanks.length === 1 ? "rank" : "ranks"} ${more.offRanks.join(", ")}.`);
}

function openEngine(engine, from) {
  const ranks = el("p", { class: "rank-links" }, engine.ranks.map((rank) =>
    el("a", { class: `cell ${rank.state}`, href: `#e${engine.number}r${rank.rank}`, "aria-label": `rank ${rank.rank}: ${WORDS[rank.state]}` },
      SIGNS[rank.state])));
  openPanel(engine.label(), [
    el("p", { class: "state" }, sign(engine.state), ` ${WORDS[engine.state]}`),
    Array.from(engine.name).length > 64 ? el("p", {}, wholeName(engine.name)) : "",
    el("dl", { class: "facts" },
      fact("Model", engine.model === undefined ? "not given" : wholeName(engine.model)),
      engine.revision === undefined ? "" : fact("Revision", wholeName(engine.revision)),
      engine.host === undefined ? "" : fact("Host", wholeName(engine.host)),
      fact("Compared within", wholeName(engine.groupWords)),
      fact("Agrees with", engine.agreement ?? "not known: not every rank was hashed"),
      fact("Ranks hashed", `${count(engine.hashedRanks)} of ${count(engine.expectedRanks)}`),
      fact("Bytes", engine.source === "LIVE" ? "–" : bytes(engine.bytes)),
      fact("Verified as a whole", engine.lastVerifiedAt === undefined ? "never" : time(engine.lastVerifiedAt)),
      fact("Checksum", checksum(engine.checksum) === undefined ? "none: not every rank was hashed"
        : el("code", { class: "long" }, checksum(engine.checksum)))),
    el("h3", {}, "Ranks"), ranks,
    el("h3", {}, "History"), offSince(engine), stepsTable(engine),
    el("h3", {}, "Findings"),
    findingLinks(engine.findings),
  ], from);
}
