"""Take the README's pictures from the running product: docs/tour/*.png.

    python scripts/tour.py [NAME ...]

Opens the course in JupyterLab on a fresh folder, works a little like a trainee, and photographs it in headless
Chromium; then marks that work and runs the sample cohort, and photographs both pages. Nothing is fetched.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from hanoikit import workspace
from hanoikit.workshop.client import RoomClient
from hanoikit.workshop.pinning import Known
from hanoikit.workshop.protocol import JoinLine

ROOT = Path(__file__).parents[1]
TOUR = ROOT / "docs" / "tour"
MODULE = "m04-evidence-chain"
LABS = (
    ("status", "m01-convention", "Status explorer: who signed, who ratified", "h4"),
    ("offences", "m02-offences", "Offence finder", "h4"),
    ("powers", "m03-powers", "Power ladder", ".hk-figures"),
    ("tracing", "m08-money", "Tracing bench", ".hk-figures"),
)
FORMS = (
    ("desk", "m05-network", "Desk", 0),
    ("workshop", "m06-cooperation", "Request workshop", 1),
    ("review", "m07-safeguards", "Safeguards review", 1),
)
"""Labs without a figure: name of the picture, lesson, how the panel's title begins, the step to show."""
WIDTH, HEIGHT = 1280, 800
READY = "Ready. Scroll down and begin."


def save(name: str, page: Page, clip: dict[str, float] | None = None) -> None:
    """Write a picture with at most 256 colours; screenshots of text lose nothing by it."""
    TOUR.mkdir(parents=True, exist_ok=True)
    picture = Image.open(io.BytesIO(page.screenshot(clip=clip)))
    picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(TOUR / f"{name}.png", optimize=True)
    print(f"docs/tour/{name}.png {(TOUR / f'{name}.png').stat().st_size // 1024} KB")


def open_page(page: Page, lab: workspace.Lab, path: str) -> None:
    page.goto(lab.url_of(path, fresh=True))
    page.get_by_role("button", name="Run the whole lesson").click(timeout=120_000)
    page.get_by_text(READY).wait_for(timeout=180_000)


def press(page: Page, panel: Any, button: str) -> None:
    panel.get_by_role("button", name=button, exact=True).click()
    page.wait_for_function(
        "(node) => node.getAttribute('aria-busy') === 'false'", arg=panel.element_handle(), timeout=120_000
    )


def into_view(page: Page, target: Any) -> None:
    """Scroll so that the target stands at the top of the notebook."""
    target.evaluate("(node) => node.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(600)


def lesson(page: Page, lab: workspace.Lab) -> None:
    open_page(page, lab, f"lessons/{MODULE}.ipynb")
    page.wait_for_timeout(800)
    save("lesson", page)
    bench = page.get_by_role("region", name="Evidence bench: exhibit XA-2026-9639/01")
    bench.get_by_label("The stick was written in the zone").select_option("Europe/Helsinki")
    press(page, bench, "List the files")
    deleted = bench.get_by_label("Deleted file", exact=True)
    deleted.select_option(deleted.locator("option", has_text="_argets.csv").get_attribute("value") or "")
    press(page, bench, "Recover the file")
    into_view(page, bench.get_by_role("heading", name="2. List the files"))
    save("bench", page)
    tamper = page.get_by_role("region", name="Tamper lab: a practice log")
    tamper.get_by_label("Attack", exact=True).first.select_option("gap")
    press(page, tamper, "Attack and check")
    into_view(page, tamper)
    save("tamper", page)


def labs(page: Page, lab: workspace.Lab) -> None:
    """Labs with a figure, as they stand when the lesson has run."""
    for name, lesson, title, place in LABS:
        open_page(page, lab, f"lessons/{lesson}.ipynb")
        panel = page.get_by_role("region", name=title)
        panel.locator(".hk-drawing .main-svg").first.wait_for()
        into_view(page, panel.locator("li", has=page.locator(".hk-figure")).first.locator(place))
        save(name, page)


def forms(page: Page, lab: workspace.Lab) -> None:
    """Labs without a figure, as they stand when the lesson has run."""
    for name, lesson, title, step in FORMS:
        open_page(page, lab, f"lessons/{lesson}.ipynb")
        panel = page.get_by_role("region", name=title).first
        into_view(page, panel.locator("li.hk-step, ol > li").nth(step))
        page.wait_for_timeout(800)
        save(name, page)


def capstone(page: Page, lab: workspace.Lab) -> None:
    """The whole case after its first hour: what waits, and a decision with its facts."""
    open_page(page, lab, "lessons/m11-capstone.ipynb")
    panel = page.get_by_role("region", name="The whole case").first
    for _event in range(3):
        press(page, panel, "To the next event")
    page.wait_for_timeout(800)
    into_view(page, panel.locator("ol > li").nth(1))
    save("capstone", page)


def question(page: Page, lab: workspace.Lab) -> None:
    open_page(page, lab, f"exercises/{MODULE}/{MODULE}.ipynb")
    choice = page.get_by_role("radio", name="Back-date: an entry was given an earlier time")
    choice.first.check()
    page.get_by_role(
        "checkbox", name="that this file was under the seal when the root was signed"
    ).first.check()
    page.wait_for_timeout(1200)
    into_view(page, page.get_by_role("heading", name="Question 6").first)
    save("question", page)


def hand_in(page: Page, lab: workspace.Lab) -> None:
    """The page "Hand in", after an exercise was sealed and kept."""
    open_page(page, lab, "Hand in.ipynb")
    panel = page.get_by_role("region", name="Hand in")
    panel.get_by_label("Your name").fill("Lê Thị Hoa")
    panel.get_by_label("Your id in the class").fill("t07")
    press(page, panel, "Keep this")
    panel.get_by_label("Exercise", exact=True).select_option(MODULE)
    page.wait_for_timeout(1200)
    panel.get_by_label("Where to", exact=True).select_option("keep")
    press(page, panel, "Seal and hand in")
    into_view(page, panel.locator("ol > li").nth(2))
    save("hand-in", page)


PEOPLE = (
    "Lê Thị Hoa",
    "Amal Haddad",
    "王小明",
    "Ana Kovač",
    "Sami O'Neil",
    "Nino Gelashvili",
    "Thandiwe Mbeki",
    "José García",
)


def room(page: Page, scratch: Path) -> None:
    """The instructor's page with eight people in the room, told by the client that a notebook uses."""
    folder = scratch / "class"
    run("class", "init", str(folder), "--title", "Cybercrime desk, autumn", "--assignment", "m01-convention")
    run("class", "open", "--class", str(folder))
    command = [str(Path(sys.executable).parent / "hanoikit"), "class", "room", "--class", str(folder)]
    command += ["--host", "127.0.0.1", "--port", "0", "--no-browser", "--no-qr"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    ) as service:
        try:
            photograph_room(page, service)
        finally:
            service.terminate()


def photograph_room(page: Page, service: subprocess.Popen[str]) -> None:
    said = []
    for line in service.stdout or ():
        said.append(line.strip())
        if "The room is open" in line:
            break
    join = JoinLine.parse(next(line for line in said if re.fullmatch(r"\S+:\d+ [0-9A-Z-]+", line)))
    known = Known(code=join.code, proof=join.proof)
    for number, name in enumerate(PEOPLE):
        client = RoomClient(join.address, known=known)
        token = client.join(code=join.code, name=name)["token"]
        known = Known(fingerprint=client.fingerprint)  # the slow look at the code is needed once
        question = f"m01-q{3 + number % 3}"
        here = {"assignment": "m01-convention", "question": question, "answered": number % 2 == 0}
        done = [f"m01-q{one}" for one in range(1, 3 + number % 3)]
        said_by = {"after": 0, "here": here | {"seconds": 40 + 60 * number, "wrong": 0, "idle": 0}}
        if number == 1:
            said_by |= {"help": question, "call": 1}
        client.tell(token, said_by | {"done": {"m01-convention": done}})
    page.goto(next(line for line in said if line.startswith("http")))
    page.locator("#people tr").nth(len(PEOPLE) - 1).wait_for()
    page.locator("#progress tr").nth(12).wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    save("room", page)


def html(page: Page, path: Path, name: str) -> None:
    page.goto(path.as_uri())
    page.wait_for_timeout(500)
    save(name, page)


def run(*command: str) -> None:
    print(" ".join(command))
    subprocess.run([str(Path(sys.executable).parent / "hanoikit"), *command], check=False)


def main(names: list[str]) -> int:
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not installed. On Debian: apt-get install chromium", file=sys.stderr)
        return 1

    def wanted(name: str) -> bool:
        return not names or name in names

    with tempfile.TemporaryDirectory(prefix="hanoikit-tour-") as scratch, sync_playwright() as playwright:
        folder = Path(scratch) / "course"
        workspace.refresh(folder)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        if any(wanted(name) for name in ("lesson", "labs", "forms", "capstone", "question", "hand-in")):
            with workspace.open_lab(folder, browser=False) as lab:
                if wanted("lesson"):
                    lesson(page, lab)
                if wanted("labs"):
                    labs(page, lab)
                if wanted("forms"):
                    forms(page, lab)
                if wanted("capstone"):
                    capstone(page, lab)
                if wanted("question"):
                    question(page, lab)
                if wanted("hand-in"):
                    hand_in(page, lab)
        if wanted("room"):
            room(page, Path(scratch))
        if wanted("marks"):
            run("grade", str(folder / "exercises" / MODULE))
            for found in (folder / "exercises" / MODULE).glob("marks-*.html"):
                html(page, found, "marks")
        if wanted("report"):
            cohort = Path(scratch) / "cohort"
            run("demo", "--keep", str(cohort))
            for found in cohort.rglob("report*.html"):
                html(page, found, "report")
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
