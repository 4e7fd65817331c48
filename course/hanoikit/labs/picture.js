// Figures of a panel: Plotly's program comes from the kernel once for a page, never from the network.

const plotly = (model) => {
  if (!globalThis.hanoikitPlotly) {
    globalThis.hanoikitPlotly = new Promise((resolve, reject) => {
      const receive = (message, buffers) => {
        if (!message || !message.plotly) return;
        model.off("msg:custom", receive);
        const url = URL.createObjectURL(new Blob([buffers[0]], { type: "text/javascript" }));
        const script = document.createElement("script");
        script.onload = () => { URL.revokeObjectURL(url); resolve(globalThis.Plotly); };
        script.onerror = () => { globalThis.hanoikitPlotly = undefined; reject(new Error("Plotly did not load")); };
        script.src = url;
        document.head.append(script);
      };
      model.on("msg:custom", receive);
      model.send({ want: "plotly" });
    });
  }
  return globalThis.hanoikitPlotly;
};

// One figure: the drawing for the eye, its sentence for everybody. The drawing itself is one image to a screen reader.
class Drawing {
  constructor(model, key, waiting) {
    this.model = model;
    this.node = document.createElement("figure");
    this.node.className = "hk-figure";
    this.place = document.createElement("div");
    this.place.className = "hk-drawing";
    this.place.setAttribute("role", "img");
    this.place.setAttribute("aria-labelledby", key);
    this.place.textContent = waiting;
    this.caption = document.createElement("figcaption");
    this.caption.id = key;
    this.node.append(this.place, this.caption);
    this.drawn = false;
    this.width = new ResizeObserver(() => this.fit());
    this.width.observe(this.place);
    this.width.observe(this.node);
  }

  fit() {
    // A figure that is wider than its place scrolls; then the keyboard must reach it.
    if (this.node.scrollWidth > this.node.clientWidth) this.node.tabIndex = 0;
    else this.node.removeAttribute("tabindex");
    if (this.drawn && this.place.isConnected && this.place.clientWidth) globalThis.Plotly.Plots.resize(this.place);
  }

  async show(picture) {
    // Every step's figures come with every result; only what changed is drawn again.
    const sent = JSON.stringify(picture);
    if (sent === this.sent) return;
    this.sent = sent;
    this.caption.textContent = picture.alt;
    this.place.style.minHeight = `${picture.layout.height}px`;
    this.place.style.minWidth = picture.least ? `${picture.least}px` : "";
    this.wanted = picture;
    const library = await plotly(this.model);
    if (this.wanted !== picture) return;
    if (!this.drawn) { this.place.textContent = ""; this.drawn = true; }
    await library.react(this.place, picture.data, picture.layout, { displayModeBar: false, responsive: false });
  }

  end() {
    this.width.disconnect();
    if (this.drawn) globalThis.Plotly.purge(this.place);
  }
}
