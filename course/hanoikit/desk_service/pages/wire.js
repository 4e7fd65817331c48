// The connection of a page to the service: the token of the join link, requests, and events that survive a broken line.
//
//   const wire = await joined();
//   const me = await wire.get("/api/me");
//   wire.follow("/api/inbox/events", { after: me.last, tell: (name, data, id) => ..., state: (there) => ... });

import { w } from "./words.js";

const KEY = "hanoikit-token";

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || w("http", { status }));
    this.status = status;
    this.findings = problem.findings || [];
  }
}

export class Wire {
  constructor(token) {
    this.token = token;
  }

  async ask(method, path, body, headers = {}) {
    const options = { method, headers: { Authorization: `Bearer ${this.token}`, ...headers } };
    if (body !== undefined) {
      options.body = JSON.stringify(body);
      options.headers["Content-Type"] = "application/json";
    }
    let answer;
    try {
      answer = await fetch(path, options);
    } catch {
      throw new Error(w("no_line"));
    }
    if (!answer.ok) {
      let problem = {};
      try {
        problem = await answer.json();
      } catch {
        problem = {};
      }
      throw new Refused(answer.status, problem);
    }
    return answer;
  }

  async get(path) {
    return (await this.ask("GET", path)).json();
  }

  async post(path, body, headers) {
    return (await this.ask("POST", path, body, headers)).json();
  }

  // Everything after a number, in order, then what comes. EventSource cannot carry a token, so the stream is read here.
  follow(path, { after, tell, state }) {
    let last = after;
    let pause = 500;
    const run = async () => {
      for (;;) {
        try {
          const answer = await this.ask("GET", path, undefined, { "Last-Event-ID": String(last) });
          state(true);
          pause = 500;
          await lines(answer.body, (event) => {
            if (event.id !== undefined) last = event.id;
            tell(event.name, JSON.parse(event.data), event.id);
          });
        } catch (error) {
          if (error instanceof Refused && (error.status === 401 || error.status === 403)) {
            state(false, error.message);
            return;
          }
        }
        state(false);
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(pause * 2, 5000);
      }
    };
    run();
  }

  // A file that needs the token: fetched, then handed to the browser to keep.
  async download(path, name) {
    const answer = await this.ask("GET", path);
    const place = URL.createObjectURL(await answer.blob());
    const link = document.createElement("a");
    link.href = place;
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(place), 30000);
  }
}

async function lines(body, tell) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = {};
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    let end;
    while ((end = rest.indexOf("\n")) >= 0) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      if (line === "") {
        if (event.data !== undefined) tell(event);
        event = {};
      } else if (line.startsWith("id: ")) event.id = Number(line.slice(4));
      else if (line.startsWith("event: ")) event.name = line.slice(7);
      else if (line.startsWith("data: ")) event.data = line.slice(6);
    }
  }
}

// The wire of this tab. The token comes with the join link, after "#"; it is taken out of the address at once, so that
// nobody photographs it from the screen, and kept for this tab only. Without one, the form is shown.
export async function joined() {
  const given = decodeURIComponent(location.hash.slice(1)).replace(/^token=/, "");
  if (given) {
    history.replaceState(null, "", location.pathname);
    sessionStorage.setItem(KEY, given);
  }
  const form = document.getElementById("join");
  for (;;) {
    const token = sessionStorage.getItem(KEY);
    if (token) {
      const wire = new Wire(token);
      try {
        const me = await wire.get("/api/me");
        form.hidden = true;
        return { wire, me };
      } catch (error) {
        document.getElementById("join-says").textContent = error.message;
        if (error instanceof Refused && error.status === 401) sessionStorage.removeItem(KEY);
      }
    }
    form.hidden = false;
    const field = document.getElementById("join-link");
    field.focus();
    await new Promise((resolve) => {
      form.onsubmit = (event) => {
        event.preventDefault();
        const link = field.value.trim();
        sessionStorage.setItem(KEY, link.includes("#") ? link.slice(link.indexOf("#") + 1) : link);
        resolve();
      };
    });
  }
}
