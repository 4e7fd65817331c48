// A numbered list whose items move by buttons or arrow keys. The order first shown is no answer until it is kept.
const build = ({ spec, t, uid, body, actions, changed, say }) => {
  const texts = Object.fromEntries(spec.options);
  let order = spec.options.map(([letter]) => letter);
  const list = hk.el("ol", { class: "hk-list", "aria-describedby": `${uid}-keys` });
  const items = {};

  const move = (letter, step) => {
    const from = order.indexOf(letter);
    const to = from + step;
    const inside = to >= 0 && to < order.length;
    if (inside) {
      order.splice(from, 1);
      order.splice(to, 0, letter);
      draw();
      changed(900);
    }
    const values = { item: texts[letter], place: inside ? to + 1 : from + 1, all: order.length };
    say(hk.fill(inside ? t.moved : t.edge, values));
  };
  const button = (letter, step, label, sign) => hk.el("button", {
    type: "button", class: "hk-button", "aria-label": hk.fill(label, { item: texts[letter] }),
    onclick: () => move(letter, step),
    onkeydown: (event) => {
      if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
      event.preventDefault();
      move(letter, event.key === "ArrowUp" ? -1 : 1);
    },
  }, hk.el("span", { "aria-hidden": "true" }, sign));
  for (const [letter, text] of spec.options) {
    const place = hk.el("span", { class: "hk-place", "aria-hidden": "true" });
    const up = button(letter, -1, t.up, "↑");
    const down = button(letter, 1, t.down, "↓");
    const item = hk.el("li", { class: "hk-item" }, place, hk.el("span", { class: "hk-text" }, `${letter}: ${text}`), up, down);
    items[letter] = { item, place, up, down };
  }
  const draw = () => {
    // Moving the focused button's item would drop the focus, so it is given back.
    const focused = document.activeElement;
    list.replaceChildren(...order.map((letter) => items[letter].item));
    order.forEach((letter, index) => {
      const { place, up, down } = items[letter];
      place.textContent = `${index + 1}.`;
      up.setAttribute("aria-disabled", String(index === 0));
      down.setAttribute("aria-disabled", String(index === order.length - 1));
    });
    if (list.contains(focused)) focused.focus();
  };
  body.append(hk.el("p", { class: "hk-help", id: `${uid}-keys` }, t.keys), list);
  actions.append(hk.el("button", { type: "button", class: "hk-button", onclick: () => changed(0) }, t.keep));
  draw();
  return {
    read: () => [...order],
    write(value) {
      order = value ?? spec.options.map(([letter]) => letter);
      draw();
    },
  };
};
export default { render: hk.render(build) };
