// A date, a time and a zone. The zone has no default: a moment without its zone would be many moments.
const build = (frame) => {
  const { spec, uid, body, changed } = frame;
  frame.typed = true;
  const labels = spec.labels;
  const field = (name, input) => {
    input.id = `${uid}-${name}`;
    input.setAttribute("aria-describedby", `${uid}-status`);
    body.append(hk.el("div", { class: "hk-field" }, hk.el("label", { for: input.id }, labels[name]), input));
    return input;
  };
  const late = () => changed(700);
  const day = field("date", hk.el("input", { type: "date", max: "9999-12-31", oninput: late }));
  const clock = field("time", hk.el("input", { type: "time", step: "1", oninput: late }));
  const zone = field("zone", hk.el("select", { onchange: () => changed(0) },
    hk.el("option", { value: "" }, labels.none),
    ...spec.zones.map(([name, label]) => hk.el("option", { value: name }, label))));
  return {
    read() {
      const value = { date: day.value || null, time: clock.value || null, zone: zone.value || null };
      return value.date || value.time || value.zone ? value : null;
    },
    write(value) {
      day.value = value?.date ?? "";
      clock.value = value?.time ?? "";
      const wanted = value?.zone ?? "";
      // A zone given by code need not be one of the author's list.
      if (![...zone.options].some((option) => option.value === wanted)) zone.append(new Option(wanted, wanted));
      zone.value = wanted;
    },
  };
};
export default { render: hk.render(build) };
