// The texts of the pages by name; hanoikit/desk_service/wording.py puts them in, in the language of the room.
//
//   w("sent", { number: 7 })    "Sent and kept: number 7 in the service's log."
const WORDS = {};

export const locale = WORDS.locale ?? "en-GB";

export function w(name, values = {}) {
  return (WORDS[name] ?? name).replace(/\{(\w+)\}/g, (_whole, key) => String(values[key] ?? ""));
}
