// How to join: the line to paste, made of this page's own address and the code after "#".

import { w } from "./words.js";

const code = decodeURIComponent(location.hash.slice(1));
const line = document.getElementById("line");
const says = document.getElementById("says");
const copy = document.getElementById("copy");
if (/^[0-9A-Z-]{8,9}$/i.test(code)) line.textContent = `${location.host} ${code.toUpperCase()}`;
else {
  line.textContent = location.host;
  says.textContent = w("join_no_code");
  copy.hidden = true;
}
copy.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(line.textContent);
    says.textContent = w("join_copied");
  } catch {
    // Without a secure connection browsers refuse the clipboard: the line is selected, so that Ctrl+C takes it.
    getSelection().selectAllChildren(line);
  }
});
