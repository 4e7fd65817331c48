// The room: the facilitator runs the exercise here, an observer reads the same page.
import { day, fill, h, hour, stated, StoryClock } from "./fields.js";
import { joined } from "./wire.js";
import { w } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const PACES = [1, 10, 60, 360, 3600];
const seen = new Set(PACES);
// The speeds to choose from: the usual ones, and those at which this exercise ran.
const paces = () => [...seen.add(overview.clock.speed)].sort((one, other) => one - other);
const MARKS = ["decision", "good", "question", "mistake"];
const SHOWN = 300;
// Whose clock the page shows: that of the desk to which the story comes.
let zone = "UTC";
const place = () => overview?.place ?? "UTC";

const { wire, me } = await joined();
if (me.role === "desk") location.replace("/desk");
const runs = me.role === "facilitator";
const kinds = new Map((await wire.get("/api/kinds")).kinds.map((one) => [one.kind, one.name]));

let overview = null;
let clock = new StoryClock(me.clock);
let chosen = "";
const flow = [];

const title = h("h1", {}, me.title);
const time = h("p", { class: "clock" }, "–");
const line = h("p", { role: "status" }, w("connecting"));
const says = h("p", { role: "status" });
const controls = h("div");
const map = h("div");
const desks = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": w("desk_table") });
const table = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": w("message_table") });
const detail = h("div");
const story = h("div");
const parts = h("div");
let leaving = false;

// The first words of a text of the story, to know it by.
function opening(text) {
  const first = text.match(/^.{30,90}?[.:;](?= )/)?.[0] ?? text.slice(0, 60);
  return first.length < text.length ? `${first} …` : first;
}

function kindName(kind) {
  return kinds.get(kind) ?? kind;
}

function part(id, text, ...content) {
  return h("section", { "aria-labelledby": id }, h("h2", { id, tabindex: "-1" }, text), ...content);
}

document.getElementById("room").append(
  h("header", {}, title, time, line),
  h("main", { class: "room" },
    h("div", { class: "stack" },
      runs ? part("hk-run", w("run"), parts, controls, says) : part("hk-run", w("parts"), parts),
      part("hk-map", w("desks"), map, desks),
      part("hk-story", w("story"), story)),
    h("div", { class: "stack" }, part("hk-flow", w("messages"), table), part("hk-detail", w("message"), detail))),
);

async function act(promise, done) {
  try {
    await promise;
    says.textContent = done;
    await load();
  } catch (error) {
    says.textContent = error.message;
  }
}

function showControls() {
  const speed = h("select", { id: "hk-speed" }, ...paces().map((pace) => h("option", { value: pace, selected: pace === overview.clock.speed }, PACES.includes(pace) ? w(`pace_${pace}`) : w("pace", { speed: pace }))));
  const to = h("select", { id: "hk-to" }, h("option", { value: "" }, w("all_desks")),
    ...overview.desks.filter((one) => one.seated).map((one) => h("option", { value: one.desk }, one.desk)));
  const words = h("textarea", { id: "hk-words", rows: "2", maxlength: "4000", value: document.getElementById("hk-words")?.value ?? "" });
  fill(
    controls,
    h("div", { class: "row" },
      overview.clock.running
        ? h("button", { type: "button", class: "do", id: "hk-pause", onclick: () => act(wire.post("/api/clock", { act: "pause" }), w("paused")) }, w("pause"))
        : h("button", { type: "button", class: "do", id: "hk-pause", onclick: () => act(wire.post("/api/clock", { act: "resume" }), w("resumed")) }, w("resume")),
      h("label", { for: "hk-speed" }, w("speed")), speed,
      h("button", { type: "button", class: "plain", id: "hk-set-speed", onclick: () => act(wire.post("/api/clock", { act: "speed", speed: Number(speed.value) * 10 }), w("speed_set")) }, w("set_speed"))),
    h("div", { class: "field" }, h("label", { for: "hk-words" }, w("speak")), words),
    h("div", { class: "row" }, h("label", { for: "hk-to" }, w("to")), to,
      h("button", { type: "button", class: "do", id: "hk-speak", onclick: () => {
        const text = words.value.trim();
        if (!text) return;
        words.value = "";
        act(wire.post("/api/announcements", { text, to: to.value ? [to.value] : [] }), w("spoken"));
      } }, w("say_it"))),
    h("div", { class: "row" },
      h("button", { type: "button", class: "plain", id: "hk-record", onclick: () => act(wire.download("/api/record", `exercise-${me.exercise}.zip`), w("record_done")) }, w("record")),
      h("button", { type: "button", class: "plain", id: "hk-report", onclick: () => act(wire.download("/api/report", `exercise-${me.exercise}.html`), w("report_done")) }, w("report"))),
  );
}

// Where the story stands: its parts, what is still to come in this one, and the way to the next.
function showParts() {
  const all = overview.parts;
  if (!all.length) {
    fill(parts);
    return;
  }
  const now = clock.now().getTime();
  const here = all.findLastIndex((one) => Date.parse(one.begins) <= now);
  const left = (Date.parse(all[Math.max(here, 0)].ends) - now) / 60000 / overview.clock.speed;
  const coming = overview.injects.filter((one) => !one.done && Date.parse(one.due) <= Date.parse(all[Math.max(here, 0)].ends)).length;
  const ended = overview.stage === "ended";
  const next = here + 1 < all.length && !ended;
  const leave = () => {
    leaving = false;
    act(wire.post("/api/clock", { act: "next" }), w("part_next_done"))
      .then(() => (document.getElementById("hk-next") ?? document.getElementById("hk-pause")).focus());
  };
  fill(parts,
    h("ol", { class: "parts", id: "hk-parts" }, ...all.map((one, number) => h("li", { "aria-current": number === here && !ended ? "step" : undefined },
      `${day(new Date(one.begins), zone)} – ${hour(new Date(one.ends), zone)}`,
      number === here && !ended ? h("strong", {}, ` ${w("part_here", { minutes: Math.max(0, Math.ceil(left)), coming })}`) : null,
      number < here || ended ? ` ${w("part_over")}` : null))),
    ended ? h("p", { class: "calm" }, w("story_ended")) : null,
    runs && next ? h("div", { class: "row" }, leaving
      ? [h("span", {}, w("part_sure", { coming })),
          h("button", { type: "button", class: "do", id: "hk-next-yes", onclick: leave }, w("part_yes")),
          h("button", { type: "button", class: "plain", id: "hk-next-no", onclick: () => { leaving = false; showParts(); document.getElementById("hk-next").focus(); } }, w("part_no"))]
      : h("button", { type: "button", class: "plain", id: "hk-next", onclick: () => { leaving = true; showParts(); document.getElementById("hk-next-yes").focus(); } }, w("part_next"))) : null);
}

function svg(tag, properties, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(properties)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

// A ring of desks: a full circle is connected, a dashed one is not; a line for the messages between two.
function showMap() {
  const seen = new Set(flow.flatMap((one) => [one.from, one.to]));
  const shown = overview.desks.filter((one) => one.seated || seen.has(one.desk)).slice(0, 16);
  const width = 640;
  const height = 300;
  const places = new Map(shown.map((one, index) => {
    const angle = (index / shown.length) * 2 * Math.PI - Math.PI / 2;
    return [one.desk, [width / 2 + 225 * Math.cos(angle), height / 2 + 105 * Math.sin(angle)]];
  }));
  const pairs = new Map();
  for (const one of flow) {
    const key = [one.from, one.to].sort().join(" ");
    pairs.set(key, (pairs.get(key) ?? 0) + 1);
  }
  const lines = [...pairs].filter(([key]) => key.split(" ").every((desk) => places.has(desk))).map(([key, number]) => {
    const [a, b] = key.split(" ").map((desk) => places.get(desk));
    return svg("g", {},
      svg("line", { x1: a[0], y1: a[1], x2: b[0], y2: b[1], stroke: "#5b6675", "stroke-width": Math.min(8, 1 + Math.log2(number)) }),
      svg("text", { class: "small", x: (a[0] + b[0]) / 2 + 4, y: (a[1] + b[1]) / 2 - 4 }, String(number)));
  });
  const nodes = shown.map((one) => {
    const [x, y] = places.get(one.desk);
    const state = w(one.connected ? "there" : one.seated ? "away" : "scripted");
    return svg("g", {},
      svg("circle", { cx: x, cy: y, r: 20, fill: one.late ? "#f6d5d5" : "#e6eef8", stroke: one.connected ? "#124a86" : "#5b6675", "stroke-width": 3, "stroke-dasharray": one.connected ? "none" : "5 4" }),
      svg("text", { x, y: y + 5, "text-anchor": "middle" }, one.desk.slice(0, 2)),
      svg("text", { class: "small", x, y: y + 36, "text-anchor": "middle" }, `${w("node", { desk: one.desk, state })}${one.seated && one.unread ? `, ${w("unread", { count: one.unread })}` : ""}`));
  });
  const words = w("map", { desks: shown.length, connected: shown.filter((one) => one.connected).length, messages: flow.length });
  fill(map, svg("svg", { class: "map", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words }, ...lines, ...nodes));
}

function showDesks() {
  const now = Date.now();
  const ago = (text) => {
    if (!text) return w("never");
    const seconds = Math.max(0, Math.round((now - Date.parse(text)) / 1000));
    return seconds < 90 ? w("seconds_ago", { seconds }) : w("minutes_ago", { minutes: Math.round(seconds / 60) });
  };
  fill(desks, h("table", {},
    h("caption", {}, w("desk_state")),
    h("thead", {}, h("tr", {}, ...["desk", "state", "last_seen", "received", "unread_head", "sent_head", "clocks"].map((name) => h("th", { scope: "col" }, w(name))))),
    h("tbody", {}, ...overview.desks.filter((one) => one.seated || one.received || one.sent).map((one) => h("tr", {},
      h("th", { scope: "row" }, one.desk),
      h("td", {}, h("span", { class: one.connected ? "tag there" : "tag" }, w(one.connected ? "there" : one.seated ? "away" : "scripted"))),
      h("td", {}, one.seated ? ago(one.last_seen) : "–"),
      h("td", {}, String(one.received)), h("td", {}, one.seated ? String(one.unread) : "–"), h("td", {}, String(one.sent)),
      h("td", {}, one.late ? h("span", { class: "tag late" }, `${one.clocks}, ${w("late", { count: one.late })}`) : String(one.clocks)))))));
}

function showStory() {
  if (!overview.injects.length) {
    fill(story, h("p", { class: "quiet" }, w("no_scenario")));
    return;
  }
  fill(story, h("table", {},
    h("caption", {}, w("injects", { place: place() })),
    h("thead", {}, h("tr", {}, ...["when", "what", "state"].map((name) => h("th", { scope: "col" }, w(name))))),
    h("tbody", {}, ...overview.injects.map((one) => h("tr", {},
      h("td", {}, day(new Date(one.due), zone)),
      h("th", { scope: "row" }, one.text ? w("words_to", { desk: one.to === "all" ? w("everybody") : one.to, name: opening(one.text) }) : `${w("from_to", { sender: one.from, desk: one.to, kind: one.title || kindName(one.kind) })}${one.forged ? ` (${w("forged")})` : ""}`),
      h("td", {}, one.done ? w("done_at", { when: hour(new Date(one.done), zone) }) : runs
        ? h("button", { type: "button", class: "plain", id: `hk-inject-${one.id}`, onclick: () => act(wire.post("/api/injects", { id: one.id }), w("happened")) }, w("let_happen"))
        : w("to_come")))))));
}

function showFlow() {
  const marked = new Map();
  for (const one of overview?.marks ?? []) marked.set(one.message, one.mark);
  fill(table, h("table", {},
    h("caption", {}, flow.length === SHOWN ? w("flow_last", { count: SHOWN, place: place() }) : w("flow", { place: place() })),
    h("thead", {}, h("tr", {}, ...["time", "from", "to", "what", "mark"].map((name) => h("th", { scope: "col" }, w(name))))),
    h("tbody", {}, ...[...flow].reverse().map((one) => h("tr", {},
      h("td", {}, hour(new Date(one.story), zone)),
      h("td", {}, one.from), h("td", {}, one.to),
      h("td", {}, h("button", { type: "button", class: "pick", id: `hk-m-${one.id}`, "aria-current": String(one.id === chosen), onclick: () => open(one.id) },
        `${overview?.titles[one.id] || kindName(one.kind)} `,
        one.event === "rejected" ? h("span", { class: "tag late" }, w("forged")) : null,
        one.urgency && one.urgency !== "ordinary" ? h("span", { class: `tag ${one.urgency}` }, w(one.urgency)) : null)),
      h("td", {}, marked.has(one.id) ? w(`mark_${marked.get(one.id)}`) : ""))))));
}

async function open(id) {
  chosen = id;
  showFlow();
  try {
    showMessage(await wire.get(`/api/messages/${id}`));
  } catch (error) {
    fill(detail, h("p", {}, error.message));
  }
}

function showMessage(message) {
  const marks = overview.marks.filter((one) => one.message === message.id);
  const mark = h("select", { id: "hk-mark" }, ...MARKS.map((code) => h("option", { value: code }, w(`mark_${code}`))));
  const note = h("input", { id: "hk-mark-note", maxlength: "4000", autocomplete: "off" });
  fill(detail,
    h("h3", {}, `${w("from_to", { sender: message.from, desk: message.to, kind: message.kind_name })} (${message.provision})`),
    h("p", { class: "quiet" }, `${day(new Date(message.sent), zone)} (${place()}) · ${message.urgency_label} · ${message.reference || w("no_reference")} · ${message.id.slice(0, 16)}`),
    h("dl", {}, ...message.stated.flatMap((one) => stated(one, one.lines.join("\n")))),
    ...marks.map((one) => h("p", { class: "calm" }, w("marked_as", { mark: w(`mark_${one.mark}`), note: one.note }))),
    runs ? h("div", { class: "field" }, h("label", { for: "hk-mark" }, w("mark_as")), mark) : null,
    runs ? h("div", { class: "field" }, h("label", { for: "hk-mark-note" }, w("mark_note")), note) : null,
    runs ? h("button", { type: "button", class: "do", id: "hk-mark-set", onclick: async () => {
      await act(wire.post("/api/marks", { message: message.id, mark: mark.value, note: note.value }), w("marked"));
      showMessage(message);
    } }, w("mark")) : null);
}

let loading = null;
let again = false;
async function load() {
  if (loading) {
    again = true;
    return loading;
  }
  loading = (async () => {
    do {
      again = false;
      overview = await wire.get("/api/overview");
      clock = new StoryClock(overview.clock);
      zone = overview.zone;
      if (runs) showControls();
      showParts();
      showMap();
      showDesks();
      showStory();
      showFlow();
    } while (again);
  })();
  try {
    await loading;
  } catch (error) {
    line.textContent = error.message;
  } finally {
    loading = null;
  }
}

let waiting = null;
function soon() {
  waiting ??= setTimeout(() => {
    waiting = null;
    load();
  }, 700);
}

function take(record) {
  if (record.event === "message" || record.event === "rejected") {
    flow.push(record);
    if (flow.length > SHOWN) flow.shift();
  }
}

fill(detail, h("p", { class: "quiet" }, w("choose_message")));
await load();
wire.follow("/api/log/events", {
  after: 0,
  tell: (name, data) => {
    if (name === "line") take(data.record);
    else if (name === "clock") clock = new StoryClock(data);
    soon();
  },
  state: (there, reason) => {
    line.textContent = there ? w("connected_as", { role: w(me.role) }) : reason || w("not_connected");
  },
});
setInterval(() => {
  const pace = clock.speed === 0 ? w("stands") : clock.speed === 1 ? "" : w("pace", { speed: clock.speed });
  time.textContent = `${day(clock.now(), zone)} ${place()} ${pace}`;
}, 500);
setInterval(load, 10000);
