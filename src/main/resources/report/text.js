// Words, figures and elements. Text reaches the page as text only, never as markup.

const SIGNS = { VERIFIED: "=", DIFFERENT: "≠", HASHED_ONLY: "?", SKIPPED: "·", UNREADABLE: "!", MISSING: "∅", UNKNOWN: "…" };
const WORDS = {
  VERIFIED: "verified", DIFFERENT: "different", HASHED_ONLY: "not compared", SKIPPED: "skipped",
  UNREADABLE: "unreadable", MISSING: "missing", UNKNOWN: "unknown",
};
const WORST_FIRST = ["DIFFERENT", "MISSING", "UNREADABLE", "UNKNOWN", "HASHED_ONLY", "VERIFIED"];
const STEP_SIGNS = {
  DRIFTED: "≠", UPDATED: "↑", RESTORED: "↩", APPEARED: "+", DISAPPEARED: "−", NOT_SCANNED: "!", NOT_COMPARABLE: "?", NOT_UPDATED: "↛", UNCHANGED: "=",
};
const STEP_WORDS = {
  DRIFTED: "drifted", UPDATED: "updated", RESTORED: "restored", APPEARED: "appeared", DISAPPEARED: "disappeared",
  NOT_SCANNED: "not scanned as a whole", NOT_COMPARABLE: "hashed in another way",
  NOT_UPDATED: "new declaration, unchanged", UNCHANGED: "unchanged",
};

const plural = (number, noun, nouns) => `${count(number)} ${number === 1 ? noun : nouns ?? `${noun}s`}`;
const count = (number) => number.toLocaleString("en-US");

function bytes(number) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let power = 0;
  let value = number;
  while (value >= 1000 && power < units.length - 1) {
    value /= 1000;
    power++;
  }
  return power === 0 ? `${number} B` : `${value.toFixed(2)} ${units[power]}`;
}

const time = (instant) => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;

// Begin and end of a text that is long.
function shortened(text) {
  const points = Array.from(text);
  return points.length <= 64 ? text : `${points.slice(0, 36).join("")}…${points.slice(-20).join("")}`;
}

// An element: a property that begins with "on" is a listener, others are attributes; children are elements or texts.
function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== ""));
  return element;
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children);
  return element;
}

// A name: shortened, with all of it as a tip; the direction of its writing stays its own.
const name = (text) => el("bdi", { title: text.length > 64 ? text : undefined }, shortened(text));

// A name of which all can be read: by a click, where it is long.
function wholeName(text) {
  if (Array.from(text).length <= 64) {
    return el("bdi", {}, text);
  }
  return el("details", { class: "whole" },
    el("summary", {}, el("bdi", {}, shortened(text)), " ", el("span", { class: "muted" }, "whole name")),
    el("bdi", { class: "long", tabindex: "0", role: "group", "aria-label": "Whole name" }, text));
}

const sign = (state) => el("span", { class: `sign ${state}`, "aria-hidden": "true" }, SIGNS[state]);

const fact = (term, ...value) => el("div", {}, el("dt", {}, term), el("dd", {}, ...value));
