// A decision for each row, with the facts that carry it. The facts stand once, numbered; they are attached to a row by
// dragging, or by the numbers in the row, and shown there as chips.
const build = ({ spec, t, uid, body, changed, say }) => {
  const texts = Object.fromEntries(spec.facts);
  const rows = {};
  const sentence = (text) => (/[.?!]$/.test(text) ? text : `${text}.`);
  let dragged = null;

  const attach = (key, n, wanted) => {
    const row = rows[key];
    if (!row.toggles || row.facts.has(n) === wanted) return;
    if (wanted) row.facts.add(n);
    else row.facts.delete(n);
    draw(key);
    const attached = ordered(key).join(", ") || t.nothing;
    say(hk.fill(wanted ? t.attached : t.removed, { n, row: sentence(row.text), list: attached }));
    changed(900);
  };
  const ordered = (key) => spec.facts.map(([n]) => n).filter((n) => rows[key].facts.has(n));

  const draw = (key) => {
    const row = rows[key];
    if (!row.toggles) return;
    const now = ordered(key);
    for (const [n, toggle] of Object.entries(row.toggles)) toggle.setAttribute("aria-pressed", String(row.facts.has(n)));
    if (row.shown === now.join(" ")) return;  // the focus may be on a chip
    row.shown = now.join(" ");
    row.none.hidden = now.length > 0;
    row.chips.hidden = now.length === 0;
    row.chips.replaceChildren(...now.map((n) => hk.el("li", { class: "hk-chip", title: texts[n] },
      hk.el("span", { class: "hk-letter" }, n), hk.el("span", { class: "hk-chip-text" }, texts[n]),
      hk.el("button", {
        type: "button", class: "hk-button hk-remove", "data-lm-suppress-shortcuts": "true",
        "aria-label": hk.fill(t.removeFact, { n, row: row.text }),
        // First the focus, then the chip goes: a lost focus would count as leaving the control.
        onclick: () => { focusOn(row, n); attach(key, n, false); },
      }, hk.el("span", { "aria-hidden": "true" }, "×")))));
  };

  // One stop of the Tab key for the numbers of a row; the arrow keys move between them.
  const focusOn = (row, n, focus = true) => {
    for (const [name, toggle] of Object.entries(row.toggles)) toggle.tabIndex = name === n ? 0 : -1;
    if (focus) row.toggles[n].focus();
  };
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const onKey = (event, row, n) => {
    const numbers = spec.facts.map(([name]) => name);
    const last = numbers.length - 1;
    const mirrored = spec.dir === "rtl" && event.key.match(/Left|Right/) ? -1 : 1;
    const at = event.key === "Home" ? 0 : event.key === "End" ? last
      : steps[event.key] ? (numbers.indexOf(n) + mirrored * steps[event.key] + numbers.length) % numbers.length : -1;
    if (at < 0) return;
    event.preventDefault();
    focusOn(row, numbers[at]);
  };

  const factArea = (key, row) => {
    row.toggles = {};
    for (const [n, text] of spec.facts) {
      row.toggles[n] = hk.el("button", {
        type: "button", class: "hk-button hk-toggle", "aria-pressed": "false", title: text,
        "aria-label": hk.fill(t.fact, { n, text }),
        onclick: () => { focusOn(row, n, false); attach(key, n, !row.facts.has(n)); },
        onkeydown: (event) => onKey(event, row, n),
      }, n);
    }
    row.none = hk.el("p", { class: "hk-help" }, t.noFacts);
    row.chips = hk.el("ul", { class: "hk-chips", "aria-label": hk.fill(t.attachedList, { row: row.text }) });
    focusOn(row, spec.facts[0][0], false);
    return [
      hk.el("div", { class: "hk-row hk-toggles", role: "toolbar", "aria-label": hk.fill(t.factsFor, { row: row.text }) },
        hk.el("span", { class: "hk-word", "aria-hidden": "true" }, t.factsWord), ...Object.values(row.toggles)),
      hk.el("div", { class: "hk-attached" }, row.none, row.chips),
    ];
  };
  const dropping = (key, group) => {
    group.addEventListener("dragover", (event) => {
      if (dragged === null) return;
      event.preventDefault();
      group.dataset.over = "true";
    });
    group.addEventListener("dragleave", (event) => {
      if (!group.contains(event.relatedTarget)) delete group.dataset.over;
    });
    group.addEventListener("drop", (event) => {
      if (dragged === null) return;
      event.preventDefault();
      event.stopPropagation();
      delete group.dataset.over;
      attach(key, dragged, true);
    });
  };

  const groups = spec.rows.map(([key, text]) => {
    const row = { text, facts: new Set(), shown: null, inputs: [] };
    rows[key] = row;
    const options = spec.decisions[key].map(([name, label]) => {
      const input = hk.el("input", { type: "radio", name: `${uid}-${key}`, value: name, onchange: () => changed(250) });
      row.inputs.push(input);
      return hk.el("label", { class: "hk-option" }, input, hk.el("span", {}, label));
    });
    const group = hk.el("fieldset", { class: "hk-group hk-gate" }, hk.el("legend", {}, text),
      hk.el("div", { class: "hk-row" }, ...options));
    if (spec.needs.includes(key)) {
      group.append(...factArea(key, row));
      dropping(key, group);
    }
    return group;
  });

  if (spec.needs.length) {
    body.append(hk.el("div", { class: "hk-facts", role: "group", tabindex: "0", "aria-label": t.facts,
                               "data-lm-suppress-shortcuts": "true" },
      hk.el("p", { class: "hk-title" }, t.facts), hk.el("p", { class: "hk-help" }, t.factsHelp),
      hk.el("ul", { class: "hk-list" }, ...spec.facts.map(([n, text]) => hk.el("li", {
        class: "hk-fact", draggable: "true",
        ondragstart: (event) => {
          dragged = n;
          event.dataTransfer.setData("text/plain", n);
          event.dataTransfer.effectAllowed = "copy";
          event.stopPropagation();
        },
        ondragend: () => { dragged = null; },
      }, hk.el("span", { class: "hk-number" }, n), hk.el("span", { class: "hk-fact-text" }, text))))));
  }
  body.append(hk.el("div", { class: "hk-gate-list" }, ...groups));

  return {
    read() {
      const value = Object.fromEntries(spec.rows.map(([key]) => [key, {
        decision: rows[key].inputs.find((input) => input.checked)?.value ?? null, facts: ordered(key),
      }]));
      return Object.values(value).some((said) => said.decision || said.facts.length) ? value : null;
    },
    write(value) {
      for (const [key, row] of Object.entries(rows)) {
        for (const input of row.inputs) input.checked = value?.[key]?.decision === input.value;
        row.facts = new Set(value?.[key]?.facts ?? []);
        draw(key);
      }
    },
  };
};
export default { render: hk.render(build) };
