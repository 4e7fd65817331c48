"""The lesson of module 4, worked by a person who only presses buttons."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from .conftest import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTEBOOK = "lessons/m04-evidence-chain.ipynb"


@pytest.fixture(scope="module")
def lesson(run_notebook: Callable[[str], Notebook]) -> Notebook:
    return run_notebook(NOTEBOOK)


def test_the_evidence_bench_leads_from_the_image_to_a_package_that_others_accept(lesson: Notebook) -> None:
    bench = lesson.panel("Evidence bench: exhibit XA-2026-9639/01")
    lesson.press(bench, "Check the image")
    assert "8,388,608 bytes agree" in lesson.said(bench)
    bench.get_by_label("The stick was written in the zone").select_option("Europe/Helsinki")
    lesson.press(bench, "List the files")
    assert lesson.said(bench) == "6 files, 2 of them deleted."
    lesson.shot("bench", bench)
    deleted = bench.get_by_label("Deleted file", exact=True)
    deleted.select_option(deleted.locator("option", has_text="_edger.csv").get_attribute("value"))
    lesson.press(bench, "Recover the file")
    assert re.search(r"([\d,]+) of \1 bytes of _edger.csv recovered", lesson.said(bench))
    lesson.press(bench, "Check my log")
    assert lesson.said(bench) == "Your log holds."
    lesson.press(bench, "Seal everything")
    lesson.press(bench, "Show one file")
    assert "sees no other file" in lesson.said(bench)
    lesson.press(bench, "Ask for a timestamp")
    bench.get_by_label("recovered/_edger.csv", exact=True).check()
    lesson.press(bench, "Make the package")
    assert lesson.said(bench) == "Package made with 2 files."
    lesson.press(bench, "Ask the other programs")
    assert lesson.said(bench) == "All accept the package."
    lesson.shot("bench-done", bench)


def test_the_timeline_of_the_log_is_drawn_below_the_bench(lesson: Notebook) -> None:
    lesson.panel("Evidence bench: exhibit XA-2026-9639/01").get_by_role(
        "button", name="Ask the other"
    ).focus()
    lesson.shot("timeline")
    lesson.page.locator(".jp-OutputArea .js-plotly-plot").first.wait_for(state="attached")
    assert lesson.page.get_by_text("Your custody log as a timeline.").first.is_visible()


def test_the_tamper_lab_shows_what_a_check_from_inside_misses(lesson: Notebook) -> None:
    tamper = lesson.panel("Tamper lab: a practice log")
    tamper.get_by_label("Attack", exact=True).first.select_option("truncate")
    lesson.press(tamper, "Attack and check")
    assert "Nothing found" in lesson.said(tamper)
    tamper.get_by_label("the heads that a witness noted").check()
    lesson.press(tamper, "Attack and check")
    assert "the first broken link is entry" in lesson.said(tamper)
    lesson.shot("tamper", tamper)


def test_the_time_bench_says_what_cannot_be_read_and_what_to_write(lesson: Notebook) -> None:
    bench = lesson.panel("Time bench")
    bench.get_by_role("textbox", name="Stored time").fill("yesterday at noon")
    lesson.press(bench, "Turn into UTC")
    assert "cannot be read" in lesson.said(bench)
    bench.get_by_role("textbox", name="Stored time").fill("2026-01-15 11:30:00")
    bench.get_by_label("Zone of that clock").select_option("Europe/Helsinki")
    lesson.press(bench, "Turn into UTC")
    assert lesson.said(bench) == "True time: 15 January 2026 09:30 UTC."
    lesson.shot("time", bench)


def test_mail_packets_and_photo_are_read_with_what_they_do_not_show(lesson: Notebook) -> None:
    reader = lesson.panel("Exhibit reader")
    expected = {
        "Read the mail": "The signatures hold",
        "Read the packets": "3 conversations.",
        "Read the photo": "The file states a position",
    }
    for button, said in expected.items():
        lesson.press(reader, button)
        assert said in lesson.said(reader)
    lesson.shot("exhibits", reader)


def test_a_self_check_explains_at_once(lesson: Notebook) -> None:
    group = lesson.page.get_by_role("radio", name=re.compile("The bytes existed at 14:02 or earlier"))
    group.first.check()
    lesson.page.get_by_text("Not later than the time in the token").first.wait_for()
    lesson.shot("selfcheck")
