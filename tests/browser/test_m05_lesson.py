"""The lesson of module 5 in JupyterLab: the desk by keyboard alone, and as it was after the kernel starts anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import CONNECTED, Notebook, serious

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTEBOOK = "lessons/m05-network.ipynb"

WRITTEN = {
    "Your case reference": "XA-2026-9639",
    "Authority that asks": "Aldermark Police, Cyber Unit, Fjordholm",
    "Articles of the Convention": "10",
    "Offence": "Obstruction of a system, section 204",
    "Facts in short": "A clerk of St Orla Hospital typed her password into a false page. A program locked the data.",
    "Line 1: Which data": "Web log of the page",
    "Line 1: Account or address": "faktura-desk.clearbill.example",
    "Line 1: Period from": "2026-03-28 12:00",
    "Line 1: Period until": "2026-03-29 12:00",
    "Link to the offence": "The lure led to this page.",
    "Who holds the data": "Lune Hosting, Porto Lune",
    "Where the system is": "Porto Lune, Corvessa",
    "Why preservation is needed": "Lune Hosting deletes its web logs after four days.",
    "Reason for secrecy": "The customer would delete the server.",
}
CHOSEN = {
    "To": "XC:",
    "Why the Convention applies": "an off",
    "Line 1: Kind of data": "traffic",
    "Secrecy": "confidential, ",
}


@pytest.fixture(scope="module")
def lesson(run_notebook: Callable[[str], Notebook]) -> Notebook:
    return run_notebook(NOTEBOOK)


def focused(lesson: Notebook) -> str:
    """The label or text of what has the keyboard."""
    return str(
        lesson.page.evaluate(
            "() => { const n = document.activeElement; return (n.labels?.[0] ?? n).textContent; }"
        )
    )


def tab_to(lesson: Notebook, text: str, most: int = 45) -> None:
    """Go forward with the Tab key until something with this label has the keyboard."""
    for _time in range(most):
        if focused(lesson).startswith(text):
            return
        lesson.page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {text!r}; it is on {focused(lesson)!r}")


def settled(lesson: Notebook, panel: object) -> None:
    expect(panel).to_have_attribute("aria-busy", "false")  # type: ignore[arg-type]


def test_a_request_is_written_and_sent_with_the_keyboard_alone(lesson: Notebook) -> None:
    desk = lesson.panel("The desk of Aldermark")
    desk.get_by_role("button", name="+10 minutes", exact=True).focus()
    tab_to(lesson, "What you write")
    keyboard = lesson.page.keyboard
    fields = [*WRITTEN, *CHOSEN, "A request for legal assistance"]
    for _time in range(60):
        label = focused(lesson)
        name = next((one for one in sorted(fields, key=len, reverse=True) if label.startswith(one)), "")
        if name in WRITTEN:
            keyboard.insert_text(WRITTEN[name])
        elif name in CHOSEN:
            keyboard.type(CHOSEN[name])
        elif label == "yes":
            keyboard.press("Space")
        settled(lesson, desk)
        if label == "Send":
            break
        keyboard.press("Tab")
    expect(desk.get_by_text("Nothing is missing.")).to_be_visible()
    lesson.shot("composer", desk)
    keyboard.press("Enter")
    expect(desk.locator(".hk-live")).to_contain_text("Sent to XC at Mon 2026-03-30 20:00")


def test_time_passes_and_a_message_is_opened_with_the_keyboard(lesson: Notebook) -> None:
    desk = lesson.panel("The desk of Aldermark")
    desk.get_by_role("button", name="+10 minutes", exact=True).focus()
    tab_to(lesson, "+1 hour")
    lesson.page.keyboard.press("Enter")
    expect(desk.locator(".hk-live")).to_contain_text("It is Mon 2026-03-30 21:10 at your desk.")
    tab_to(lesson, "Open it")
    lesson.page.keyboard.press("Enter")
    expect(desk.locator(".hk-live")).to_contain_text("Opened:")
    lesson.shot("desk", desk)


def test_a_slider_of_the_simulation_answers_to_the_arrow_keys(lesson: Notebook) -> None:
    lab = lesson.panel("Staffing and the two clocks")
    before = lab.locator(".hk-live").inner_text()
    lab.get_by_label("Age of the data when the request arrives, median (assumed)").focus()
    lesson.page.keyboard.press("ArrowRight")
    expect(lab.locator(".hk-live")).not_to_have_text(before)
    expect(lab.locator("figure .js-plotly-plot, figure .plot-container").first).to_be_visible()
    lesson.shot("staffing", lab)


def test_the_labs_have_no_serious_fault_for_assistive_technology(lesson: Notebook) -> None:
    assert serious(lesson.page, ".hk-panel") == []


@pytest.mark.parametrize("width", [1280, 800])
def test_the_desk_fits_the_screen(lesson: Notebook, width: int) -> None:
    lesson.resize(width)
    desk = lesson.panel("The desk of Aldermark")
    desk.scroll_into_view_if_needed()
    wide = desk.evaluate("(node) => node.scrollWidth - node.clientWidth")
    assert wide <= 1
    lesson.shot(f"desk-{width}", desk)


def test_after_a_new_start_of_the_kernel_the_desk_is_as_it_was(lesson: Notebook) -> None:
    lesson.page.set_viewport_size({"width": 1366, "height": 900})
    lesson.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    lesson.page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    lesson.page.wait_for_function(CONNECTED)
    lesson.run()
    desk = lesson.panel("The desk of Aldermark")
    expect(desk.get_by_text("It is Mon 2026-03-30 21:10 at your desk.").first).to_be_visible()
    expect(desk.locator("li", has_text="6. The case file").first).to_contain_text("XA-2026-")


def test_nothing_failed_and_nothing_was_asked_from_outside(lesson: Notebook) -> None:
    assert lesson.failures() == [] and lesson.errors == [] and lesson.outside == []
