// A text in parts: what is ticked stays, what is not ticked goes.
const build = ({ spec, t, body, actions, changed }) => {
  const inputs = [];
  let begun = false;
  const draw = () => {
    for (const input of inputs) {
      const part = input.parentNode;
      part.dataset.stays = begun ? String(input.checked) : "";
      part.lastChild.textContent = begun ? (input.checked ? t.stays : t.goes) : "";
    }
  };
  const change = () => { begun = true; draw(); changed(250); };
  body.append(hk.el("div", { class: "hk-column" }, ...spec.parts.map(([letter, text]) => {
    const input = hk.el("input", { type: "checkbox", value: letter, onchange: change });
    inputs.push(input);
    return hk.el("label", { class: "hk-option hk-part" }, input, hk.el("span", { class: "hk-letter" }, `${letter}: `),
      hk.el("span", { class: "hk-part-text" }, text), hk.el("span", { class: "hk-word", "aria-hidden": "true" }));
  })));
  actions.append(hk.el("button", { type: "button", class: "hk-button hk-quiet", onclick: () => {
    for (const input of inputs) input.checked = true;
    change();
  } }, t.tickAll));
  return {
    read: () => inputs.filter((input) => input.checked).map((input) => input.value),
    write(value) {
      begun = value !== null;
      for (const input of inputs) input.checked = begun && value.includes(input.value);
      draw();
    },
  };
};
export default { render: hk.render(build) };
