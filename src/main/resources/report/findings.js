// Findings: one line each, with the evidence behind a click.

const LINES = 50;
const MORE_LINES = 200;
const SEVERITIES = { error: "error", warning: "not checked", info: "note" };
const SEVERITY_SIGNS = { error: "≠", warning: "?", info: "i" };

const SEEN = { NEW: "new", CAME_BACK: "came back" };

const ORDERS = {
  gravest: () => 0,
  engine: (a, b) => a.engine - b.engine,
  kind: (a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0),
  tensor: (a, b) => ((a.tensor ?? "") < (b.tensor ?? "") ? -1 : (a.tensor ?? "") > (b.tensor ?? "") ? 1 : 0),
};

function place(finding) {
  const ranks = ranksOf(finding);
  const subject = finding.engine >= 0 ? data.engines[finding.engine].label()
    : finding.location === undefined ? "the fleet" : name(locationWords(finding.location));
  return [subject, ranks === undefined ? "" : `, rank${ranks.length === 1 ? "" : "s"} ${shortened(ranks.join(", "))}`];
}

function findingLine(finding) {
  const body = el("div", { class: "evidence" });
  const fill = () => {
    if (body.childElementCount === 0) {
      body.append(...evidence(finding).filter((part) => part !== ""));
    }
  };
  const line = el("details", { class: `finding ${finding.severity}`, id: `f${finding.number}` },
    el("summary", {},
      el("span", { class: `sign ${finding.severity}`, "aria-hidden": "true" }, SEVERITY_SIGNS[finding.severity] ?? "?"),
      el("span", { class: "what" },
        el("span", { class: "subject" }, place(finding)),
        el("span", { class: "kind" }, finding.kind),
        SEEN[finding.state] === undefined ? "" : el("span", { class: "new" }, SEEN[finding.state]),
        finding.tensor === undefined ? "" : el("span", { class: "tensor" }, name(finding.tensor)),
        el("span", { class: "detail" }, longText(finding.detail)))),
    body);
  line.addEventListener("toggle", fill);
  line.fill = fill;
  return el("li", {}, line);
}

// A sentence may be long; all of it is in the title.
const longText = (text) => (text.length <= 600 ? el("bdi", {}, text) : el("bdi", { title: text }, `${text.slice(0, 600)}…`));

// What was found before, and is not any more, or could not be looked at.
function pastFindings() {
  const { past, pastCount } = data.history;
  if (pastCount === 0) {
    return "";
  }
  const line = (fault) => el("li", {},
    el("span", { class: "subject" }, fault.engine === undefined ? "the fleet" : name(fault.engine), fault.rank === undefined ? "" : `, rank ${fault.rank}`),
    " ", el("span", { class: "kind" }, fault.kind),
    " ", el("span", {}, fault.state === "GONE" ? "gone" : "not checked again"),
    fault.tensor === undefined ? "" : el("span", { class: "tensor" }, name(fault.tensor)),
    el("span", { class: "detail" }, longText(fault.detail), `, in ${plural(fault.timesSeen, "scan")} from ${time(fault.firstSeen)} to ${time(fault.lastSeen)}`));
  return el("details", { class: "past" },
    el("summary", {}, `Found before, but not in this scan (${count(pastCount)})`),
    el("ol", { class: "findings" }, past.map(line)),
    pastCount > past.length ? el("p", { class: "muted" }, `${count(pastCount - past.length)} more are in the tables only`) : "");
}

function findingsList(section) {
  const view = { text: "", kind: "", severity: "", seen: "", order: "gravest", lines: LINES };
  const list = el("ol", { class: "findings" });
  const status = el("p", { class: "muted", role: "status" });
  const more = el("button", { type: "button", class: "more", onclick: () => { view.lines += MORE_LINES; draw(); } });
  const words = (finding) => [finding.kind, finding.tensor, ...(finding.tensors ?? []), finding.detail, finding.location, finding.cause,
    data.engines[finding.engine]?.name].join(" ").toLowerCase();
  const matches = (finding) => (view.kind === "" || finding.kind === view.kind)
    && (view.seen === "" || (finding.state in SEEN) === (view.seen === "new"))
    && (view.severity === "" || finding.severity === view.severity) && words(finding).includes(view.text);

  function draw() {
    const found = data.findings.filter(matches).sort((a, b) => ORDERS[view.order](a, b) || a.number - b.number);
    list.replaceChildren(...found.slice(0, view.lines).map(findingLine));
    const rest = found.length - view.lines;
    const left = data.findingCount - data.findings.length;
    status.textContent = `${rest > 0 ? `${count(view.lines)} of ` : ""}${plural(found.length, "finding")}`
      + (left > 0 ? `; ${count(left)} more are in the tables only` : "");
    more.hidden = rest <= 0;
    more.textContent = `Show ${count(Math.min(MORE_LINES, rest))} more`;
  }

  function choose(change) {
    Object.assign(view, change, { lines: LINES });
    draw();
  }

  section.append(el("h2", { id: "findings-title" }, "Findings"));
  section.hidden = false;
  if (data.findingCount === 0) {
    section.append(el("p", {}, "Nothing was found: every copy was checked, and is what it should be."), pastFindings());
    return undefined;
  }
  const tools = el("form", { class: "tools", onsubmit: (event) => event.preventDefault() },
    el("label", {}, "Search ", el("input", {
      type: "search", id: "finding-search", autocomplete: "off", oninput: (event) => choose({ text: event.target.value.toLowerCase() }),
    })),
    el("label", {}, "Kind ", el("select", { id: "finding-kind", onchange: (event) => choose({ kind: event.target.value }) },
      el("option", { value: "" }, `all (${count(data.findingCount)})`),
      Object.entries(data.findingKinds).map(([kind, findings]) => el("option", { value: kind }, `${kind} (${count(findings)})`)))),
    el("label", {}, "Severity ", el("select", { id: "finding-severity", onchange: (event) => choose({ severity: event.target.value }) },
      el("option", { value: "" }, "all"), Object.entries(SEVERITIES).map(([value, word]) => el("option", { value }, word)))),
    el("label", {}, "Seen ", el("select", { id: "finding-seen", onchange: (event) => choose({ seen: event.target.value }) },
      el("option", { value: "" }, "all"), el("option", { value: "new" }, "new"), el("option", { value: "before" }, "seen before"))),
    el("label", {}, "Sort by ", el("select", { id: "finding-order", onchange: (event) => choose({ order: event.target.value }) },
      Object.keys(ORDERS).map((order) => el("option", { value: order }, order === "gravest" ? "severity" : order)))));
  section.append(el("p", { class: "muted" }, "What each kind means, and what to do: docs/findings.md, in the directory of Shardsum."), tools, list, el("p", { class: "after" }, status, more), pastFindings());
  draw();

  // Shows a finding, whatever the filters say.
  return (number) => {
    const index = data.findings.findIndex((finding) => finding.number === number);
    if (index < 0) {
      return;
    }
    if (document.getElementById(`f${number}`) === null) {
      tools.reset();
      choose({ text: "", kind: "", severity: "", seen: "", order: "gravest" });
      view.lines = Math.max(LINES, index + 1);
      draw();
    }
    const line = document.getElementById(`f${number}`);
    line.fill();
    line.open = true;
    line.querySelector("summary").focus({ preventScroll: true });
    line.scrollIntoView({ block: "start" });
  };
}
