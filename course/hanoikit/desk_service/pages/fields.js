// Small parts that every page is built from. Text is only ever text: nothing here reads HTML.
//
//   h("button", { type: "button", onclick: send }, "Send")
//   const clock = new StoryClock(view.clock); clock.now()
import { locale, w } from "./words.js";

export function h(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value") made.value = value;
    else if (name === "checked") made.checked = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

// Puts new content into a place and keeps the keyboard where it was, by the id of the element that had it.
export function fill(place, ...children) {
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.replaceChildren(...children.filter((child) => child !== null && child !== undefined && child !== false));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

// The clock of the story: it may run faster than life, and stand still.
export class StoryClock {
  constructor(value) {
    this.story = Date.parse(value.story);
    this.speed = value.running ? value.speed : 0;
    this.since = performance.now();
    this.stated = value;
  }

  now() {
    return new Date(this.story + (performance.now() - this.since) * this.speed);
  }
}

const formats = new Map();
function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }));
  return formats.get(key);
}

export function day(moment, zone, seconds = false) {
  const options = { day: "2-digit", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
  if (seconds) options.second = "2-digit";
  return format(zone, options).format(moment);
}

export function hour(moment, zone, seconds = false) {
  const options = { hour: "2-digit", minute: "2-digit", hour12: false, weekday: "short" };
  if (seconds) options.second = "2-digit";
  return format(zone, options).format(moment);
}

export function offset(moment, zone) {
  // Always in English: this is read again below, not shown.
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "longOffset", hour: "2-digit" }).formatToParts(moment);
  const found = parts.find((part) => part.type === "timeZoneName").value.replace("GMT", "");
  return found === "" ? "+00:00" : found;
}

// "2026-05-04T09:30" on the wall of a zone, as a time with its offset.
export function zoned(wall, zone) {
  if (!wall) return "";
  const near = new Date(`${wall}Z`);
  let found = offset(near, zone);
  found = offset(new Date(`${wall}:00${found}`), zone);
  return `${wall.length === 16 ? `${wall}:00` : wall}${found}`;
}

// Whose clock a desk's page shows, in words.
export function placeOf(view) {
  return view.desks.find((one) => one.desk === view.desk)?.state_name ?? view.zone;
}

// What a document holds, set out to be read: its data with line ends, and a file in it as text.
export function inside(text) {
  try {
    const value = JSON.parse(text);
    if (value.file?.base64) {
      const bytes = Uint8Array.from(atob(value.file.base64), (one) => one.charCodeAt(0));
      value.file = { name: value.file.name, text: new TextDecoder().decode(bytes) };
    }
    return JSON.stringify(value, null, 1).replaceAll("\\n", "\n");
  } catch {
    return text;
  }
}

// A stated element as its term and its words; the data of a document are folded.
export function stated(one, text) {
  const words = one.name === "content"
    ? h("details", {}, h("summary", {}, w("show_content", { count: text.length })), inside(text))
    : text;
  return [h("dt", {}, one.label), h("dd", {}, words)];
}

export function span(seconds) {
  if (seconds === null) return w("no_end");
  const late = seconds < 0;
  let rest = Math.abs(Math.trunc(seconds));
  const days = Math.floor(rest / 86400);
  rest -= days * 86400;
  const hours = Math.floor(rest / 3600);
  const minutes = Math.floor((rest - hours * 3600) / 60);
  const text = days ? w("days", { days, hours }) : hours ? w("hours", { hours, minutes }) : w("minutes", { minutes });
  return late ? w("ago", { span: text }) : text;
}
