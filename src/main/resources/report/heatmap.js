// Engines and ranks: a row an engine, a cell a rank. Engines that are not verified come first.

const ROWS = 60;
const MORE_ROWS = 180;
const ROWS_OF_A_TABLE = 20;

const grave = (engine) => WORST_FIRST.indexOf(engine.state);
const byGravity = (a, b) => grave(a) - grave(b) || a.number - b.number;

function rankCell(rank) {
  return el("td", {}, el("button", {
    type: "button", class: `cell ${rank.state}`, tabindex: "-1", "data-rank": rank.rank,
    "aria-label": `${shortened(rank.engine.name)}, rank ${rank.rank}: ${WORDS[rank.state]}`,
    title: `rank ${rank.rank}: ${WORDS[rank.state]}`,
  }, SIGNS[rank.state]));
}

function engineRow(engine, ranks) {
  const cells = new Map(engine.ranks.map((rank) => [rank.rank, rank]));
  return el("tr", { "data-engine": engine.number },
    el("th", { scope: "row" }, el("a", { href: `#e${engine.number}` }, engine.label())),
    Array.from({ length: ranks }, (_, rank) => (cells.has(rank) ? rankCell(cells.get(rank)) : el("td"))),
    el("td", { class: "why" }, `${engine.hashedRanks}/${engine.expectedRanks}`));
}

// The engines of a group in tables that stand beside each other where there is room.
function heatTables(group, engines) {
  const ranks = Math.max(...engines.map((engine) => Math.max(...engine.ranks.map((rank) => rank.rank)))) + 1;
  const parts = Math.ceil(engines.length / ROWS_OF_A_TABLE);
  return Array.from({ length: parts }, (_, part) => heatTable(
    [name(data.groupWords[group]), parts > 1 ? ` (${part + 1} of ${parts})` : ""], ranks,
    engines.slice(part * ROWS_OF_A_TABLE, (part + 1) * ROWS_OF_A_TABLE)));
}

function heatTable(caption, ranks, engines) {
  return el("div", { class: "scroll" }, el("table", { class: "heat" },
    el("caption", {}, caption),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Engine"),
      Array.from({ length: ranks }, (_, rank) => el("th", { scope: "col" }, String(rank))),
      el("th", { scope: "col" }, el("abbr", { title: "ranks hashed of those expected" }, "Hashed")))),
    el("tbody", {}, engines.map((engine) => engineRow(engine, ranks)))));
}

function heatmap(section) {
  const view = { text: "", state: "", rows: ROWS };
  const tables = el("div", { class: "heats" });
  const status = el("p", { class: "muted", role: "status" });
  const more = el("button", { type: "button", class: "more", onclick: () => { view.rows += MORE_ROWS; draw(); } });
  const matches = (engine) => (view.state === "" || engine.ranks.some((rank) => rank.state === view.state))
    && `${engine.name} ${engine.groupWords}`.toLowerCase().includes(view.text);

  function draw() {
    const found = data.engines.filter(matches).sort(byGravity);
    const shown = found.slice(0, view.rows);
    const groups = new Map();
    shown.forEach((engine) => groups.set(engine.group, [...(groups.get(engine.group) ?? []), engine]));
    tables.replaceChildren(...[...groups].flatMap(([group, engines]) => heatTables(group, engines)));
    tables.querySelector("button.cell")?.setAttribute("tabindex", "0");
    const rest = found.slice(view.rows);
    const unverified = rest.filter((engine) => engine.state !== "VERIFIED").length;
    status.textContent = rest.length === 0 ? plural(found.length, "engine")
      : `${count(shown.length)} of ${plural(found.length, "engine")}; of the others ${unverified === 0 ? "all are" : `${count(rest.length - unverified)} are`} verified`;
    more.hidden = rest.length === 0;
    more.textContent = `Show ${count(Math.min(MORE_ROWS, rest.length))} more`;
  }

  tables.addEventListener("click", (event) => {
    const cell = event.target.closest("button.cell");
    if (cell) {
      const engine = data.engines[cell.closest("tr").dataset.engine];
      focusCell(cell);
      openRank(engine.ranks.find((rank) => rank.rank === Number(cell.dataset.rank)), cell);
    }
  });
  tables.addEventListener("keydown", (event) => {
    const cell = event.target.closest("button.cell");
    const next = cell && neighbour(cell, event.key);
    if (next) {
      event.preventDefault();
      focusCell(next);
      next.focus();
    }
  });

  // One cell is a stop of the tab key; arrows lead to the others.
  function focusCell(cell) {
    tables.querySelectorAll('button.cell[tabindex="0"]').forEach((other) => other.setAttribute("tabindex", "-1"));
    cell.setAttribute("tabindex", "0");
  }

  function neighbour(cell, key) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
    if (!step) {
      return undefined;
    }
    const rows = [...tables.querySelectorAll("tbody tr")];
    const row = rows[rows.indexOf(cell.closest("tr")) + step[0]];
    return row?.cells[cell.parentElement.cellIndex + step[1]]?.querySelector("button.cell");
  }

  const states = WORST_FIRST.filter((state) => data.engines.some((engine) => engine.ranks.some((rank) => rank.state === state)));
  section.append(
    el("h2", { id: "fleet-title" }, "Engines and ranks"),
    el("form", { class: "tools", onsubmit: (event) => event.preventDefault() },
      el("label", {}, "Engine or model ", el("input", {
        type: "search", id: "engine-search", autocomplete: "off",
        oninput: (event) => { view.text = event.target.value.toLowerCase(); view.rows = ROWS; draw(); },
      })),
      el("label", {}, "Ranks ", el("select", {
        id: "engine-state", onchange: (event) => { view.state = event.target.value; view.rows = ROWS; draw(); },
      }, el("option", { value: "" }, "all"), states.map((state) => el("option", { value: state }, WORDS[state])))),
      el("p", { class: "legend" }, states.map((state) => el("span", {}, sign(state), ` ${WORDS[state]}`)))),
    tables, el("p", { class: "after" }, status, more));
  section.hidden = false;
  draw();
}
