// The page of a desk in a browser: joins the module that shows a desk with the service.
import { mountDesk } from "./desk.js";
import { joined } from "./wire.js";

const { wire, me } = await joined();
if (me.role !== "desk") location.replace("/room");

const listeners = new Set();
const tell = (news) => listeners.forEach((listener) => listener(news));

const acts = {
  view: () => wire.get("/api/desk"),
  kinds: () => wire.get("/api/kinds"),
  check: ({ draft }) => wire.post("/api/drafts/check", draft),
  send: ({ draft, insist, key }) => wire.post("/api/drafts", { draft, insist }, { "Idempotency-Key": key }),
  own: ({ files }) => wire.post("/api/papers", { files }),
  note: ({ number, what, text }) => wire.post("/api/notes", { case: number, what, text }),
};

const port = {
  send: ({ act, ...given }) => acts[act](given),
  receive: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  keep: (name, value) => sessionStorage.setItem(`hanoikit-${me.exercise}-${name}`, JSON.stringify(value)),
  kept: (name) => JSON.parse(sessionStorage.getItem(`hanoikit-${me.exercise}-${name}`) || "null"),
};

mountDesk(document.getElementById("desk"), port);
wire.follow("/api/inbox/events", {
  after: me.last,
  tell: (name, data) => {
    if (name === "clock") tell({ what: "clock", clock: data });
    else if (name === "hello") tell({ what: "changed" });
    else tell({ what: "changed", event: data });
  },
  state: (there, reason) => tell({ what: "connected", there, reason }),
});
