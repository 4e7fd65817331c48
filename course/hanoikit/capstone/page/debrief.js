// The replay of an exercise: a slider over what happened, with a button that plays it. Text is only ever shown as text.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("events").textContent);
  const words = data.words;
  const events = data.events;
  const slider = document.getElementById("place");
  const play = document.getElementById("play");
  const box = document.getElementById("now");
  const clocks = document.getElementById("clocks");
  const chart = document.querySelector(".chart");
  const needle = document.getElementById("needle");
  const drawn = [...document.querySelectorAll("g.event")];
  const rows = [...document.querySelectorAll("#log tbody tr")];
  let timer = 0;

  function element(name, text, attributes = {}) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function show(place) {
    const here = Math.max(0, Math.min(events.length - 1, place));
    const event = events[here];
    slider.value = String(here);
    slider.setAttribute("aria-valuetext", `${here + 1} / ${events.length}: ${event.when}, ${event.title}`);
    for (const one of drawn) {
      const number = Number(one.dataset.n);
      one.classList.toggle("future", number > here);
      one.classList.toggle("now", number === here);
    }
    rows.forEach((row, number) => row.classList.toggle("now", number === here));
    clocks.replaceChildren(...event.clocks.flatMap(([name, time]) => {
      const made = element("span");
      made.append(element("b", name), ` ${time}`);
      return [made];
    }));
    const list = element("dl");
    for (const [label, text] of event.stated) list.append(element("dt", label), element("dd", text));
    const deciding = event.moments.map((one) => element("p", `${words.decided} ${one}`));
    box.replaceChildren(element("h3", `${here + 1}. ${event.title}`), ...deciding, list);
    needle.setAttribute("x1", event.x);
    needle.setAttribute("x2", event.x);
    const left = event.x - chart.clientWidth / 2;
    chart.scrollLeft = Math.max(0, left);
    return here;
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = words.play;
  }

  function start() {
    if (Number(slider.value) >= events.length - 1) show(0);
    play.textContent = words.pause;
    timer = setInterval(() => {
      if (show(Number(slider.value) + 1) >= events.length - 1) stop();
    }, 1400);
  }

  play.addEventListener("click", () => (timer ? stop() : start()));
  document.getElementById("back").addEventListener("click", () => { stop(); show(Number(slider.value) - 1); });
  document.getElementById("on").addEventListener("click", () => { stop(); show(Number(slider.value) + 1); });
  document.getElementById("decisive").addEventListener("click", () => {
    stop();
    const here = Number(slider.value);
    const next = events.findIndex((one, number) => number > here && one.moments.length);
    show(next < 0 ? events.findIndex((one) => one.moments.length) : next);
  });
  slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
  for (const link of document.querySelectorAll("[data-show]")) {
    link.addEventListener("click", (click) => {
      click.preventDefault();
      stop();
      show(Number(link.dataset.show));
      document.getElementById("replay").scrollIntoView();
      slider.focus({ preventScroll: true });
    });
  }
  show(0);
})();
