// What all controls share: the fieldset, the status line that is read out, the button that clears the answer,
// sending, and the promise that nothing given is lost without a word.
// A control's own file follows and ends with: export default { render: hk.render(build) }
const hk = {
  count: 0,

  el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name in node && typeof value !== "string") node[name] = value;
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  },

  fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  },

  // A workshop's room at a question: while it is on, a line that says so with its buttons; what the instructor released
  // stays. Text only, whoever wrote it. Returns what takes it away again.
  room({ model, root, fieldset, send }) {
    const line = hk.el("div", { class: "hk-room", hidden: true });
    const notes = hk.el("div", { class: "hk-notes", role: "log", "aria-live": "polite", hidden: true });
    fieldset.append(line, notes);
    const drawn = new Set();
    const button = (act, text, pressed) => hk.el("button", {
      type: "button", class: "hk-button hk-quiet", "data-act": act === "leave" ? "leave" : "help", "aria-pressed": pressed,
      "data-lm-suppress-shortcuts": "true", onclick: () => send({ type: "room", act }),
    }, text);
    let shown = "";
    const draw = () => {
      const room = model.get("room") ?? {};
      const now = JSON.stringify([room.on, room.help, room.away]);
      if (shown !== now) {
        shown = now;
        const focused = line.contains(document.activeElement) ? document.activeElement.dataset.act : null;
        line.hidden = !room.on;
        line.replaceChildren(...(room.on ? [
          hk.el("p", { class: "hk-help" }, hk.el("span", { class: "hk-on", "aria-hidden": "true" }, room.away ? "○" : "●"), ` ${room.away ? room.t.away : room.t.on}`),
          room.help ? button("calm", room.t.asked, "true") : button("help", room.t.help, "false"),
          button("leave", room.t.leave),
        ] : []));
        if (focused) line.querySelector(`[data-act="${focused}"]`)?.focus();
        hk.badge(root, room.on ? `${room.away ? "○" : "●"} ${room.away ? room.t.badgeAway : room.t.badge}` : "");
      }
      for (const note of room.notes ?? []) {
        if (drawn.has(note.n)) continue;
        drawn.add(note.n);
        notes.hidden = false;
        notes.append(hk.el("section", { class: "hk-note" },
          hk.el("p", { class: "hk-title", dir: "auto" }, note.head), ...note.lines.map((text) => hk.el("p", { dir: "auto" }, text)),
          hk.el("p", { class: "hk-help" }, room.t.from)));
      }
    };
    // In the middle of the screen for a while, or with the focus: then a person is at this question.
    let timer = null;
    const here = () => {
      if (window.hanoikitHere === root.id) return;
      window.hanoikitHere = root.id;
      send({ type: "here" });
    };
    const sight = typeof IntersectionObserver === "undefined" ? null : new IntersectionObserver((entries) => {
      clearTimeout(timer);
      if (entries.at(-1).isIntersecting) timer = setTimeout(here, 1500);
    }, { rootMargin: "-35% 0px -35% 0px" });
    sight?.observe(root);
    root.addEventListener("focusin", here);
    draw();
    model.on("change:room", draw);
    return () => {
      clearTimeout(timer);
      sight?.disconnect();
      hk.badge(root, "");
      model.off("change:room", draw);
    };
  },

  // One sign at the edge of the window for all controls of all notebooks, as long as any of them is in a room.
  badge(owner, text) {
    const owners = (window.hanoikitInRoom ??= new Map());
    if (text) owners.set(owner, text);
    else owners.delete(owner);
    const sign = document.getElementById("hk-room-sign");
    if (owners.size === 0) sign?.remove();
    else if (sign) sign.textContent = [...owners.values()][0];
    else document.body.append(hk.el("p", { id: "hk-room-sign", class: "hk-room-sign", dir: "auto" }, [...owners.values()][0]));
  },

  // build(frame) draws the inputs into frame.body and returns { read(), write(value) }.
  render(build) {
    return ({ model, el }) => {
      const spec = model.get("spec");
      const t = spec.t;
      const uid = `hk${++hk.count}-${spec.id}`;
      const sign = hk.el("span", { class: "hk-sign", "aria-hidden": "true" });
      const words = hk.el("span", { class: "hk-words" });
      const status = hk.el("p", { class: "hk-status", role: "status", "aria-live": "polite", "aria-atomic": "true",
                                  id: `${uid}-status` }, sign, words);
      const body = hk.el("div", { class: "hk-body" });
      const actions = hk.el("div", { class: "hk-actions" });
      const fieldset = hk.el("fieldset", { class: "hk-fieldset" }, hk.el("legend", {}, spec.legend), body,
        hk.el("div", { class: "hk-foot" }, status, actions));
      const root = hk.el("div", { class: `hk hk-${spec.kind}`, dir: spec.dir, id: `${uid}-root` }, fieldset);
      el.append(root);
      const leaveRoom = hk.room({ model, root, fieldset, send(message) {
        try {
          model.send(message);
        } catch {
          // Without its kernel a question is not in a room; answering says so itself.
        }
      } });

      let seq = model.get("status")?.seq ?? 0;
      let timer = null;   // a change that waits a moment for the next one
      let patience = [];  // what is said when no reply comes
      let dirty = false;  // changed on the screen, and no reply yet
      let control = null;

      const signs = { saved: "✓", right: "✓", partly: "◐", wrong: "✗", error: "!", incomplete: "…", empty: "" };
      const show = (state, text) => {
        root.dataset.state = state;
        sign.textContent = signs[state] ?? "";
        if (words.textContent !== text) words.textContent = text;
        control?.state?.(state);
      };
      const send = (message) => {
        clearTimeout(timer);
        timer = null;
        patience.forEach(clearTimeout);
        message.seq = ++seq;
        patience = [
          setTimeout(() => show("incomplete", t.saving), 1000),
          setTimeout(() => show("error", t.lost), 6000),
        ];
        try {
          model.send(message);
        } catch {
          patience.forEach(clearTimeout);
          show("error", t.lost);
        }
      };

      const frame = {
        spec, t, uid, body, actions, fieldset,
        changed(delay = 0) {
          dirty = true;
          clearTimeout(timer);
          timer = setTimeout(frame.flush, delay);
        },
        flush() {
          if (timer !== null) send({ type: "answer", value: control.read() });
        },
        say(text) { show(root.dataset.state, text); },
      };
      control = build(frame);
      const write = (value) => control.write(value ?? null);

      actions.append(hk.el("button", { type: "button", class: "hk-button hk-quiet", onclick: () => {
        dirty = false;
        write(null);
        send({ type: "clear" });
      } }, spec.graded ? t.clear : t.again));

      // Keys pressed here are for the control, not commands for the notebook. Lumino looks for this on the element that
      // has the focus itself: on the control around it, it comes too late.
      for (const node of root.querySelectorAll("input, select, textarea, button")) {
        node.setAttribute("data-lm-suppress-shortcuts", "true");
      }

      const onStatus = () => {
        const now = model.get("status");
        if ((now.seq ?? 0) < seq) return;  // the reply to an older change: a newer one is on its way
        seq = now.seq ?? seq;  // another view of the same control may have counted on
        patience.forEach(clearTimeout);
        if (timer === null) dirty = false;
        show(now.state, now.text);
        if (["saved", "incomplete"].includes(now.state)) onValue();
      };
      const onValue = () => {
        // What a person is just typing is theirs; it is brought into normal form when they leave the field.
        if (dirty || (frame.typed && body.contains(document.activeElement))) return;
        write(model.get("value"));
      };
      const onLeave = (event) => {
        if (body.contains(event.relatedTarget)) return;
        frame.flush();
        if (["saved", "incomplete"].includes(root.dataset.state)) setTimeout(onValue);
      };
      const onHide = () => frame.flush();
      // JupyterLab takes the focus to the cell when its output is clicked; the next key belongs to what was clicked.
      const onClick = (event) => {
        const clicked = event.target.closest("input, select, textarea, button") ?? event.target.closest("label")?.control;
        setTimeout(() => {
          if (clicked && !root.contains(document.activeElement)) clicked.focus({ preventScroll: true });
        });
      };

      write(model.get("value"));
      show(model.get("status")?.state ?? "empty", model.get("status")?.text ?? "");
      model.on("change:status", onStatus);
      model.on("change:value", onValue);
      body.addEventListener("focusout", onLeave);
      root.addEventListener("click", onClick);
      document.addEventListener("visibilitychange", onHide);
      window.addEventListener("pagehide", onHide);

      return () => {
        leaveRoom();
        frame.flush();
        patience.forEach(clearTimeout);
        model.off("change:status", onStatus);
        model.off("change:value", onValue);
        document.removeEventListener("visibilitychange", onHide);
        window.removeEventListener("pagehide", onHide);
      };
    };
  },
};
