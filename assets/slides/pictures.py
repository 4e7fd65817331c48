"""Takes the pictures of the labs that stand on the slides, from the running product: assets/slides/labs/*.png.

    python assets/slides/pictures.py [LAB ...]

Opens each lesson in JupyterLab on a fresh folder, works a little in each lab like a trainee, and photographs one step
of it in headless Chromium. Nothing is fetched. What each picture shows is told in ``labs.yaml``; a picture without such
a sentence is not used.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from hanoikit import workspace

TARGET = Path(__file__).with_name("labs")
READY = "Ready. Scroll down and begin."
HEIGHT = 613
"""Of the 848 units that a lab is wide: the shape of the place that a slide has."""


def press(panel: Locator, button: str, *, times: int = 1) -> None:
    for _time in range(times):
        panel.get_by_role("button", name=button, exact=True).first.click()
        panel.page.wait_for_function(
            "(node) => node.getAttribute('aria-busy') === 'false'",
            arg=panel.element_handle(),
            timeout=180_000,
        )


def recover(panel: Locator) -> None:
    panel.get_by_label("The stick was written in the zone").select_option("Europe/Helsinki")
    press(panel, "List the files")
    deleted = panel.get_by_label("Deleted file", exact=True)
    deleted.select_option(deleted.locator("option", has_text="_argets.csv").get_attribute("value") or "")
    press(panel, "Recover the file")


def read_the_mail(panel: Locator) -> None:
    panel.get_by_role("button").first.click()
    panel.page.wait_for_timeout(3000)


def one_time(panel: Locator) -> None:
    panel.get_by_label("Zone of that clock").first.select_option("Europe/Helsinki")
    press(panel, "Turn into UTC")


def tamper(panel: Locator) -> None:
    panel.get_by_label("Attack", exact=True).first.select_option("gap")
    press(panel, "Attack and check")


def next_events(panel: Locator) -> None:
    press(panel, "To the next event", times=3)


@dataclass(frozen=True)
class Shot:
    """One picture: ``step`` counts the steps of the lab from 0; ``at`` is what inside it stands at the top."""

    lab: str
    lesson: str
    title: str
    step: int = 0
    at: str = ""
    work: Callable[[Locator], None] | None = None


SHOTS = (
    Shot("status_explorer", "m01-convention", "Status explorer: who signed, who ratified", 1),
    Shot("entry_into_force", "m01-convention", "Entry into force: the calculator for article 65", 0),
    Shot("offence_finder", "m02-offences", "Offence finder", 0),
    Shot("dual_criminality_table", "m02-offences", "Dual criminality", 0),
    Shot("jurisdiction_finder", "m02-offences", "Who may try the case?", 1),
    Shot("power_ladder", "m03-powers", "Power ladder", 0, ".hk-figures"),
    Shot("order_timeline", "m03-powers", "Order timeline", 0),
    Shot("evidence_bench", "m04-evidence-chain", "Evidence bench", 1, "", recover),
    Shot("exhibit_reader", "m04-evidence-chain", "Exhibit reader", 0, "", read_the_mail),
    Shot("time_bench", "m04-evidence-chain", "Time bench", 0, "", one_time),
    Shot("tamper_lab", "m04-evidence-chain", "Tamper lab", 0, "", tamper),
    Shot("desk", "m05-network", "The desk of Aldermark", 0, "", next_events),
    Shot("staffing", "m05-network", "Staffing and the two clocks", 0, ".hk-figures"),
    Shot("request_workshop", "m06-cooperation", "Request workshop", 1),
    Shot("safeguards_review", "m07-safeguards", "Safeguards review", 1),
    Shot("tracing_bench", "m08-money", "Tracing bench", 0, ".hk-figures"),
    Shot("hash_bench", "m09-victims", "Hash bench", 0, ".hk-figures"),
    Shot("response_room", "m09-victims", "Response room", 1),
    Shot("readiness_workbench", "m10-practice", "", 0),
    Shot("whole_case", "m11-capstone", "The whole case", 1, "", next_events),
)


def open_page(page: Page, lab: workspace.Lab, name: str) -> None:
    page.goto(lab.url_of(f"lessons/{name}.ipynb", fresh=True))
    page.get_by_role("button", name="Run the whole lesson").click(timeout=180_000)
    page.get_by_text(READY).wait_for(timeout=300_000)
    page.wait_for_timeout(1500)


def photograph(page: Page, shot: Shot) -> None:
    panel = page.locator(".hk-panel")
    if shot.title:
        panel = panel.filter(has=page.get_by_role("heading", name=shot.title))
    panel = panel.first
    if shot.work:
        shot.work(panel)
    step = panel.locator("ol > li").nth(shot.step)
    top = step.locator(shot.at).first if shot.at else step
    for _time in range(40):
        # What is drawn late moves the page once more.
        top.evaluate("(node) => node.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(700)
        box, place = step.bounding_box(), top.bounding_box()
        if place is not None and 0 <= place["y"] < 350:
            break
    assert box is not None and place is not None
    end = min(box["y"] + box["height"], place["y"] + HEIGHT)
    clip = {"x": box["x"], "y": place["y"], "width": box["width"], "height": end - place["y"]}
    TARGET.mkdir(exist_ok=True)
    picture = Image.open(io.BytesIO(page.screenshot(clip=clip, timeout=180_000))).convert("RGB")
    path = TARGET / f"{shot.lab}.png"
    picture.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.name} {picture.size} {path.stat().st_size // 1024} KB", flush=True)


def main(names: list[str]) -> int:
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not installed. On Debian: apt-get install chromium", file=sys.stderr)
        return 1
    wanted = [shot for shot in SHOTS if not names or shot.lab in names]
    with tempfile.TemporaryDirectory(prefix="hanoikit-slides-") as scratch, sync_playwright() as playwright:
        folder = Path(scratch) / "course"
        workspace.refresh(folder)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, device_scale_factor=1.25)
        with workspace.open_lab(folder, browser=False) as lab:
            for lesson in dict.fromkeys(shot.lesson for shot in wanted):
                open_page(page, lab, lesson)
                for shot in wanted:
                    if shot.lesson == lesson:
                        photograph(page, shot)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
