// A select for each item on the left.
const build = ({ spec, t, uid, body, changed }) => {
  const selects = {};
  for (const [key, text] of spec.left) {
    const select = hk.el("select", { id: `${uid}-${key}`, onchange: () => changed(250) },
      hk.el("option", { value: "" }, t.choose),
      ...spec.right.map(([letter, option]) => hk.el("option", { value: letter }, `${letter}: ${option}`)));
    selects[key] = select;
    body.append(hk.el("div", { class: "hk-field" }, hk.el("label", { for: select.id }, `${key}. ${text}`), select));
  }
  return {
    read() {
      const value = Object.fromEntries(spec.left.map(([key]) => [key, selects[key].value || null]));
      return Object.values(value).some(Boolean) ? value : null;
    },
    write(value) {
      for (const [key] of spec.left) selects[key].value = value?.[key] ?? "";
    },
  };
};
export default { render: hk.render(build) };
