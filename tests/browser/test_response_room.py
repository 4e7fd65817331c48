"""The response room in a real JupyterLab: a scene is played and left with the keyboard alone, and nothing is lost."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTEBOOK = "lessons/m09-victims.ipynb"


def test_a_scene_is_played_and_left_with_the_keyboard_alone(run_notebook):
    notebook = run_notebook(NOTEBOOK)
    room = notebook.panel("Response room")
    room.scroll_into_view_if_needed()

    def act(words: str, said: str) -> None:
        button = room.get_by_role("button", name=words)
        button.focus()
        notebook.page.keyboard.press("Enter")
        notebook.page.wait_for_function(
            "([node, words]) => node.getAttribute('aria-busy') === 'false'"
            " && node.querySelector('.hk-live').textContent.includes(words)",
            arg=[room.element_handle(), said],
        )

    assert not room.get_by_role("button", name="Step out").count()
    act("Open this case", "Case open")
    act("Take her to a quiet room", "Now: In the room.")
    # The button is gone with its scene; the focus stands at the new heading, so that it is read next.
    assert notebook.page.evaluate("document.activeElement.textContent") == "In the room"
    act("Ask how old she was", "28.")
    act("Step out", "You have stepped out.")
    assert not room.get_by_text("A year ago").count()
    act("Come back in", "You are back.")
    assert room.get_by_text("A year ago").count()
    assert not room.get_by_role("button", name="Ask how old she was").count()
    notebook.shot("m09-room", room)
