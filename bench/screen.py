"""How long a person waits for a lab: from a change of a control to the page that shows its result.

>>> from bench import screen             # doctest: +SKIP
>>> screen.run()                         # doctest: +SKIP
[{'name': 'm01-convention: Status explorer ...', 'ours': 'median 0.081 s, longest 0.133 s', ..., 'met': True}]

Each lesson is opened in JupyterLab and headless Chromium, as a trainee opens it. In each live step the choices of
its first list, or places along its first slider, are set one after the other; the time ends when the browser has
painted the result, figures included.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

LIMIT = 0.15
"""Seconds within which a change has to be on the screen, by the median."""

CHANGES = 12
"""Changes measured for each live step."""

PATIENCE = 180_000

# The values to set: other choices of the first list, or places along the first slider.
VALUES = """([panel, step, changes]) => {
  const item = document.querySelectorAll('.hk-panel')[panel].querySelectorAll('.hk-steps > li')[step];
  const control = item.querySelector('.hk-form select, .hk-form input[type=range]');
  if (!control) return [];
  const all = control.tagName === 'SELECT'
    ? [...control.options].map((option) => option.value)
    : [...Array(changes).keys()]
      .map((n) => String(+control.min + (n + 1) * (control.max - control.min) / (changes + 1)));
  const turn = [...all.filter((value) => value !== control.value), control.value];
  return turn.length > 1 ? [...Array(changes).keys()].map((n) => turn[n % turn.length]) : [];
}"""

CHANGE = """async ([panel, step, value]) => {
  const root = document.querySelectorAll('.hk-panel')[panel];
  const form = root.querySelectorAll('.hk-steps > li')[step].querySelector('.hk-form');
  const control = form.querySelector('select, input[type=range]');
  const begin = performance.now();
  control.value = value;
  control.dispatchEvent(new Event('input', { bubbles: true }));
  while (root.getAttribute('aria-busy') === 'true') await new Promise((go) => setTimeout(go, 1));
  await new Promise((go) => requestAnimationFrame(() => setTimeout(go, 0)));
  return (performance.now() - begin) / 1000;
}"""

LIVE = """() => [...document.querySelectorAll('.hk-panel')].map((panel) => ({
  title: panel.querySelector('.hk-title').textContent,
  steps: [...panel.querySelectorAll('.hk-steps > li')].map((item) => item.hasAttribute('data-live')),
}))"""


def run() -> list[dict[str, Any]]:
    """One row for each panel with a live step; seconds."""
    import shutil

    from playwright.sync_api import sync_playwright

    from hanoikit import resources, workspace

    chromium = shutil.which("chromium")
    if chromium is None:
        return [{"name": "labs on the screen", "skipped": "Chromium is not installed"}]
    rows: list[dict[str, Any]] = []
    names = sorted(path.stem for path in resources.lessons().glob("m[0-9][0-9]-*.md"))
    with tempfile.TemporaryDirectory(prefix="hanoikit-bench-") as scratch, sync_playwright() as playwright:
        folder = Path(scratch) / "course"
        workspace.refresh(folder)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        with workspace.open_lab(folder, browser=False) as lab:
            for name in names:
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.set_default_timeout(PATIENCE)
                page.goto(lab.url_of(f"lessons/{name}.ipynb", fresh=True))
                page.get_by_role("button", name="Run the whole lesson").click()
                page.get_by_text("Ready. Scroll down and begin.").wait_for()
                page.wait_for_timeout(2000)
                rows.extend(_panels(page, name))
                page.close()
        browser.close()
    return rows


def _panels(page: Any, lesson: str) -> list[dict[str, Any]]:
    rows = []
    for number, panel in enumerate(page.evaluate(LIVE)):
        times: list[float] = []
        for step, live in enumerate(panel["steps"]):
            if live:
                page.locator(".hk-panel").nth(number).locator(".hk-steps > li").nth(
                    step
                ).scroll_into_view_if_needed()
                values = page.evaluate(VALUES, [number, step, CHANGES])
                times += [page.evaluate(CHANGE, [number, step, value]) for value in values]
        if times:
            median = statistics.median(times)
            rows.append(
                {
                    "name": f"{lesson}: {panel['title']}",
                    "ours": f"median {median:.3f} s, longest {max(times):.3f} s",
                    "peer": f"load {os.getloadavg()[0]:.1f}",
                    "target": f"median <= {LIMIT} s",
                    "met": median <= LIMIT,
                }
            )
    return rows
