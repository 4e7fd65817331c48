// The instructor's page: who needs help, how far the room is, what is released. The service sends the whole state; here
// only what has changed is drawn, so that the keyboard keeps its place. Everything that people wrote is text, never HTML.

import { joined } from "./wire.js";
import { w } from "./words.js";

const at = (id) => document.getElementById(id);
const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
};
const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const set = (node, name, value) => { if (node.getAttribute(name) !== value) node.setAttribute(name, value); };

const { wire, me } = await joined();
let state = null;
let wall = false;
let chosen = "";
let sure = null;

at("room").hidden = false;
put(at("title"), me.title);
document.title = `${w("room_page")} · ${me.title}`;
// Breaks, where it must, before the code and between its halves only: the first half is a thing of its own.
const [address, code] = me.line.split(" ");
const half = code.indexOf("-", code.indexOf("-") + 1) + 1;
at("line").append(...[address, " ", code.slice(0, half), code.slice(half)].map((part) => (part === " " ? part : make("span", {}, part))));
at("qr").append(qr(me.qr));
at("wall").addEventListener("click", () => {
  wall = !wall;
  document.body.classList.toggle("wall", wall);
  set(at("wall"), "aria-pressed", String(wall));
  put(at("wall"), w(wall ? "desk" : "wall"));
  if (state) draw();
});
at("which").addEventListener("change", () => {
  chosen = at("which").value;
  if (state) draw();
});

// Rows by key: one that stays keeps its element, and with it the focus.
function rows(parent, items, key, create, update) {
  const known = parent.hkRows ??= new Map();
  const wanted = new Set(items.map(key));
  for (const [name, row] of known) {
    if (wanted.has(name)) continue;
    row.node.remove();
    known.delete(name);
  }
  const active = document.activeElement;
  items.forEach((item, index) => {
    let row = known.get(key(item));
    if (!row) known.set(key(item), row = create(item));
    if (parent.children[index] !== row.node) parent.insertBefore(row.node, parent.children[index] ?? null);
    update(row, item);
  });
  if (active && active !== document.activeElement && parent.contains(active)) active.focus();
}

const say = (text, bad = false) => {
  at("says").textContent = text;
  at("says").dataset.bad = String(bad);
};
async function act(path, body, done) {
  try {
    const reply = await wire.post(`/api/instructor/${path}`, body);
    say(reply.without ? `${done(reply)} ${w("without", { reason: reply.without })}` : done(reply), Boolean(reply.without));
  } catch (error) {
    say(error.message, true);
  }
}
// What cannot be taken back is asked for twice; the second press must come within six seconds.
function twice(button, label, again, go) {
  const plain = () => {
    button.classList.remove("sure");
    put(button, label());
    if (sure?.button === button) sure = null;
  };
  button.addEventListener("click", () => {
    if (sure?.button === button) {
      clearTimeout(sure.timer);
      plain();
      go();
      return;
    }
    sure?.plain();
    button.classList.add("sure");
    put(button, again());
    sure = { button, plain, timer: setTimeout(plain, 6000) };
  });
  plain();
}
const span = (seconds) => (seconds < 60 ? w("under_minute") : w("minutes", { minutes: Math.floor(seconds / 60) }));

function reason(person) {
  if (person.why === "help") return w("why_help");
  if (person.why === "wrong") return w("why_wrong", { count: person.wrong });
  const minutes = Math.floor(person.seconds / 60);
  return person.usual ? w("why_long", { minutes, usual: Math.max(1, Math.round(person.usual / 60)) }) : w("why_long_alone", { minutes });
}
const place = (person) => {
  if (person.why === "help" && person.help === "*") return w("in_general");
  return person.title || person.question;
};

function needs() {
  const people = state.people.filter((person) => person.why);
  at("needs-none").hidden = people.length > 0 && !wall;
  put(at("needs-none"), people.length && wall ? w("needs_wall", { count: people.length }) : w("needs_none"));
  rows(at("needs"), wall ? [] : people, (person) => String(person.row), (person) => {
    const name = make("strong", { dir: "auto" });
    const why = make("span", { class: "tag" });
    const where = make("span");
    const come = make("button", { type: "button", class: "do", onclick: () => act("helped", { row: person.row }, () => "") }, w("come"));
    return { node: make("li", {}, name, why, where, come), name, why, where, come };
  }, (row, person) => {
    put(row.name, person.name);
    put(row.why, reason(person));
    row.why.className = `tag ${person.why}`;
    put(row.where, place(person));
    row.node.dataset.why = person.why;
    row.come.hidden = person.why !== "help";
    set(row.come, "aria-label", w("come_to", { name: person.name }));
  });
}

function progress() {
  const found = state.assignments;
  // Chosen once, by what most are at; after that by the person.
  const busiest = [...found].sort((a, b) => b.started - a.started || (b.state === "open") - (a.state === "open"))[0];
  if (!found.some((one) => one.name === chosen)) chosen = busiest?.started || busiest?.state === "open" ? busiest.name : found[0]?.name ?? "";
  rows(at("which"), found, (one) => one.name, (one) => ({ node: make("option", { value: one.name }) }), (row, one) => put(row.node, one.title));
  if (at("which").value !== chosen) at("which").value = chosen;
  const one = found.find((each) => each.name === chosen);
  const of = one?.started ?? 0;
  const working = found.find((each) => each.working !== null);
  put(at("working"), working ? w("working_out", { title: working.title, seconds: working.working }) : "");
  put(at("progress-says"), !one || one.read ? "" : one.failed ? w("no_questions", { reason: one.failed }) : w("reading"));
  at("progress-table").hidden = !one?.questions.length;
  rows(at("progress"), one?.questions ?? [], (question) => question.id, (question) => {
    const name = make("th", { scope: "row" });
    const fill = make("i");
    const count = make("span");
    const here = make("td");
    const usual = make("td");
    const hint = make("button", { type: "button", class: "plain" });
    const solution = make("button", { type: "button", class: "plain" });
    const out = make("span", { class: "quiet" });
    const says = make("summary");
    const words = make("p", { dir: "auto" });
    const preview = make("details", { class: "preview" }, says, words);
    const row = { fill, count, here, usual, hint, solution, out, name, question, says, words, preview };
    hint.addEventListener("click", () => {
      const { id, hints, title } = row.question;
      act("hint", { question: id, level: hints + 1 }, () => w("released_hint", { level: hints + 1, question: title }));
    });
    twice(solution, () => w("solution"), () => w("sure"), () => {
      act("solution", { question: row.question.id }, () => w("released_solution", { question: row.question.title }));
    });
    row.node = make("tr", {}, name, make("td", {}, make("div", { class: "share" }, count, make("div", { class: "bar", "aria-hidden": "true" }, fill))), here, usual,
      make("td", { class: "release" }, make("div", { class: "row" }, hint, solution, out), preview));
    return row;
  }, (row, question) => {
    row.question = question;
    put(row.name, question.title);
    row.fill.style.inlineSize = of ? `${(100 * Math.min(question.done, of)) / of}%` : "0";
    row.fill.dataset.none = String(question.done === 0);
    put(row.count, w("answered_of", { done: question.done, of }));
    put(row.here, question.stuck ? w("here_stuck", { here: question.here, stuck: question.stuck }) : question.here ? String(question.here) : "");
    put(row.usual, question.usual === null ? "" : span(question.usual));
    const more = question.hints < question.hintsOf;
    row.hint.hidden = !more;
    if (more) put(row.hint, w("hint_next", { level: question.hints + 1 }));
    set(row.hint, "aria-label", w("hint_of", { level: question.hints + 1, of: question.hintsOf, question: question.title }));
    row.preview.hidden = !question.hintNext;
    put(row.says, w("hint_read", { level: question.hints + 1 }));
    put(row.words, question.hintNext);
    row.solution.hidden = question.solved;
    set(row.solution, "aria-description", w("solution_of", { question: question.title }));
    put(row.out, [more ? "" : w("hints_out", { count: question.hintsOf }), question.solved ? w("solution_out") : ""].filter(Boolean).join(", "));
  });
}

function people() {
  at("nobody").hidden = state.people.length > 0;
  at("people-table").hidden = state.people.length === 0;
  rows(at("people"), wall ? [] : state.people, (person) => String(person.row), (person) => {
    const row = { name: make("th", { scope: "row", dir: "auto" }), where: make("td"), time: make("td"), done: make("td"),
                  tag: make("span", { class: "tag" }), out: make("button", { type: "button", class: "plain small" }), person };
    twice(row.out, () => "×", () => w("remove_sure", { name: row.person.name }), () => act("remove", { row: row.person.row }, () => ""));
    row.node = make("tr", {}, row.name, row.where, row.time, row.done, make("td", {}, row.tag), make("td", {}, row.out));
    return row;
  }, (row, person) => {
    row.person = person;
    put(row.name, person.name);
    // One line for each person: the number of the question; its title on demand.
    put(row.where, (person.title || person.question).split(" · ")[0]);
    set(row.where, "title", person.title || person.question);
    put(row.time, person.question ? span(person.seconds) : "");
    put(row.done, person.of ? w("answered_of", { done: person.done, of: person.of }) : "");
    const [kind, text] = person.why ? [person.why, w(`state_${person.why}`)]
      : person.quiet ? ["quiet", person.quiet < 60 ? w("state_quiet_now") : w("state_quiet", { minutes: Math.floor(person.quiet / 60) })]
        : !person.question ? ["start", w("state_start")] : person.answered ? ["done", w("state_done")] : ["works", w("state_works")];
    row.tag.className = `tag ${kind}`;
    put(row.tag, text);
    // While the button asks again, its own words are its name.
    if (row.out.classList.contains("sure")) row.out.removeAttribute("aria-label");
    else set(row.out, "aria-label", w("remove_who", { name: person.name }));
    set(row.out, "title", w("remove_who", { name: person.name }));
  });
}

function assignments() {
  rows(at("assignments"), state.assignments, (one) => one.name, (one) => {
    const row = { name: make("th", { scope: "row" }), state: make("span"), go: make("button", { type: "button", class: "plain" }),
                  all: make("button", { type: "button", class: "plain" }), out: make("span", { class: "quiet" }), one };
    row.go.addEventListener("click", () => {
      const to = row.one.state === "open" ? "closed" : "open";
      act("assignment", { name: row.one.name, state: to }, () => w(`is_${to}`, { title: row.one.title }));
    });
    twice(row.all, () => w("all_solutions"), () => w("sure"), () => {
      act("solution", { assignment: row.one.name }, (reply) => w("released_all", { count: reply.released }));
    });
    row.node = make("tr", {}, row.name, make("td", {}, make("div", { class: "row" }, row.state, make("span", { class: "acts" }, row.go))),
      make("td", { class: "release" }, row.all, row.out));
    return row;
  }, (row, one) => {
    row.one = one;
    put(row.name, one.title);
    put(row.state, [w(one.state), one.due ? w("due", { when: one.due }) : ""].filter(Boolean).join(", "));
    put(row.go, w(one.state === "open" ? "do_close" : "do_open"));
    set(row.go, "aria-label", w(one.state === "open" ? "close_it" : "open_it", { title: one.title }));
    row.all.hidden = one.solution === "released";
    set(row.all, "aria-description", w("all_solutions_of", { title: one.title }));
    put(row.out, one.solution === "released" ? w("all_out") : "");
  });
}

function bundles() {
  put(at("bundles-count"), String(state.bundleCount));
  at("no-bundles").hidden = state.bundles.length > 0;
  rows(at("bundles"), state.bundles, (one) => `${one.at} ${one.code} ${one.state} ${one.name}`, () => ({ node: make("li", { dir: "auto" }) }), (row, one) => {
    const marks = [one.late ? w("bundle_late") : "", one.state === "accepted" ? "" : w(`bundle_${one.state}`)].filter(Boolean);
    put(row.node, [w(wall ? "bundle" : "bundle_of", one), ...marks].join(" · "));
  });
}

function draw() {
  put(at("count"), String(state.people.length));
  document.body.classList.toggle("empty", state.people.length === 0);
  const stuck = state.people.filter((person) => person.why).length;
  put(at("need"), String(stuck));
  at("need-figure").dataset.some = String(stuck > 0);
  needs();
  progress();
  people();
  assignments();
  bundles();
}

function qr(lines) {
  const space = "http://www.w3.org/2000/svg";
  const size = lines.length + 8;
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", lines.flatMap((line, y) => [...line].map((dark, x) => (dark === "1" ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join(""));
  path.setAttribute("fill", "#000");
  svg.append(path);
  return svg;
}

put(at("line-state"), w("connecting"));
wire.follow("/api/instructor/events", {
  after: 0,
  tell: (_name, data) => {
    state = data;
    draw();
  },
  state: (there, text) => put(at("line-state"), text ?? w(there ? "connected" : "not_connected")),
});
