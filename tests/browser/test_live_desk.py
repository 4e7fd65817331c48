"""A desk of a live room in JupyterLab, by keyboard: an exchange that goes on after the service was killed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import Notebook, serious, written

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SERVICE = Path(__file__).parents[1] / "desk_service" / "conftest.py"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    spec = importlib.util.spec_from_file_location("desk_service_running", SERVICE)
    assert spec is not None and spec.loader is not None
    running = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(running)
    started = running.Running(str(tmp_path_factory.mktemp("room") / "room.sqlite")).start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def room(service: Any, folder: Path, open_notebook: Callable[[str], Notebook]) -> Notebook:
    call = f"desk(into='live', url={service.url!r}, token={service.tokens['XA']!r})"
    code = f"from hanoikit.labs import desk\n{call}"
    opened = open_notebook(written(folder / "lessons" / "live.ipynb", code))
    opened.run()
    return opened


def tab_to(room: Notebook, text: str) -> None:
    """Go forward with the Tab key until something with this label has the keyboard."""
    now = ""
    for _time in range(45):
        now = room.page.evaluate(
            "() => { const n = document.activeElement; return (n.labels?.[0] ?? n).textContent; }"
        )
        if now.startswith(text):
            return
        room.page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {text!r}; it is on {now!r}")


def send(room: Notebook, number: str, question: str) -> None:
    """Write a question to Corvessa and send it, with the keyboard alone."""
    panel, keyboard = room.panel("The desk of Aldermark"), room.page.keyboard
    panel.get_by_role("button", name="Fetch what is new", exact=True).focus()
    tab_to(room, "What you write")
    kinds = panel.get_by_label("What you write", exact=True)
    for _kind in range(20):
        if kinds.evaluate("(node) => node.selectedOptions[0].text") == "New: Technical advice":
            break
        keyboard.press("ArrowDown")
        settled(room)
    expect(panel.get_by_role("textbox", name="Context")).to_be_visible()
    tab_to(room, "To")
    keyboard.type("XC:")
    tab_to(room, "Your case reference")
    keyboard.insert_text(number)
    tab_to(room, "Question")
    keyboard.insert_text(question)
    settled(room)
    tab_to(room, "Send it as it is")
    keyboard.press("Enter")
    expect(panel.locator(".hk-live")).to_contain_text("Sent to XC")
    settled(room)


def settled(room: Notebook) -> None:
    expect(room.panel("The desk of Aldermark")).to_have_attribute("aria-busy", "false")


def fetch(room: Notebook) -> None:
    room.panel("The desk of Aldermark").get_by_role("button", name="Fetch what is new").focus()
    room.page.keyboard.press("Enter")


def answer(service: Any, question: str, text: str) -> None:
    """Corvessa, at another machine, answers the question."""
    with service.client("XC") as client:
        asked = next(
            one.message
            for one in client.events()
            if one.kind == "received" and one.message.body.question == question
        )
        draft = {"kind": "acknowledgement", "to": "XA", "regarding": asked.id, "reference": "XC-1"}
        client.send_draft({**draft, "body": {"note": text}}, insist=True)


def test_an_exchange_is_played_by_keyboard_and_goes_on_after_the_service_was_killed(
    room: Notebook, service: Any
) -> None:
    panel = room.panel("The desk of Aldermark")
    send(room, "XA-1", "How long does Lune Hosting keep its web logs?")
    answer(service, "How long does Lune Hosting keep its web logs?", "We ask them.")
    fetch(room)
    expect(panel.locator(".hk-live")).to_contain_text("1 new")
    tab_to(room, "Open it")
    room.page.keyboard.press("Enter")
    expect(panel.get_by_role("cell", name="We ask them.")).to_be_visible()
    room.shot("live-desk", panel)

    service.kill()
    fetch(room)
    expect(panel).to_have_attribute("aria-busy", "true")
    service.start()
    # The request that found nobody is asked again until the service answers.
    expect(panel.locator(".hk-live")).to_contain_text("0 new")
    settled(room)
    send(room, "XA-2", "And its mail logs?")
    answer(service, "And its mail logs?", "Four weeks.")
    fetch(room)
    expect(panel.locator(".hk-live")).to_contain_text("1 new")
    expect(panel.locator("li", has_text="6. The case file").first).to_contain_text("XA-2")
    assert serious(room.page, ".hk-panel") == []
    room.shot("live-desk-after", panel)
    assert room.failures() == [] and room.errors == [] and room.outside == []
