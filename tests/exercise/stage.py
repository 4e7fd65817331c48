"""A page in a real browser with controls on it, their Python half behind them and the answer sheet behind that.

The page stands in for JupyterLab's side of the wire only: a model that holds traits and passes messages.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from hanoikit.exercise import book
from hanoikit.exercise.controls import answer_control
from hanoikit.exercise.sheet import Sheet
from hanoikit.exercise.showing import PlainForm

PAGE = """<!doctype html><html lang="en"><head><title>Controls</title><style>
body { margin: 16px; background: var(--page, #fff); color: var(--ink, #111) }
@media (prefers-color-scheme: dark) { body { --page: #111; --ink: #eee } }
</style></head><body><main><h1>Controls</h1></main></body></html>"""

MOUNT = """async ({ name, module, style, traits }) => {
  if (!document.getElementById("style")) {
    const sheet = document.createElement("style");
    sheet.id = "style";
    sheet.textContent = style;
    document.head.append(sheet);
  }
  const handlers = {};
  const model = {
    get: (key) => traits[key],
    on: (event, handler) => (handlers[event] ??= []).push(handler),
    off: (event, handler) => { handlers[event] = (handlers[event] ?? []).filter((one) => one !== handler) },
    send: (message) => {
      if (window.connected !== false) window.sent = window.toPython(name, message).then(model.receive);
    },
    receive: (changed) => {
      for (const key of Object.keys(changed)) {
        if (JSON.stringify(traits[key]) === JSON.stringify(changed[key])) continue;
        traits[key] = changed[key];
        for (const handler of handlers[`change:${key}`] ?? []) handler();
      }
    },
  };
  (window.models ??= {})[name] = model;
  const el = document.createElement("div");
  document.querySelector("main").append(el);
  const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  (window.cleanups ??= {})[name] = widget.render({ model, el });
}"""


class Place:
    """A page of a browser that one :class:`Stage` after the other is set up in."""

    def __init__(self, browser: Browser) -> None:
        self._context = browser.new_context()
        self._context.set_default_timeout(90_000)
        self._page = self._context.new_page()
        self._stage: Stage | None = None
        self._problems: list[str] = []
        self._page.on("pageerror", lambda error: self._problems.append(str(error)))
        self._page.on(
            "console", lambda line: self._problems.append(line.text) if line.type == "error" else None
        )
        self._page.on(
            "request",
            lambda request: self._problems.append(request.url) if request.url.startswith("http") else None,
        )
        self._page.expose_function("toPython", self._to_python)

    def _to_python(self, name: str, message: dict[str, Any]) -> dict[str, Any]:
        # A page that is left sends what it has not sent yet; there is nobody any more.
        return {} if self._stage is None else self._stage.receive(name, message)

    def begin(self) -> Stage:
        """An empty page, as wide as a notebook's output, in a light theme."""
        self._page.goto("about:blank")
        self._page.set_viewport_size({"width": 760, "height": 900})
        self._page.emulate_media(color_scheme="light", forced_colors="none", reduced_motion="no-preference")
        self._page.set_content(PAGE)
        self._stage = Stage(self._page)
        return self._stage

    def end(self) -> list[str]:
        """Errors of the page, and requests to other hosts."""
        self._stage = None
        found = list(self._problems)
        self._problems.clear()
        return found

    def close(self) -> None:
        self._context.close()


class Stage:
    """A page with controls on it; what they send reaches their Python half, and its traits come back."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.controls: dict[str, Any] = {}
        self.messages: list[dict[str, Any]] = []

    def receive(self, name: str, message: dict[str, Any]) -> dict[str, Any]:
        """Hand a message of the page to the Python half; what its traits are then."""
        self.messages.append(message)
        control = self.controls[name]
        control._on_message(control, message, None)
        return self._traits(control)

    @staticmethod
    def _traits(control: Any) -> dict[str, Any]:
        # What is not plain JSON could not cross the wire.
        traits: dict[str, Any] = json.loads(
            json.dumps({key: getattr(control, key) for key in ("value", "status")})
        )
        return traits

    def mount(self, question: str) -> Any:
        """The control of a question that was asked."""
        return self.put(question, answer_control(book_of(question), PlainForm(question)))

    def put(self, name: str, control: Any) -> Any:
        self.controls[name] = control
        traits = {"spec": json.loads(json.dumps(control.spec)), **self._traits(control)}
        self.page.evaluate(
            MOUNT, {"name": name, "module": control._esm, "style": control._css, "traits": traits}
        )
        return control

    def push(self, name: str) -> None:
        """Send the Python half's traits to the page, as a comm does when code changed them."""
        self.page.evaluate(
            "([name, traits]) => models[name].receive(traits)", [name, self._traits(self.controls[name])]
        )

    def group(self, legend: str) -> Any:
        return self.page.get_by_role("group", name=legend)

    def status(self, index: int = 0) -> Any:
        return self.page.get_by_role("status").nth(index)


def book_of(question: str) -> book.Asked:
    return book.BOOK.asked[question]


def saved(folder: Path) -> dict[str, Any]:
    return Sheet.in_folder(folder).answers()


def wait_saved(stage: Stage, index: int = 0) -> None:
    expect(stage.page.locator(".hk").nth(index)).to_have_attribute("data-state", "saved")
    expect(stage.status(index)).to_contain_text("Saved at")


def violations(page: Page) -> list[str]:
    """Everything that axe finds on the page, one line for each place."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        """async () => (await axe.run({ resultTypes: ['violations'] })).violations
            .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`))"""
    )
    return list(found)
