"""A page in a real browser with controls on it, their Python half behind them and the answer sheet behind that.

The page stands in for JupyterLab's side of the wire only: a model that holds traits and passes messages.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

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
    send: (message) => { if (window.connected !== false) window.toPython(name, message).then(model.receive) },
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


class Stage:
    """A page with controls on it; what they send reaches their Python half, and its traits come back."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.controls: dict[str, Any] = {}
        self.messages: list[dict[str, Any]] = []
        page.set_content(PAGE)
        page.expose_function("toPython", self._to_python)

    def _to_python(self, name: str, message: dict[str, Any]) -> dict[str, Any]:
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
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]
