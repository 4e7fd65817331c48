// A panel of numbered steps: what a lab shows. Semantic HTML first; all text and all results come from Python.
// Spec: [{id, title, text, live, fields: [{name, kind, label, options, value, hint, limits, unit}], buttons: [{id, label}]}]

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "text") node.textContent = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  // JupyterLab takes arrow keys and letters for itself unless the focused element says that it needs them.
  if (["button", "input", "select", "textarea"].includes(tag)) node.dataset.lmSuppressShortcuts = "true";
  node.append(...children.filter(Boolean));
  return node;
};

function field(spec, key, labels) {
  const id = `${key}-${spec.name}`;
  if (spec.kind === "heading") return make("h5", { class: "hk-group", text: spec.label });
  if (spec.kind === "attach") return attachField(spec, key, labels, make);
  const hint = spec.hint ? make("p", { class: "hk-hint", id: `${id}-hint`, text: spec.hint }) : null;
  const described = hint ? `${id}-hint` : undefined;
  if (spec.kind === "select") {
    const control = make("select", { id, name: spec.name, "aria-describedby": described });
    for (const option of spec.options)
      control.append(make("option", { value: option.value, text: option.label, selected: option.value === spec.value }));
    return make("div", { class: "hk-field" }, make("label", { for: id, text: spec.label }), control, hint);
  }
  if (spec.kind === "checks") {
    const short = spec.options.every((option) => option.label.length <= 16);
    const set = make("fieldset", { class: short ? "hk-field hk-short" : "hk-field", "aria-describedby": described }, make("legend", { text: spec.label }));
    for (const option of spec.options) {
      const one = `${id}-${option.value}`;
      set.append(
        make("div", { class: "hk-check" },
          make("input", { type: "checkbox", id: one, name: spec.name, value: option.value, checked: (spec.value || []).includes(option.value) }),
          make("label", { for: one, text: option.label })));
    }
    if (hint) set.append(hint);
    return set;
  }
  if (spec.kind === "area") {
    const control = make("textarea", { id, name: spec.name, rows: 3, "aria-describedby": described });
    control.value = spec.value ?? "";
    return make("div", { class: "hk-field hk-wide" }, make("label", { for: id, text: spec.label }), control, hint);
  }
  const type = ["number", "date", "range"].includes(spec.kind) ? spec.kind : "text";
  const [min, max, step] = spec.limits || [];
  const control = make("input", { type, id, name: spec.name, "aria-describedby": described, min, max, step });
  control.value = spec.value ?? "";
  if (spec.kind === "line") return make("div", { class: "hk-field hk-wide" }, make("label", { for: id, text: spec.label }), control, hint);
  if (type === "range") {
    const shown = make("output", { for: id, class: "hk-value" });
    const say = () => {
      shown.textContent = [control.value, spec.unit].filter(Boolean).join(" ");
      control.setAttribute("aria-valuetext", shown.textContent);
    };
    control.addEventListener("input", say);
    say();
    return make("div", { class: "hk-field" }, make("label", { for: id, text: spec.label }), make("div", { class: "hk-range" }, control, shown), hint);
  }
  return make("div", { class: "hk-field" }, make("label", { for: id, text: spec.label }), control, hint);
}

function valuesOf(step) {
  const values = {};
  for (const attached of step.querySelectorAll("[data-attach]")) values[attached.dataset.attach] = attached.hkValue();
  for (const control of step.querySelectorAll("select, input, textarea")) {
    if (!control.name) continue;
    if (control.type === "checkbox") {
      values[control.name] = values[control.name] || [];
      if (control.checked) values[control.name].push(control.value);
    } else values[control.name] = control.value;
  }
  return values;
}

// What is typed in an open notebook is on the disk only after it was saved. The course's own part of JupyterLab listens
// for this; without it, or when the saving does not end, the answer is false.
async function saveAll(root) {
  const asked = new CustomEvent("hanoikit:save", { detail: { wait: [] } });
  document.dispatchEvent(asked);
  if (!asked.detail.wait.length) return false;
  root.setAttribute("aria-busy", "true");
  const late = new Promise((resolve) => setTimeout(() => resolve(false), 10_000));
  const all = Promise.all(asked.detail.wait).then(() => true, () => false);
  return Promise.race([all, late]);
}

function render({ model, el }) {
  const prefix = `hk${Math.random().toString(36).slice(2, 9)}`;
  const root = make("section", { class: "hk-panel", "aria-labelledby": `${prefix}-title`, dir: model.get("dir") });
  const list = make("ol", { class: "hk-steps" });
  const live = make("p", { class: "hk-live", role: "status", "aria-live": "polite" });
  root.append(make("h3", { class: "hk-title", id: `${prefix}-title`, text: model.get("title") }), list, live);
  el.append(root);
  const places = new Map();
  // A wide table, or a long letter beside its form, scrolls inside its result; then the keyboard must reach it.
  const reach = (target) => { target.tabIndex = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight + 1 ? 0 : -1; };
  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => reach(target)));

  // One message at a time. While a live change is under way the newest one waits; nothing else is kept.
  let underway = null;
  let waiting = null;
  const send = (message) => {
    if (underway) {
      // A button that waits is not displaced by a change of a field that comes a moment later.
      const displaces = message.action !== "change" || !waiting || waiting.action === "change";
      if (underway.action === "change" && displaces) waiting = message;
      return;
    }
    underway = message;
    root.setAttribute("aria-busy", "true");
    if (message.action !== "change") live.textContent = model.get("labels").working;
    model.send(message);
  };
  const settle = (said) => {
    underway = null;
    root.setAttribute("aria-busy", "false");
    live.textContent = said;
    const next = waiting;
    waiting = null;
    if (next) send(next);
  };

  const draw = () => {
    const active = document.activeElement && root.contains(document.activeElement) ? document.activeElement.id : null;
    const kept = new Map([...places].map(([id, place]) => [id, valuesOf(place.form)]));
    const former = new Map(places);
    list.replaceChildren();
    places.clear();
    for (const step of model.get("spec")) {
      const key = `${prefix}-${step.id}`;
      const form = make("div", { class: "hk-form" });
      const before = kept.get(step.id) || {};
      for (const spec of step.fields || []) {
        const value = before[spec.name];
        const known = spec.kind !== "select" || (spec.options || []).some((option) => option.value === value);
        form.append(field(value !== undefined && known && !spec.fixed ? { ...spec, value } : spec, key, model.get("labels")));
      }
      const buttons = make("div", { class: "hk-buttons" });
      for (const button of step.buttons || []) {
        const node = make("button", { type: "button", id: `${key}-${button.id}`, text: button.label });
        node.addEventListener("click", async () => {
          const saved = step.saves ? { saved: await saveAll(root) } : {};
          send({ step: step.id, action: button.id, values: { ...valuesOf(form), ...saved } });
        });
        buttons.append(node);
      }
      // Nothing waits for a pause in the typing: while one change is under way, only the newest of the others is kept.
      if (step.live) form.addEventListener("input", () => send({ step: step.id, action: "change", values: valuesOf(form) }));
      const old = former.get(step.id);
      const drawings = old ? old.drawings : [];
      const figures = old ? old.figures : make("div", { class: "hk-figures" });
      const result = make("div", { class: "hk-result", role: "group", "aria-label": `${model.get("labels").result} ${step.title}` });
      const heading = make("h4", { id: `${key}-title`, text: step.title });
      const item = make("li", { "aria-labelledby": `${key}-title`, "data-live": Boolean(step.live), "data-beside": Boolean(step.beside) }, heading);
      if (step.text) { const text = make("div", { class: "hk-text" }); text.innerHTML = step.text; item.append(text); }
      item.append(form, buttons, figures, result);
      list.append(item);
      places.set(step.id, { form, result, item, figures, drawings, key });
    }
    show();
    if (active && !document.getElementById(active)) {
      // What was pressed is gone: the keyboard goes on at the heading of its step, where the new text begins.
      const place = [...places.values()].find((one) => active.startsWith(`${one.key}-`));
      const heading = place && document.getElementById(`${place.key}-title`);
      if (heading) { heading.tabIndex = -1; heading.focus(); }
    } else if (active) document.getElementById(active).focus();
  };

  const show = () => {
    const results = model.get("results");
    for (const [id, place] of places) {
      const found = results[id];
      // A live step that has nothing to say yet is not done.
      const says = found && (found.html || (found.pictures || []).length);
      place.item.classList.toggle("hk-done", Boolean(says && found.ok));
      place.item.classList.toggle("hk-problem", Boolean(found && !found.ok));
      const html = found ? found.html : "";
      const pictures = (found && found.pictures) || [];
      while (place.drawings.length > pictures.length) {
        const gone = place.drawings.pop();
        gone.end();
        gone.node.remove();
      }
      pictures.forEach((picture, index) => {
        if (!place.drawings[index]) {
          const drawing = new Drawing(model, `${place.key}-figure-${index}`, model.get("labels").drawing);
          place.drawings.push(drawing);
          place.figures.append(drawing.node);
        }
        place.drawings[index].show(picture);
      });
      if (place.html !== html) { place.result.innerHTML = html; place.html = html; sizes.observe(place.result); requestAnimationFrame(() => reach(place.result)); }
    }
  };

  draw();
  model.on("change:spec", draw);
  model.on("change:results", show);
  const heard = (message) => {
    if (message && message.settled) settle(message.said);
    else if (message && message.heard && !underway) live.textContent = message.heard;
  };
  model.on("msg:custom", heard);
  settle(model.get("said"));
  return () => {
    sizes.disconnect();
    for (const place of places.values()) place.drawings.forEach((drawing) => drawing.end());
    model.off("change:spec", draw);
    model.off("change:results", show);
    model.off("msg:custom", heard);
  };
}

export default { render };
