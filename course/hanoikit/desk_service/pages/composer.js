// The composer of a desk's page: a form made from the table of kinds, judged while it is written.
//
//   const composer = new Composer(place, port, kinds, { sent, now });
//   composer.answer(act, file)      an answer or a follow-up in a case file
import { day, fill, h, offset, placeOf, stated, zoned } from "./fields.js";
import { w } from "./words.js";

const PAUSE = 450;

export class Composer {
  constructor(place, port, kinds, { sent, now }) {
    this.port = port;
    this.kinds = kinds;
    this.sent = sent;
    this.now = now;
    this.desk = null;
    this.draft = port.kept?.("draft") ?? this.empty();
    this.judged = h("div");
    this.says = h("p", { role: "status" });
    this.form = h("form", { novalidate: true });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(false);
    });
    place.append(h("h2", { id: "hk-composer", tabindex: "-1" }, w("write")), this.says, this.form);
  }

  empty() {
    return { key: newKey(), kind: "", to: "", reference: "", language: "en", urgency: "ordinary", regarding: "", body: {} };
  }

  setDesk(view) {
    const first = this.desk === null;
    this.desk = view;
    if (first) this.show();
    this.meanwhile();
  }

  // Somebody else of the team may have answered while this was written.
  meanwhile() {
    const { regarding, kind } = this.draft;
    const file = regarding && this.desk.cases.find((one) => one.entries.some((entry) => entry.id === regarding));
    const open = !file || file.acts.some((act) => act.about === regarding && act.kind === kind);
    if (!open) this.says.textContent = w("answered_meanwhile");
    else if (this.says.textContent === w("answered_meanwhile")) this.says.textContent = "";
  }

  answer(act, file) {
    const about = file.entries.find((entry) => entry.id === act.about);
    this.draft = this.empty();
    this.draft.kind = act.kind;
    this.draft.to = file.other;
    this.draft.regarding = act.about;
    this.draft.reference = about?.reference || file.number;
    this.draft.urgency = about?.urgency ?? "ordinary";
    this.says.textContent = "";
    this.show();
    document.getElementById("hk-composer").focus();
    this.changed();
  }

  // A prepared paper is taken over as it is, to be read, changed and sent like any other message.
  take({ id, title, draft }) {
    this.draft = { ...this.empty(), ...structuredClone(draft), paper: { id, title } };
    this.says.textContent = "";
    this.show();
    document.getElementById("hk-composer").focus();
    this.changed();
  }

  get kind() {
    return this.kinds.kinds.find((one) => one.kind === this.draft.kind);
  }

  show() {
    const draft = this.draft;
    const choices = this.kinds.kinds.filter((one) => (draft.regarding ? one.kind === draft.kind : one.role === "request"));
    const others = this.desk.desks.filter((one) => one.desk !== this.desk.desk);
    const whole = [
      this.choice("hk-kind", w("kind"), draft.kind, [["", w("choose")], ...choices.map((one) => [one.kind, one.name])], (value) => {
        draft.kind = value;
        draft.body = {};
        this.show();
        this.changed();
      }),
      this.kind ? h("p", { class: "quiet" }, `${this.kind.purpose} (${this.kind.provision})`) : null,
      this.kind
        ? this.choice("hk-el-to", w("to"), draft.to, [["", w("choose")], ...others.map((one) => [one.desk, `${one.desk}: ${one.name}`])], (value) => {
            draft.to = value;
            this.changed();
          })
        : null,
      ...(this.kind ? this.header() : []),
      ...(this.kind ? this.kind.elements.map((one) => this.field(one, draft.body, one.name)) : []),
    ];
    const about = draft.regarding && this.kind ? h("p", {}, w("answer_to", { desk: draft.to, reference: draft.reference })) : null;
    fill(
      this.form,
      ...(draft.paper && this.kind ? this.paper(whole) : [about, ...whole]),
      this.kind ? this.judged : null,
      this.kind
        ? h("div", { class: "row last" },
            h("button", { class: "do", id: "hk-send" }, w("send")),
            h("button", { type: "button", class: "plain", id: "hk-insist", onclick: () => this.send(true) }, w("insist")),
            h("button", { type: "button", class: "plain", id: "hk-discard", onclick: () => this.discard() }, w("discard")))
        : null,
    );
    fill(this.judged);
    if (this.kind) this.check();
  }

  // A prepared paper is shown to be read; its form is folded.
  paper(whole) {
    const draft = this.draft;
    return [
      h("p", { id: "hk-paper-title" }, h("strong", {}, draft.paper.title)),
      h("p", {}, w("paper_read", { desk: draft.to })),
      h("dl", { class: "paper", id: "hk-paper-read" }, ...this.kind.elements.flatMap((one) => {
        const text = this.words(one, draft.body[one.name]);
        return text ? stated(one, text) : [];
      })),
      h("details", { id: "hk-paper-form" }, h("summary", {}, w("paper_change")), ...whole),
    ];
  }

  // What an element says, in words.
  words(element, value) {
    if (value === undefined || value === null || value === "" || value === false || value === 0) return "";
    if (element.type === "flag") return w("yes");
    if (element.type === "choice") return element.choice_labels[element.choices.indexOf(value)] ?? String(value);
    if (element.type === "time") return w("in_time", { time: day(new Date(value), this.desk.zone), place: placeOf(this.desk) });
    if (element.type === "data") {
      return value.map((row) => this.kinds.data.map((one) => this.words(one, row[one.name])).filter(Boolean).join("; ")).join("\n");
    }
    return Array.isArray(value) ? value.join("\n") : String(value);
  }

  header() {
    return this.kinds.header
      .filter((one) => ["reference", "language", "urgency"].includes(one.name))
      .map((one) => this.field(one, this.draft, one.name));
  }

  // The lines of data of the message that is answered.
  get asked() {
    const entries = this.draft.regarding ? this.desk.cases.flatMap((one) => one.entries) : [];
    return entries.find((one) => one.id === this.draft.regarding)?.body?.data ?? [];
  }

  choice(id, label, value, options, set) {
    const select = h("select", { id, "aria-describedby": `${id}-says` },
      ...options.map(([code, text]) => h("option", { value: code, selected: code === value }, text)));
    select.addEventListener("change", () => set(select.value));
    return h("div", { class: "field" }, h("label", { for: id }, label), select, h("p", { class: "says", id: `${id}-says` }));
  }

  // One element of the message. ``path`` names it as the service's remarks do: "facts", "data[1].identifier".
  field(element, holder, path) {
    const id = `hk-el-${path.replace(/[[\]]/g, "-").replace(/\./g, "")}`;
    const set = (value) => {
      holder[element.name] = value;
      this.changed();
    };
    const value = holder[element.name];
    const described = `${id}-why ${id}-says`;
    const why = h("p", { class: "quiet", id: `${id}-why` }, `${element.write} (${element.provision})`);
    const says = h("p", { class: "says", id: `${id}-says` });
    const label = (text) => h("label", { for: id }, text, element.need === "must" ? h("span", { class: "need" }, ` ${w("needed")}`) : null);
    const wrap = (control) => h("div", { class: "field" }, label(element.label), why, control, says);
    if (element.type === "data") return this.lines(element, holder, path, why, says);
    if (element.type === "flag") {
      const box = h("input", { id, type: "checkbox", checked: Boolean(value), "aria-describedby": described });
      box.addEventListener("change", () => set(box.checked));
      return h("div", { class: "field" }, h("div", { class: "row" }, box, label(element.label)), why, says);
    }
    if (element.type === "choice" || element.type === "ground") {
      const options = element.type === "ground" ? this.kinds.grounds.map((one) => [one.code, `${one.code}: ${one.name}`]) : element.choices.map((one, place) => [one, element.choice_labels[place]]);
      const select = h("select", { id, "aria-describedby": described },
        ...(element.name === "urgency" ? [] : [h("option", { value: "" }, w("choose"))]),
        ...options.map(([code, text]) => h("option", { value: code, selected: code === value }, text)));
      select.addEventListener("change", () => set(select.value));
      return wrap(select);
    }
    if (element.type === "time") {
      const input = h("input", { id, type: "datetime-local", "aria-describedby": described, value: (value ?? "").slice(0, 16) });
      const zone = this.desk.zone;
      input.addEventListener("input", () => set(zoned(input.value, zone)));
      why.textContent = `${element.write} ${w("time_in", { zone: placeOf(this.desk), offset: offset(this.now(), zone) })} (${element.provision})`;
      return wrap(input);
    }
    if (element.type === "count") {
      const input = h("input", { id, type: "number", min: "0", max: "100", "aria-describedby": described, value: value ?? "" });
      input.addEventListener("input", () => set(Math.max(0, Math.trunc(Number(input.value) || 0))));
      return wrap(input);
    }
    if (["text", "content", "lines"].includes(element.type)) {
      const text = element.type === "lines" ? (value ?? []).join("\n") : value ?? "";
      const area = h("textarea", { id, "aria-describedby": described, rows: element.type === "lines" ? "2" : "3", value: text });
      if (element.type === "lines") why.textContent = `${element.write} ${w("each_line")} (${element.provision})`;
      area.addEventListener("input", () => set(element.type === "lines" ? area.value.split("\n").map((one) => one.trim()).filter(Boolean) : area.value));
      return wrap(area);
    }
    const input = h("input", { id, "aria-describedby": described, autocomplete: "off", value: value ?? "" });
    input.addEventListener("input", () => set(input.value));
    return wrap(input);
  }

  lines(element, holder, path, why, says) {
    const rows = (holder[element.name] ??= []);
    const redraw = (focus) => {
      this.show();
      this.changed();
      document.getElementById(focus)?.focus();
    };
    return h(
      "fieldset",
      { class: "field" },
      h("legend", {}, element.label, element.need === "must" ? h("span", { class: "need" }, ` ${w("needed")}`) : null),
      why,
      says,
      ...rows.map((row, index) =>
        h("fieldset", { class: "field" }, h("legend", {}, w("line", { number: index + 1 })),
          ...this.kinds.data.map((one) => this.field(one, row, `${path}[${index + 1}].${one.name}`)),
          h("button", { type: "button", class: "plain", id: `hk-${path}-out-${index + 1}`, onclick: () => {
            rows.splice(index, 1);
            redraw(`hk-${path}-add`);
          } }, w("line_out", { number: index + 1 })))),
      this.asked.length && !rows.length
        ? h("button", { type: "button", class: "plain", id: `hk-${path}-same`, onclick: () => {
            rows.push(...structuredClone(this.asked));
            redraw(`hk-${path}-add`);
          } }, w("lines_same"))
        : null,
      h("button", { type: "button", class: "plain", id: `hk-${path}-add`, onclick: () => {
        rows.push({});
        redraw(`hk-el-${path}-${rows.length}-category`);
      } }, w("line_add")),
    );
  }

  changed() {
    this.port.keep?.("draft", this.draft);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.check(), PAUSE);
  }

  stated() {
    const { key, paper, ...draft } = this.draft;
    return draft;
  }

  async check() {
    if (!this.kind || !this.draft.to) {
      fill(this.judged, h("p", { class: "quiet" }, w("say_to_whom")));
      return;
    }
    const asked = JSON.stringify(this.draft);
    try {
      const judged = await this.port.send({ act: "check", draft: this.stated() });
      if (asked === JSON.stringify(this.draft)) this.showRemarks(judged.remarks, judged.limits, judged.attached);
    } catch (error) {
      this.says.textContent = error.message;
    }
  }

  showRemarks(remarks, limits, attached = null) {
    for (const place of this.form.querySelectorAll(".says")) place.textContent = "";
    for (const field of this.form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    const errors = remarks.filter((one) => one.severity === "error");
    for (const one of remarks) {
      const id = `hk-el-${(one.element || "").replace(/[[\]]/g, "-").replace(/\./g, "")}`;
      const place = document.getElementById(`${id}-says`);
      if (!place) continue;
      place.classList.toggle("warning", one.severity !== "error");
      place.textContent += `${one.message} `;
      if (one.severity === "error") document.getElementById(id)?.setAttribute("aria-invalid", "true");
    }
    fill(
      this.judged,
      ...limits.map((one) => h("p", { class: "worry" }, w("may_not", one))),
      errors.length
        ? h("div", { class: "worry", id: "hk-gaps" },
            h("p", { role: "status" }, w("gaps", { count: errors.length })),
            h("ul", {}, ...errors.map((one, place) => h("li", {},
              h("button", { type: "button", id: `hk-gap-${place}`, onclick: () => this.go(one.element) }, `${one.where || one.element || w("message")} (${one.provisions.join(", ")})`)))))
        : h("p", { class: "calm", id: "hk-complete", role: "status" }, w(attached ? "complete_message" : "complete")),
      attached ? this.attached(attached) : null,
    );
  }

  // The check of what is attached is an act of its own: whoever sends without it has not looked.
  attached(found) {
    const errors = found.filter((one) => one.severity === "error");
    const said = h("div", { id: "hk-attached-says", role: "status" });
    const look = () => fill(said, errors.length
      ? h("div", { class: "worry" }, h("p", {}, w("gaps", { count: errors.length })),
          h("ul", {}, ...errors.map((one) => h("li", {}, `${one.message} (${one.provisions.join(", ")})`))))
      : h("p", { class: "calm" }, w("document_holds")));
    return h("div", {}, h("button", { type: "button", class: "plain", id: "hk-attached", onclick: look }, w("check_attached")), said);
  }

  go(element) {
    const id = `hk-el-${(element || "").replace(/[[\]]/g, "-").replace(/\./g, "")}`;
    (document.getElementById(id) ?? document.getElementById(`hk-${element}-add`))?.focus();
  }

  async send(insist) {
    if (!this.kind || !this.draft.to) {
      this.says.textContent = w("choose_first");
      return;
    }
    clearTimeout(this.waiting);
    this.says.textContent = w("sending");
    try {
      const draft = this.stated();
      // The same paper, sent by two people of one desk, goes out once.
      const key = this.draft.paper ? `${this.draft.paper.id}.${mark(JSON.stringify([draft, insist]))}` : this.draft.key;
      const receipt = await this.port.send({ act: "send", draft, insist, key });
      this.discard();
      this.says.textContent = w(receipt.again ? "sent_before" : "sent", receipt);
      document.getElementById("hk-composer").focus();
      this.sent();
    } catch (error) {
      this.says.textContent = w("not_sent", { reason: error.message });
      this.sent();
      if (error.findings?.length) this.showRemarks(error.findings, []);
      document.getElementById("hk-gap-0")?.focus();
    }
  }

  discard() {
    this.draft = this.empty();
    this.port.keep?.("draft", this.draft);
    this.says.textContent = "";
    this.show();
  }
}

// A short name for a text: the same for the same text. It guards against a double press, not against anybody.
function mark(text) {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let place = 0; place < text.length; place += 1) {
    one = Math.imul(one ^ text.charCodeAt(place), 2654435761);
    two = Math.imul(two ^ text.charCodeAt(place), 1597334677);
  }
  return [one, two].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

// crypto.randomUUID is missing on a page that came over plain HTTP; this is not.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
}
