// One option, or every option that applies. In an assignment a compact row of letters: the prompt above lists the
// texts, and the letter's accessible name holds its text. In a self-check the texts themselves.
const build = ({ spec, uid, body, changed }) => {
  const type = spec.several ? "checkbox" : "radio";
  const inputs = [];
  const rows = spec.options.map(([letter, text]) => {
    const input = hk.el("input", { type, name: uid, value: letter, onchange: () => changed(250) });
    inputs.push(input);
    return hk.el("label", { class: "hk-option", title: spec.graded ? text : null }, input,
      hk.el("span", { class: "hk-letter" }, letter),
      hk.el("span", { class: spec.graded ? "hk-unseen" : "hk-text" }, `: ${text}`));
  });
  body.append(hk.el("div", { class: spec.graded ? "hk-row" : "hk-column" }, ...rows));
  return {
    read() {
      const chosen = inputs.filter((input) => input.checked).map((input) => input.value);
      return spec.several ? chosen : chosen[0] ?? null;
    },
    write(value) {
      const chosen = [value].flat();
      for (const input of inputs) input.checked = chosen.includes(input.value);
    },
  };
};
export default { render: hk.render(build) };
