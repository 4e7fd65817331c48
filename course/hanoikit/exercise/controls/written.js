// A written answer: one text, or one for each named part, with a word count.
const build = (frame) => {
  const { spec, uid, body, changed } = frame;
  frame.typed = true;
  const areas = {};
  const total = hk.el("p", { class: "hk-help", id: `${uid}-count` });
  const count = () => {
    const words = Object.values(areas).reduce((sum, area) => sum + (area.value.trim().match(/\S+/g) ?? []).length, 0);
    total.textContent = hk.fill(spec.count, { n: words, least: spec.words });
  };
  for (const [name, label] of spec.slots) {
    const area = hk.el("textarea", {
      id: `${uid}-${name}`, rows: "6", dir: "auto", "aria-describedby": `${uid}-count`,
      oninput: () => { count(); changed(1500); },
    });
    areas[name] = area;
    body.append(hk.el("div", { class: "hk-field" }, hk.el("label", { for: area.id }, label), area));
  }
  body.append(total);
  return {
    read() {
      const value = Object.fromEntries(Object.entries(areas).map(([name, area]) => [name, area.value]));
      if (Object.values(value).every((text) => !text.trim())) return null;
      return spec.named ? value : value[""];
    },
    write(value) {
      for (const [name, area] of Object.entries(areas)) {
        const text = (spec.named ? value?.[name] : value) ?? "";
        if (area.value !== text) area.value = text;  // setting the same text would move the cursor
      }
      count();
    },
  };
};
export default { render: hk.render(build) };
