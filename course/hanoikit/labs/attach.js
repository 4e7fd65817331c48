// A field in which numbered facts are attached to places, each place with a decision of its own: by dragging a fact
// onto the place, or by the numbers in the place. Value: {place: {decision, facts: [number, ...]}}.
const attachField = (spec, key, labels, make) => {
  const words = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const id = `${key}-${spec.name}`;
  const numbers = spec.options.map((option) => option.value);
  const texts = Object.fromEntries(spec.options.map((option) => [option.value, option.label]));
  const value = {};
  let dragged = null;
  const root = make("div", { class: "hk-at", "data-attach": spec.name, role: "group", "aria-label": spec.label });
  root.hkValue = () => structuredClone(value);
  const told = () => root.dispatchEvent(new Event("input", { bubbles: true }));

  const facts = make("ol", { class: "hk-at-facts" });
  for (const number of numbers) {
    const fact = make("li", { draggable: "true" }, make("span", { class: "hk-at-number", text: number }), make("span", { text: texts[number] }));
    fact.addEventListener("dragstart", (event) => {
      dragged = number;
      event.dataTransfer.setData("text/plain", number);
      event.dataTransfer.effectAllowed = "copy";
      event.stopPropagation(); // JupyterLab would drag the cell
    });
    fact.addEventListener("dragend", () => { dragged = null; });
    facts.append(fact);
  }
  const shelf = make("div", { class: "hk-at-shelf", role: "group", tabindex: "0", "aria-label": labels.facts, "data-lm-suppress-shortcuts": "true" },
    make("p", { class: "hk-at-title", text: labels.facts }), make("p", { class: "hk-hint", text: spec.hint || labels.attachHint }), facts);

  const places = make("div", { class: "hk-at-places" });
  for (const place of spec.places) {
    const given = (spec.value || {})[place.value] || {};
    const mine = { decision: given.decision || "", facts: numbers.filter((number) => (given.facts || []).includes(number)) };
    value[place.value] = mine;
    const here = `${id}-${place.value}`;
    const decision = make("select", { id: `${here}-decision` }, make("option", { value: "", text: labels.undecided }));
    for (const choice of spec.choices) decision.append(make("option", { value: choice.value, text: choice.label, selected: choice.value === mine.decision }));
    decision.addEventListener("input", () => { mine.decision = decision.value; });

    const chosen = make("ul", { class: "hk-at-chosen" });
    const toggles = new Map();
    const show = () => {
      for (const [number, toggle] of toggles) toggle.setAttribute("aria-pressed", String(mine.facts.includes(number)));
      chosen.replaceChildren(...mine.facts.map((number) =>
        make("li", {}, make("span", { class: "hk-at-number", text: number }), make("span", { text: texts[number] }))));
      chosen.hidden = mine.facts.length === 0;
    };
    const put = (number, on) => {
      mine.facts = numbers.filter((one) => (one === number ? on : mine.facts.includes(one)));
      show();
      told();
    };
    // One stop of the Tab key for the row of numbers; the arrow keys go through it.
    const go = (number, focus) => {
      for (const [name, toggle] of toggles) toggle.tabIndex = name === number ? 0 : -1;
      if (focus) toggles.get(number).focus();
    };
    const row = make("div", { class: "hk-at-row", role: "toolbar", "aria-label": words(labels.factsFor, { place: place.label }) });
    for (const number of numbers) {
      const toggle = make("button", {
        type: "button", id: `${here}-${number}`, text: number, title: texts[number], "aria-label": `${number}: ${texts[number]}`, tabindex: number === numbers[0] ? "0" : "-1",
      });
      toggle.addEventListener("click", () => { go(number, false); put(number, !mine.facts.includes(number)); });
      toggle.addEventListener("keydown", (event) => {
        const mirrored = getComputedStyle(row).direction === "rtl" ? -1 : 1;
        const step = { ArrowRight: mirrored, ArrowLeft: -mirrored, ArrowDown: 1, ArrowUp: -1 }[event.key];
        const at = event.key === "Home" ? 0 : event.key === "End" ? numbers.length - 1
          : step ? (numbers.indexOf(number) + step + numbers.length) % numbers.length : -1;
        if (at < 0) return;
        event.preventDefault();
        event.stopPropagation();
        go(numbers[at], true);
      });
      toggles.set(number, toggle);
      row.append(toggle);
    }
    const box = make("fieldset", { class: "hk-at-place" }, make("legend", { text: place.label }),
      place.hint ? make("p", { class: "hk-hint", text: place.hint }) : null,
      make("div", { class: "hk-at-decision" }, make("label", { for: `${here}-decision`, text: labels.decision }), decision),
      row, chosen);
    box.addEventListener("dragover", (event) => {
      if (dragged === null) return;
      event.preventDefault();
      box.dataset.over = "true";
    });
    box.addEventListener("dragleave", (event) => { if (!box.contains(event.relatedTarget)) delete box.dataset.over; });
    box.addEventListener("drop", (event) => {
      if (dragged === null) return;
      event.preventDefault();
      event.stopPropagation();
      delete box.dataset.over;
      put(dragged, true);
    });
    show();
    places.append(box);
  }
  root.append(shelf, places);
  return root;
};
