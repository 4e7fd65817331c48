// A desk of the 24/7 network: inbox with triage, case files, clocks, and a composer that explains what is missing.
//
//   mountDesk(root, port)
//
// ``port`` is all that this module knows of the world:
//   port.send({ act, ... })    a promise of the answer. Acts: "view"; "kinds"; "check" {draft}; "send" {draft, insist, key};
//                              "note" {number, what, text}. A refusal is an error with ``message`` and ``findings``.
//   port.receive(listener)     calls listener({ what: "changed", event? } | { what: "clock", clock } |
//                              { what: "connected", there, reason? }).
//   port.keep(name, value), port.kept(name)    optional: where a draft survives a reload.
//
// What "view" and "kinds" hold is written in hanoikit/desk_service/showing.py. Text is only ever shown as text.
import { StoryClock, day, fill, h, hour, placeOf, span, stated } from "./fields.js";
import { Composer } from "./composer.js";
import { w } from "./words.js";

// A document is known by its title.
const named = (entry) => (entry.body?.title ? entry.body.title : entry.kind_name);
// What an answer means, beside its name.
const MEANS = new Set(["acknowledgement", "more-information", "confirmed", "partly", "refused"]);
const standingName = (standing) => w(`standing_${standing}`);

// What may be decided about a request, and the ways of a report about somebody who was hurt.
const OUTCOMES = ["grant", "part", "ask", "refuse", "ncii", "child", "threat", "agreed", "not-private"];
const inOrder = (one, other) => one.localeCompare(other, "en", { numeric: true });

// The facts of a message that a decision can name: numbered lines, or what an emergency or a package is known by.
function factsOf(entry) {
  const lines = [...(entry?.body?.facts ?? "").matchAll(/^(\d+)\. (.+)$/gm)].map((one) => [one[1], one[0]]);
  if (lines.length) return lines;
  const names = entry?.kind === "emergency-data" ? ["danger", "person", "imminent", "label"]
    : entry?.body?.content ? ["digest", "proof", "sender", "title"] : [];
  return names.map((name) => [name, w(`fact_${name}`)]);
}

async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let place = 0; place < bytes.length; place += 8192) text += String.fromCharCode(...bytes.subarray(place, place + 8192));
  return btoa(text);
}

export function mountDesk(root, port) {
  new DeskPage(root, port).start();
}

class DeskPage {
  constructor(root, port) {
    this.port = port;
    this.view = null;
    this.clock = null;
    this.chosen = port.kept?.("chosen") ?? "";
    this.warned = new Set();
    this.loading = false;
    this.again = false;
    this.title = h("h1", {}, w("desk"));
    this.line = h("p", { role: "status" }, w("connecting"));
    this.time = h("p", { class: "clock" }, "–");
    this.world = h("ul", { class: "stack" });
    this.timers = h("ul", { class: "stack" });
    this.inbox = h("ul", { class: "stack" });
    this.cases = h("ul", { class: "stack" });
    this.file = h("div");
    this.papers = h("ul", { class: "stack" });
    this.deciding = new Map();
    this.words = h("div");
    this.standing = h("p", { class: "standing", id: "hk-standing", role: "status", hidden: true });
    this.alarm = h("div", { class: "hidden-words", role: "alert" });
    this.news = h("div", { class: "hidden-words", role: "status" });
    this.composing = h("section", { class: "wide", "aria-labelledby": "hk-composer" });
    const part = (id, text, ...content) =>
      h("section", { "aria-labelledby": id }, h("h2", { id, tabindex: "-1" }, text), ...content);
    root.append(
      h("header", {}, this.title, this.time, this.line),
      this.standing,
      h(
        "main",
        {},
        h("div", { class: "stack" },
          part("hk-inbox", w("inbox"), this.inbox),
          part("hk-cases", w("cases"), this.cases),
          (this.papersPart = part("hk-papers", w("papers"), this.papers)),
          part("hk-timers", w("timers"), this.timers),
          part("hk-world", w("world"), this.world)),
        h("div", { class: "stack" }, this.words, part("hk-file", w("file"), this.file)),
        this.composing,
      ),
      this.alarm,
      this.news,
    );
  }

  async start() {
    this.port.receive((news) => this.hear(news));
    this.kinds = await this.port.send({ act: "kinds" });
    this.composer = new Composer(this.composing, this.port, this.kinds, {
      sent: () => this.load(),
      now: () => this.clock?.now() ?? new Date(),
    });
    await this.load();
    setInterval(() => this.tick(), 1000);
  }

  hear(news) {
    if (news.what === "connected") {
      this.line.textContent = news.there ? w("connected") : news.reason || w("not_connected");
    } else if (news.what === "clock") {
      this.clock = new StoryClock(news.clock);
      this.tick();
      this.load();
    } else {
      if (news.event?.event === "received") {
        const message = news.event.envelope.message;
        this.news.textContent = w("new_message", { desk: message.from, kind: this.name(message.kind) });
      } else if (news.event?.event === "announced") {
        this.news.textContent = w("said", { text: news.event.text });
      }
      this.load();
    }
  }

  name(kind) {
    return this.kinds.kinds.find((one) => one.kind === kind)?.name ?? kind;
  }

  async load() {
    if (this.loading || !this.composer) {
      this.again = true;
      return;
    }
    this.loading = true;
    try {
      do {
        this.again = false;
        this.view = await this.port.send({ act: "view" });
        this.clock = new StoryClock(this.view.clock);
        this.show();
      } while (this.again);
      if (this.broken) this.line.textContent = w("connected");
      this.broken = false;
    } catch (error) {
      this.line.textContent = error.message;
      this.broken = true;
      setTimeout(() => this.load(), 3000);
    } finally {
      this.loading = false;
    }
  }

  show() {
    const view = this.view;
    document.title = `${view.unread.length ? `(${view.unread.length}) ` : ""}${view.desk} – ${view.title}`;
    this.title.textContent = `${view.name} (${view.desk})`;
    this.composer.setDesk(view);
    const entries = new Map(view.cases.flatMap((file) => file.entries.map((entry) => [entry.id, { file, entry }])));
    fill(
      this.inbox,
      ...view.triage.map((id, place) => this.pick(entries.get(id), `hk-t-${id}`, place === 0 && view.triage.length > 1)),
      view.triage.length ? null : h("li", { class: "quiet" }, w("nothing_waits")),
    );
    fill(
      this.cases,
      ...[...view.cases].reverse().map((file) => this.caseButton(file)),
      view.cases.length ? null : h("li", { class: "quiet" }, w("no_case")),
    );
    // What was sent goes to the end; what came last is wanted first.
    const papers = [...(view.papers ?? [])].reverse().sort((one, other) => Boolean(one.sent) - Boolean(other.sent));
    this.papersPart.hidden = papers.length === 0;
    fill(this.papers, ...papers.map((one) => h("li", {},
      h("strong", {}, one.title), one.about ? h("p", { class: "quiet" }, one.about) : null,
      one.sent ? h("p", { class: "quiet" }, h("span", { class: "tag fine" }, w("paper_sent", { when: this.moment(one.sent) }))) : null,
      h("button", { type: "button", class: "plain", id: `hk-paper-${one.id}`, onclick: () => this.composer.take(one) },
        w(one.sent ? "take_again" : "take_paper"), h("span", { class: "hidden-words" }, ` ${one.title}`)))));
    this.papersPart.replaceChildren(...[...this.papersPart.children].filter((one) => one !== this.own));
    if (view.own_files) this.papersPart.append(this.own ??= this.ownFiles());
    this.showWords();
    this.showFile();
    this.tick();
  }

  pick({ file, entry }, id, first) {
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "pick waits", id, onclick: () => this.open(file.number, entry) },
        h("strong", {}, first ? w("first", { kind: named(entry) }) : named(entry)),
        h("span", {}, `${entry.from} · ${entry.reference || file.number} `),
        entry.urgency === "ordinary" ? null : h("span", { class: `tag ${entry.urgency}` }, w(entry.urgency)),
        entry.unread ? h("span", { class: "tag" }, w("not_read")) : null,
      ),
    );
  }

  caseButton(file) {
    const unread = file.entries.filter((entry) => entry.unread).length;
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: "pick",
          id: `hk-c-${file.number}`,
          "aria-current": String(file.number === this.chosen),
          onclick: () => this.open(file.number),
        },
        h("strong", {}, `${file.number}: ${file.entries.length ? named(file.entries[0]) : file.kind_name}`),
        h("span", {}, `${w(file.ours ? "to_desk" : "from_desk", { desk: file.other, status: file.status_label })} `),
        unread ? h("span", { class: "tag" }, w("unread", { count: unread })) : null,
      ),
    );
  }

  async open(number) {
    this.chosen = number;
    this.port.keep?.("chosen", number);
    this.show();
    document.getElementById("hk-file").focus();
    const file = this.view.cases.find((one) => one.number === number);
    for (const entry of file?.entries ?? []) {
      if (entry.unread) await this.note(number, "read", entry.id);
    }
  }

  async note(number, what, text) {
    try {
      await this.port.send({ act: "note", number, what, text });
      return true;
    } catch (error) {
      this.news.textContent = error.message;
      const place = document.getElementById("hk-note-says");
      if (place) place.textContent = [error.message, ...(error.findings ?? []).map((one) => one.message)].join(" ");
      return false;
    }
  }

  showWords() {
    const said = this.view.announced ?? [];
    const refused = this.view.rejected ?? [];
    fill(
      this.words,
      said.length
        ? h(
            "section",
            { "aria-labelledby": "hk-said" },
            h("h2", { id: "hk-said" }, w("facilitator_says")),
            h("div", { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "hk-said" },
              ...[...said].reverse().map((one) => h("p", {}, h("time", { class: "quiet" }, `${this.moment(one.at)} `), one.text))),
          )
        : null,
      ...refused.map((one) =>
        h(
          "section",
          { "aria-label": w("not_accepted") },
          h(
            "article",
            { class: "refused" },
            h("h3", {}, w("not_accepted_from", { kind: this.name(one.refused.message.kind), desk: one.refused.message.from })),
            h("p", {}, w("do_not_act", { when: this.moment(one.at) })),
            h("ul", {}, ...one.findings.map((finding) => h("li", {}, `${finding.message} (${finding.provisions.join(", ")})`))),
          ),
        ),
      ),
    );
  }

  // A file of one's own, made in an earlier module: the service reads it and says what it is.
  ownFiles() {
    const says = h("div", { id: "hk-own-says", role: "status" });
    const choose = h("input", { type: "file", id: "hk-own", multiple: true, "aria-describedby": "hk-own-why" });
    choose.addEventListener("change", async () => {
      const files = [...choose.files];
      if (!files.length) return;
      fill(says, h("p", {}, w("own_reading")));
      try {
        if (files.reduce((sum, one) => sum + one.size, 0) > 1_000_000) throw new Error(w("own_large"));
        const given = await Promise.all(files.map(async (one) => ({ name: one.name, base64: await base64(one) })));
        const { papers } = await this.port.send({ act: "own", files: given });
        fill(says, ...papers.map((one) => h("div", {},
          h("p", {}, h("strong", {}, one.title)), one.about ? h("p", { class: "quiet" }, one.about) : null,
          h("button", { type: "button", class: "plain", id: `hk-paper-${one.id}`, onclick: () => this.composer.take(one) },
            w("take_paper"), h("span", { class: "hidden-words" }, ` ${one.title}`)))));
      } catch (error) {
        fill(says, h("p", { class: "says" }, error.message));
      }
      choose.value = "";
    });
    return h("details", { id: "hk-own-part" }, h("summary", {}, w("own_title")),
      h("p", { class: "quiet", id: "hk-own-why" }, w("own_why")),
      h("div", { class: "field" }, h("label", { for: "hk-own" }, w("own_choose")), choose), says);
  }

  moment(text) {
    return day(new Date(text), this.view.zone);
  }

  showFile() {
    const file = this.view.cases.find((one) => one.number === this.chosen);
    if (!file) {
      fill(this.file, h("p", { class: "quiet" }, w("choose_file")));
      return;
    }
    const field = h("input", { id: "hk-note", autocomplete: "off", value: document.getElementById("hk-note")?.value ?? "" });
    const write = (what) => async () => {
      const text = field.value;
      field.value = "";
      if (!(await this.note(file.number, what, text))) field.value = text;
    };
    fill(
      this.file,
      h("h3", {}, `${file.number}: ${file.entries.length ? named(file.entries[0]) : file.kind_name}`),
      h("p", {}, `${w(file.ours ? "you_asked" : "you_were_asked", { desk: file.other })} `, h("strong", {}, file.status_label)),
      ...file.entries.map((entry) => this.entry(entry, file)),
      file.notes.some((note) => note.what !== "read") ? h("h3", {}, w("notes")) : null,
      h("ul", {}, ...file.notes.filter((note) => note.what !== "read")
        .map((note) => h("li", {}, `${this.moment(note.at)} ${note.what_label}${note.text ? `: ${note.text}` : ""}`))),
      h("div", { class: "field" }, h("label", { for: "hk-note" }, w("note")), field),
      h("p", { class: "says", id: "hk-note-says", role: "status" }),
      h("div", { class: "row" },
        h("button", { type: "button", class: "plain", id: "hk-note-add", onclick: write("remark") }, w("note_add")),
        file.may_order
          ? h("button", { type: "button", class: "plain", id: "hk-note-order", onclick: write("order") }, w("note_order"))
          : null,
        file.may_order
          ? h("button", { type: "button", class: "plain", id: "hk-note-renewed", onclick: write("renewed") }, w("note_renewed"))
          : null,
        h("button", { type: "button", class: "plain", id: "hk-note-passed", onclick: write("passed-on") }, w("note_passed"))),
      file.ours ? null : this.decision(file),
    );
  }

  // What was decided, on which facts, by which provision: one line in the case file.
  decision(file) {
    const kept = this.deciding.get(file.number) ?? { open: false, ticked: new Set() };
    this.deciding.set(file.number, kept);
    const says = h("p", { class: kept.says ? "quiet" : "says", id: "hk-decision-says", role: "status" }, kept.says ?? "");
    const keep = (name, control, kind = "input") => {
      control.addEventListener(kind, () => { kept[name] = control.value; });
      return h("div", { class: "field" }, h("label", { for: `hk-decision-${name}` }, w(`decision_${name}`)), control);
    };
    const field = (name) => keep(name, h("input", { id: `hk-decision-${name}`, autocomplete: "off", value: kept[name] ?? "" }));
    const root = file.entries[0];
    const outcome = h("select", { id: "hk-decision-outcome" }, h("option", { value: "" }, w("choose")),
      ...OUTCOMES.map((one) => h("option", { value: one, selected: one === kept.outcome }, w(`outcome_${one.replace("-", "_")}`))));
    const write = async () => {
      const plain = (text) => (text ?? "").replaceAll(";", ",").trim();
      const facts = [...kept.ticked].sort(inOrder).join(", ") || plain(kept.facts);
      if (!plain(kept.outcome) || !facts || !plain(kept.provisions)) {
        says.className = "says";
        says.textContent = w("decision_incomplete");
        return;
      }
      const pieces = [plain(kept.outcome), `facts ${facts}`, `provisions ${plain(kept.provisions)}`];
      if (plain(kept.parts)) pieces.push(`parts ${plain(kept.parts)}`);
      if (plain(kept.reason)) pieces.push(`reason: ${plain(kept.reason)}`);
      this.deciding.set(file.number, { open: true, ticked: new Set(), says: w("decision_written") });
      if (!(await this.note(file.number, "decision", pieces.join("; ")))) this.deciding.set(file.number, { ...kept, says: "" });
    };
    const numbered = factsOf(root);
    const facts = numbered.length
      ? h("fieldset", { class: "field" }, h("legend", {}, w("decision_ticks")),
          ...numbered.map(([id, text]) => {
            const tick = h("input", { type: "checkbox", id: `hk-decision-fact-${id}`, checked: kept.ticked.has(id) });
            tick.addEventListener("change", () => { kept.ticked[tick.checked ? "add" : "delete"](id); });
            return h("div", { class: "tick" }, tick, h("label", { for: `hk-decision-fact-${id}` }, text));
          }))
      : field("facts");
    const parts = /\(b\)/.test(root?.body?.facts ?? "");
    // Kept at the click: when something comes in at this moment, all is drawn anew before the browser tells of the change.
    const summary = h("summary", { onclick: () => { kept.open = !details.open; } }, w("decision_title"));
    const details = h("details", { open: kept.open, id: "hk-decision" }, summary,
      keep("outcome", outcome, "change"), facts, field("provisions"), parts ? field("parts") : null, field("reason"),
      h("button", { type: "button", class: "plain", id: "hk-decision-add", onclick: write }, w("decision_add")), says);
    return details;
  }

  entry(entry, file) {
    const acts = file.acts.filter((act) => act.about === entry.id);
    const gaps = (entry.remarks ?? []).filter((one) => one.severity === "error");
    return h(
      "article",
      { class: entry.incoming ? "in" : "out" },
      h("h3", {}, `${entry.incoming ? w("entry_from", { desk: entry.from, kind: named(entry) }) : w("entry_to", { desk: entry.to, kind: named(entry) })} `,
        entry.urgency === "ordinary" ? null : h("span", { class: `tag ${entry.urgency}` }, w(entry.urgency))),
      h("p", { class: "quiet" }, `${this.moment(entry.at)} · ${entry.reference || w("no_reference")} · ${w("checked")} · ${entry.id.slice(0, 12)}`),
      h("dl", {}, ...entry.stated.flatMap((one) => stated(one, this.stated(one)))),
      ...(entry.limits ?? []).map((limit) => h("p", { class: "worry" }, w("beyond", limit))),
      gaps.length
        ? h("details", {}, h("summary", {}, w("gaps_inside", { count: gaps.length })),
            h("ul", {}, ...gaps.map((one) => h("li", {}, `${one.where}: ${one.message} (${one.provisions.join(", ")})`))))
        : null,
      entry.checked && !gaps.length ? h("p", { class: "calm" }, w("document_holds")) : null,
      entry.unread
        ? h("button", { type: "button", class: "plain", id: `hk-read-${entry.id}`, onclick: () => this.note(file.number, "read", entry.id) }, w("have_read"))
        : null,
      acts.length
        ? h("div", { class: "row", role: "group", "aria-label": w("may_do", { kind: entry.kind_name }) },
            h("span", { class: "quiet" }, `${w("next")} `),
            ...acts.map((act) =>
              h("button", {
                type: "button",
                class: "plain",
                id: `hk-act-${act.kind}-${act.about.slice(0, 12)}`,
                onclick: () => this.composer.answer(act, file),
              }, `${act.kind_name}${MEANS.has(act.kind) ? `: ${w(`means_${act.kind.replace("-", "_")}`)}` : ""} (${act.provision})`)))
        : null,
    );
  }

  stated(one) {
    const text = one.lines.join("\n");
    return text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d/g, (time) => w("in_time", { time: this.moment(time), place: placeOf(this.view) }));
  }

  tick() {
    if (!this.clock || !this.view) return;
    const now = this.clock.now();
    const speed = this.clock.speed;
    const pace = speed === 0 ? w("stands") : speed === 1 ? "" : w("pace", { speed });
    this.time.textContent = `${day(now, this.view.zone, true)} ${pace}`;
    const stage = this.view.stage === "ended" ? "ended" : speed === 0 ? (this.view.stage === "before" ? "before" : "paused") : "";
    const words = stage ? w(`stage_${stage}`) : "";
    if (this.standing.textContent !== words) this.standing.textContent = words;
    this.standing.hidden = !stage;
    const zones = new Map(this.view.desks.filter((one) => one.office === "point of contact")
      .map((one) => [one.state, one]));
    fill(this.world, ...[...zones.values()].map((one) =>
      h("li", {}, h("strong", {}, hour(now, one.zone)), ` ${one.state_name} (${one.state})`)));
    fill(
      this.timers,
      ...this.view.clocks.map((one) => {
        const left = one.ends ? (Date.parse(one.ends) - now.getTime()) / 1000 : null;
        const standing = left !== null && left < 0 ? "late" : one.standing;
        const key = `${one.case} ${one.name} ${one.ends}`;
        if (standing === "late" && left > -86400 && !this.warned.has(key)) {
          this.warned.add(key);
          this.alarm.textContent = w("ran_out", one);
        }
        return h("li", {},
          h("span", { class: `tag ${standing === "late" ? "late" : standing === "soon" ? "soon" : "fine"}` }, standingName(standing)),
          ` ${span(left)} · ${one.case}: ${one.text} (${one.provisions.join(", ")})`);
      }),
      this.view.clocks.length ? null : h("li", { class: "quiet" }, w("no_clock")),
    );
  }
}


