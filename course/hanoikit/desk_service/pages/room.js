// The room: the facilitator runs the exercise here, an observer reads the same page.
import { StoryClock, day, fill, h, hour } from "./fields.js";
import { joined } from "./wire.js";

const SVG = "http://www.w3.org/2000/svg";
const PACES = [[1, "as in life"], [10, "10 × life"], [60, "60 × life: an hour in a minute"], [360, "360 × life: an hour in 10 seconds"], [3600, "3600 × life: an hour in a second"]];
const MARKS = [["decision", "Decision"], ["good", "Well done"], ["question", "Question"], ["mistake", "Mistake"]];
const SHOWN = 300;
const ZONE = "UTC";

const { wire, me } = await joined();
if (me.role === "desk") location.replace("/desk");
const runs = me.role === "facilitator";

let overview = null;
let clock = new StoryClock(me.clock);
let chosen = "";
const flow = [];

const title = h("h1", {}, me.title);
const time = h("p", { class: "clock" }, "–");
const line = h("p", { role: "status" }, "Connecting …");
const says = h("p", { role: "status" });
const controls = h("div");
const map = h("div");
const desks = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Table of desks" });
const table = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Table of messages" });
const detail = h("div");
const story = h("div");

function part(id, text, ...content) {
  return h("section", { "aria-labelledby": id }, h("h2", { id, tabindex: "-1" }, text), ...content);
}

document.getElementById("room").append(
  h("header", {}, title, time, line),
  h("main", { class: "room" },
    h("div", { class: "stack" },
      runs ? part("hk-run", "Run the exercise", controls, says) : null,
      part("hk-map", "The desks", map, desks),
      part("hk-story", "The story", story)),
    h("div", { class: "stack" }, part("hk-flow", "Messages", table), part("hk-detail", "Message", detail))),
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
  const speed = h("select", { id: "hk-speed" }, ...PACES.map(([pace, text]) => h("option", { value: pace, selected: pace === overview.clock.speed }, text)));
  const to = h("select", { id: "hk-to" }, h("option", { value: "" }, "All desks"),
    ...overview.desks.filter((one) => one.seated).map((one) => h("option", { value: one.desk }, one.desk)));
  const words = h("textarea", { id: "hk-words", rows: "2", maxlength: "4000", value: document.getElementById("hk-words")?.value ?? "" });
  fill(
    controls,
    h("div", { class: "row" },
      overview.clock.running
        ? h("button", { type: "button", class: "do", id: "hk-pause", onclick: () => act(wire.post("/api/clock", { act: "pause" }), "The clock of the story stands still.") }, "Pause")
        : h("button", { type: "button", class: "do", id: "hk-pause", onclick: () => act(wire.post("/api/clock", { act: "resume" }), "The clock of the story runs.") }, "Start the clock"),
      h("label", { for: "hk-speed" }, "Speed"), speed,
      h("button", { type: "button", class: "plain", id: "hk-set-speed", onclick: () => act(wire.post("/api/clock", { act: "speed", speed: Number(speed.value) * 10 }), "The speed is set.") }, "Set the speed")),
    h("div", { class: "field" }, h("label", { for: "hk-words" }, "Speak to the desks"), words),
    h("div", { class: "row" }, h("label", { for: "hk-to" }, "To"), to,
      h("button", { type: "button", class: "do", id: "hk-speak", onclick: () => {
        const text = words.value.trim();
        if (!text) return;
        words.value = "";
        act(wire.post("/api/announcements", { text, to: to.value ? [to.value] : [] }), "Said.");
      } }, "Say it")),
    h("div", { class: "row" },
      h("button", { type: "button", class: "plain", id: "hk-record", onclick: () => act(wire.download("/api/record", `exercise-${me.exercise}.zip`), "The signed record is in your downloads. Check it with: hanoikit desk verify FILE") }, "Signed record (zip)"),
      h("button", { type: "button", class: "plain", id: "hk-report", onclick: () => act(wire.download("/api/report", `exercise-${me.exercise}.html`), "The report is in your downloads.") }, "Report to read")),
  );
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
    const state = one.connected ? "connected" : "away";
    return svg("g", {},
      svg("circle", { cx: x, cy: y, r: 20, fill: one.late ? "#f6d5d5" : "#e6eef8", stroke: one.connected ? "#124a86" : "#5b6675", "stroke-width": 3, "stroke-dasharray": one.connected ? "none" : "5 4" }),
      svg("text", { x, y: y + 5, "text-anchor": "middle" }, one.desk.slice(0, 2)),
      svg("text", { class: "small", x, y: y + 36, "text-anchor": "middle" }, `${one.desk}: ${state}${one.unread ? `, ${one.unread} not read` : ""}`));
  });
  const words = `${shown.length} desks, ${shown.filter((one) => one.connected).length} connected, ${flow.length} messages shown. The table below says the same.`;
  fill(map, svg("svg", { class: "map", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words }, ...lines, ...nodes));
}

function showDesks() {
  const now = Date.now();
  const ago = (text) => {
    if (!text) return "never";
    const seconds = Math.max(0, Math.round((now - Date.parse(text)) / 1000));
    return seconds < 90 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
  };
  fill(desks, h("table", {},
    h("caption", {}, "State of each desk"),
    h("thead", {}, h("tr", {}, ...["Desk", "State", "Last seen", "Received", "Not read", "Sent", "Clocks"].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...overview.desks.filter((one) => one.seated || one.received || one.sent).map((one) => h("tr", {},
      h("th", { scope: "row" }, one.desk),
      h("td", {}, h("span", { class: one.connected ? "tag there" : "tag" }, one.connected ? "connected" : one.seated ? "away" : "scripted")),
      h("td", {}, one.seated ? ago(one.last_seen) : "–"),
      h("td", {}, String(one.received)), h("td", {}, one.seated ? String(one.unread) : "–"), h("td", {}, String(one.sent)),
      h("td", {}, one.late ? h("span", { class: "tag late" }, `${one.clocks}, ${one.late} late`) : String(one.clocks)))))));
}

function showStory() {
  if (!overview.injects.length) {
    fill(story, h("p", { class: "quiet" }, "No scenario: nothing comes in by itself."));
    return;
  }
  fill(story, h("table", {},
    h("caption", {}, "What comes in by the scenario (UTC)"),
    h("thead", {}, h("tr", {}, ...["When", "What", "State"].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...overview.injects.map((one) => h("tr", {},
      h("td", {}, hour(new Date(one.due), ZONE)),
      h("th", { scope: "row" }, one.text ? `Words to ${one.to}: ${one.id}` : `${one.from} to ${one.to}: ${one.kind}${one.forged ? " (forged)" : ""}`),
      h("td", {}, one.done ? `done ${hour(new Date(one.done), ZONE)}` : runs
        ? h("button", { type: "button", class: "plain", id: `hk-inject-${one.id}`, onclick: () => act(wire.post("/api/injects", { id: one.id }), "It has come in.") }, "Let it happen now")
        : "to come"))))));
}

function showFlow() {
  const marked = new Map();
  for (const one of overview?.marks ?? []) marked.set(one.message, one.mark);
  fill(table, h("table", {},
    h("caption", {}, `Messages, the latest first${flow.length === SHOWN ? ` (the last ${SHOWN})` : ""}, story time in UTC`),
    h("thead", {}, h("tr", {}, ...["Time", "From", "To", "What", "Mark"].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...[...flow].reverse().map((one) => h("tr", {},
      h("td", {}, hour(new Date(one.story), ZONE)),
      h("td", {}, one.from), h("td", {}, one.to),
      h("td", {}, h("button", { type: "button", class: "pick", id: `hk-m-${one.id}`, "aria-current": String(one.id === chosen), onclick: () => open(one.id) },
        `${one.kind.replaceAll("-", " ")} `,
        one.event === "rejected" ? h("span", { class: "tag late" }, "forged") : null,
        one.urgency && one.urgency !== "ordinary" ? h("span", { class: `tag ${one.urgency}` }, one.urgency) : null)),
      h("td", {}, marked.get(one.id) ?? ""))))));
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
  const mark = h("select", { id: "hk-mark" }, ...MARKS.map(([code, text]) => h("option", { value: code }, text)));
  const note = h("input", { id: "hk-mark-note", maxlength: "4000", autocomplete: "off" });
  fill(detail,
    h("h3", {}, `${message.from} to ${message.to}: ${message.kind_name} (${message.provision})`),
    h("p", { class: "quiet" }, `${day(new Date(message.sent), ZONE)} UTC · ${message.urgency} · ${message.reference || "no reference"} · ${message.id.slice(0, 16)}`),
    h("dl", {}, ...message.stated.flatMap((one) => [h("dt", {}, one.label), h("dd", {}, one.lines.join("\n"))])),
    ...marks.map((one) => h("p", { class: "calm" }, `${one.mark}: ${one.note}`)),
    runs ? h("div", { class: "field" }, h("label", { for: "hk-mark" }, "Mark it as"), mark) : null,
    runs ? h("div", { class: "field" }, h("label", { for: "hk-mark-note" }, "Note for the discussion"), note) : null,
    runs ? h("button", { type: "button", class: "do", id: "hk-mark-set", onclick: async () => {
      await act(wire.post("/api/marks", { message: message.id, mark: mark.value, note: note.value }), "Marked.");
      showMessage(message);
    } }, "Mark") : null);
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
      if (runs) showControls();
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

fill(detail, h("p", { class: "quiet" }, "Choose a message in the table."));
await load();
wire.follow("/api/log/events", {
  after: 0,
  tell: (name, data) => {
    if (name === "line") take(data.record);
    else if (name === "clock") clock = new StoryClock(data);
    soon();
  },
  state: (there, reason) => {
    line.textContent = there ? `Connected as ${me.role}` : reason || "Not connected: trying again.";
  },
});
setInterval(() => {
  const pace = clock.speed === 0 ? "stands still" : clock.speed === 1 ? "" : `${clock.speed} × life`;
  time.textContent = `${day(clock.now(), ZONE)} UTC ${pace}`;
}, 500);
setInterval(load, 10000);
