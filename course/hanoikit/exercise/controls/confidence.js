// For each statement a scale from 0 to 100 %. Nothing is chosen at first: 50 % is an answer too.
const build = ({ spec, t, uid, body, changed }) => {
  const words = Object.fromEntries(spec.steps);
  const scales = {};
  const draw = (scale) => {
    const chosen = scale.inputs.find((input) => input.checked)?.value;
    scale.said.textContent = chosen === undefined ? t.notSaid : hk.fill(t.percent, { n: chosen, words: words[chosen] });
  };
  for (const [key, text] of spec.statements) {
    const scale = { inputs: [], said: hk.el("p", { class: "hk-help hk-said", "aria-hidden": "true" }) };
    scales[key] = scale;
    const options = spec.steps.map(([step, label]) => {
      const input = hk.el("input", { type: "radio", name: `${uid}-${key}`, value: String(step),
                                     onchange: () => { draw(scale); changed(250); } });
      scale.inputs.push(input);
      return hk.el("label", { class: "hk-option hk-step", title: label }, input, hk.el("span", {}, String(step)),
        hk.el("span", { class: "hk-unseen" }, ` %: ${label}`));
    });
    body.append(hk.el("fieldset", { class: "hk-group" }, hk.el("legend", {}, `${key}. ${text}`),
      hk.el("div", { class: "hk-scale" }, ...options),
      hk.el("div", { class: "hk-ends", "aria-hidden": "true" }, hk.el("span", {}, `0 = ${t.false}`), scale.said,
        hk.el("span", {}, `100 = ${t.true}`))));
  }
  return {
    read() {
      const value = Object.fromEntries(spec.statements.map(([key]) => {
        const chosen = scales[key].inputs.find((input) => input.checked);
        return [key, chosen ? Number(chosen.value) : null];
      }));
      return Object.values(value).some((said) => said !== null) ? value : null;
    },
    write(value) {
      for (const [key, scale] of Object.entries(scales)) {
        const said = value?.[key] ?? null;
        for (const input of scale.inputs) input.checked = said !== null && String(said) === input.value;
        draw(scale);
      }
    },
  };
};
export default { render: hk.render(build) };
