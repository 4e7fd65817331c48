// One line of text: a number with its unit, or a provision. Text of any keyboard is accepted; Python reads it.
const build = (frame) => {
  const { spec, uid, body, changed, flush } = frame;
  frame.typed = true;
  const help = spec.example ? hk.el("span", { class: "hk-help", id: `${uid}-help` }, spec.example) : null;
  const input = hk.el("input", {
    type: "text", id: `${uid}-input`, inputmode: spec.mode, autocomplete: "off", spellcheck: "false", size: "18",
    dir: "ltr", "aria-describedby": `${help ? `${uid}-help ` : ""}${uid}-status`,
    oninput: () => changed(900),
    onchange: () => changed(0),
    onkeydown: (event) => { if (event.key === "Enter") flush(); },
  });
  const field = hk.el("div", { class: "hk-field" }, hk.el("label", { for: input.id }, spec.label), input);
  if (spec.unit) field.append(hk.el("span", { "aria-hidden": "true" }, spec.unit));
  if (help) field.append(help);
  body.append(field);
  return {
    read: () => input.value.trim() || null,
    write(value) { input.value = value === null ? "" : [value].flat().join(", "); },
    state(state) { input.setAttribute("aria-invalid", String(state === "error")); },
  };
};
export default { render: hk.render(build) };
