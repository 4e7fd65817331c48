// A form: fields in groups, each saved as it is changed. A required field that is still empty says so once the form
// has been begun.
const build = (frame) => {
  const { spec, t, uid, body, changed } = frame;
  frame.typed = true;
  const fields = {};
  let begun = false;
  const late = () => changed(1500);
  const soon = () => changed(250);

  const simple = (tag, attributes, empty) => (id) => {
    const input = hk.el(tag, { ...attributes, id });
    return { label: input, nodes: [input], read: () => input.value.trim() ? input.value : empty, write(value) {
      const text = value === null ? "" : String(value);
      if (input.value !== text) input.value = text;  // setting the same text would move the cursor
    } };
  };
  const select = (field, id, none) => {
    const input = hk.el("select", { id, onchange: soon }, hk.el("option", { value: "" }, none),
      ...field.options.map(([name, text]) => hk.el("option", { value: name }, text)));
    return { label: input, nodes: [input], read: () => input.value || null, write(value) { input.value = value ?? ""; } };
  };
  const checks = (field, id) => {
    const inputs = field.options.map(([name]) => hk.el("input", { type: "checkbox", value: name, name: id, onchange: soon }));
    const labels = field.options.map(([, text], n) => hk.el("label", { class: "hk-option" }, inputs[n], hk.el("span", {}, text)));
    return { nodes: [hk.el("div", { class: "hk-column" }, ...labels)],
      read: () => inputs.filter((input) => input.checked).map((input) => input.value),
      write(value) { for (const input of inputs) input.checked = (value ?? []).includes(input.value); } };
  };
  const moment = (field, id) => {
    const day = simple("input", { type: "date", max: "9999-12-31", oninput: late }, null)(`${id}-date`);
    const clock = simple("input", { type: "time", step: "1", oninput: late }, null)(`${id}-time`);
    const zone = select(field, `${id}-zone`, t.choose);
    const parts = [[t.date, day], [t.time, clock], [t.zone, zone]];
    return { nodes: [hk.el("div", { class: "hk-moment-row" }, ...parts.map(([text, part]) =>
      hk.el("div", { class: "hk-field" }, hk.el("label", { for: part.label.id }, text), part.label)))],
      read() {
        const value = { date: day.read(), time: clock.read(), zone: zone.read() };
        return value.date || value.time || value.zone ? value : null;
      },
      write(value) {
        day.write(value?.date ?? null);
        clock.write(value?.time ?? null);
        const wanted = value?.zone ?? "";
        // A zone given by code need not be one of the author's list.
        if (![...zone.label.options].some((option) => option.value === wanted)) zone.label.append(new Option(wanted, wanted));
        zone.write(wanted);
      } };
  };
  const number = (_field, id) => {
    const one = simple("input", { type: "number", step: "any", oninput: late }, null)(id);
    return { ...one, read: () => (one.read() === null ? null : Number(one.read())) };
  };
  const make = {
    line: (_field, id) => simple("input", { type: "text", dir: "auto", maxlength: "500", oninput: late }, "")(id),
    text: (_field, id) => simple("textarea", { rows: "3", dir: "auto", oninput: late }, "")(id),
    date: (_field, id) => simple("input", { type: "date", max: "9999-12-31", oninput: late }, null)(id),
    choice: (field, id) => select(field, id, t.choose),
    choices: checks, moment, number,
  };

  const remark = () => {
    for (const { field, made, remarks } of Object.values(fields)) {
      const value = made.read();
      const empty = value === null || value === "" || (Array.isArray(value) && !value.length);
      remarks.textContent = begun && field.required && empty ? t.still : "";
    }
  };
  const groups = {};
  const place = (name) => {
    if (!name) return body;
    if (!groups[name]) {
      groups[name] = hk.el("fieldset", { class: "hk-group hk-form-group" }, hk.el("legend", {}, name));
      body.append(groups[name]);
    }
    return groups[name];
  };
  for (const field of spec.form) {
    const id = `${uid}-${field.id}`;
    const made = make[field.kind](field, id);
    const needed = field.required ? [hk.el("span", { class: "hk-required" }, ` (${t.required})`)] : [];
    const label = field.unit ? `${field.label}, ${field.unit}` : field.label;
    const hint = field.hint ? [hk.el("span", { class: "hk-help", id: `${id}-hint` }, field.hint)] : [];
    const remarks = hk.el("span", { class: "hk-remark", id: `${id}-remark` });
    const about = `${field.hint ? `${id}-hint ` : ""}${id}-remark`;
    const box = made.label
      ? hk.el("div", { class: `hk-entry hk-entry-${field.kind}` },
        hk.el("label", { for: made.label.id }, label, ...needed), ...hint, hk.el("span", { class: "hk-input" }, ...made.nodes), remarks)
      : hk.el("fieldset", { class: "hk-entry hk-entry-set", "aria-describedby": about },
        hk.el("legend", {}, label, ...needed), ...hint, ...made.nodes, remarks);
    made.label?.setAttribute("aria-describedby", about);
    if (field.required) made.label?.setAttribute("aria-required", "true");
    place(field.group).append(box);
    fields[field.id] = { field, made, remarks };
  }
  const onInput = () => { begun = true; remark(); };
  body.addEventListener("input", onInput);
  body.addEventListener("change", onInput);

  return {
    read() {
      const value = Object.fromEntries(Object.entries(fields).map(([name, { made }]) => [name, made.read()]));
      const given = (one) => (Array.isArray(one) ? one.length > 0 : one !== null && one !== "");
      return Object.values(value).some(given) ? value : null;
    },
    write(value) {
      begun = value !== null;
      for (const [name, { made }] of Object.entries(fields)) made.write(value?.[name] ?? null);
      remark();
    },
  };
};
export default { render: hk.render(build) };
