"""The desk's page as one module, shown by a port of its own: no service, no further file."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from typing import Any

import pytest

from hanoikit.desk_service import wording
from hanoikit.desk_service.drafts import check_draft
from hanoikit.desk_service.frontend import module_source, styles
from hanoikit.desk_service.showing import desk_view, form_of_kinds
from hanoikit.network import Desk, course_directory, open_envelope, seal
from hanoikit.trust.identity import CourseAuthority

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def test_the_pages_only_ever_show_text_as_text() -> None:
    from importlib.resources import files

    for path in (files("hanoikit.desk_service") / "pages").iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text
        )
        assert not re.search(r'(src|href)="(https?:)?//', text), path.name


def test_one_module_has_no_imports_left_and_exports_the_desk() -> None:
    source = module_source()
    assert not re.search(r"^import ", source, flags=re.MULTILINE)
    assert re.findall(r"^export .*", source, flags=re.MULTILINE) == ["export { mountDesk };"]
    assert styles(".hk-desk").startswith(".hk-desk {")


def test_every_text_of_the_pages_comes_from_the_catalogue_and_none_is_left_over() -> None:
    from importlib.resources import files

    pages = files("hanoikit.desk_service") / "pages"
    sources = {path.name: path.read_text(encoding="utf-8") for path in pages.iterdir()}
    named = set()
    for name, text in sources.items():
        code = re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
        named |= set(re.findall(r"\{\{(\w+)\}\}", code))
        for first in re.findall(r"\bw\(([^,()]*)[,)]", code):
            named |= set(re.findall(r'"(\w+)"', first))
        # A word with a capital letter and another word after it is a sentence for a person.
        assert not re.search(r"""["'`>][A-Z][a-z]+ [a-z]""", code), name
    known = set(wording.words())
    families = ("pace_", "mark_", "standing_", "decision_", "stage_", "means_", "outcome_", "fact_")
    in_tables = {
        "desk",
        "state",
        "last_seen",
        "received",
        "unread_head",
        "sent_head",
        "clocks",
        "when",
        "what",
    }
    in_tables |= {"time", "from", "to", "mark", "urgent", "emergency", "facilitator", "observer"}
    assert named - known <= {"language", "direction"}
    left = {one for one in known - named - in_tables if not one.startswith(families)}
    assert left == set()


def test_the_pages_speak_the_language_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "_", lambda text: f"«{text}»")
    monkeypatch.setattr(wording, "language", lambda: "ar")
    monkeypatch.setattr(wording, "direction", lambda: "rtl")
    page = wording.with_texts("desk.html", "<html lang='{{language}}' dir='{{direction}}'><b>{{join}}</b>")
    assert page == "<html lang='ar' dir='rtl'><b>«Join»</b>"
    source = module_source()
    assert '"send": "«Send»"' in source and '"locale": "ar"' in source
    assert "const WORDS = {};" not in source


@pytest.mark.browser
@pytest.mark.slow
def test_the_module_shows_a_desk_that_lives_in_another_process(make_request: Any) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    directory, identities = course_directory(CourseAuthority.create(seed="front"))
    desk = Desk("XC", directory=directory)
    request = make_request("XA", "XC", at=NOW, reference="XA-1")
    desk.receive(open_envelope(seal(request, identities["XA"]), directory=directory, desk="XC", at=NOW))
    view = {
        **desk_view(desk, now=NOW, directory=directory),
        "clock": {"story": NOW.isoformat(), "real": NOW.isoformat(), "speed": 60, "running": True},
        "title": "A trial",
        "papers": [
            {
                "id": "one",
                "title": "A prepared question",
                "about": "Ready to go.",
                "draft": {"kind": "technical-advice", "to": "XA", "body": {"question": "How long?"}},
            }
        ],
    }
    answers = {
        "view": view,
        "kinds": form_of_kinds(),
        "check": check_draft(desk, {"kind": "technical-advice", "to": "XA"}, now=NOW),
    }
    program = (
        module_source()
        + f"\nconst answers = {json.dumps(answers)};\n"
        + "window.notes = [];\n"
        + "const port = { receive: () => {}, send: async ({ act, ...rest }) => {\n"
        + "  if (act === 'note') window.notes.push(rest);\n  return answers[act] ?? {};\n} };\n"
        + "mountDesk(document.getElementById('here'), port);"
    )
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.set_default_timeout(300_000)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_content(f"<style>{styles('.hk-desk')}</style><div id='here' class='hk-desk'></div>")
        page.add_script_tag(content=program, type="module")
        page.get_by_role("button", name="First").or_(page.locator("button[id^=hk-t-]")).first.click()
        page.get_by_text("The lure came from this mailbox.").wait_for()
        page.locator("button[id^=hk-act-acknowledgement]").click()
        page.locator("#hk-el-next_by").wait_for()
        page.locator("#hk-decision summary").click()
        page.locator("#hk-decision-outcome").select_option("refuse")
        page.locator("#hk-decision-add").click()
        page.get_by_text("Choose what you decide, tick a fact").wait_for()
        for name, text in {"facts": "2, 5", "provisions": "40(22)", "reason": "first; then"}.items():
            page.locator(f"#hk-decision-{name}").fill(text)
        page.locator("#hk-decision-add").click()
        said = "refuse; facts 2, 5; provisions 40(22); reason: first, then"
        written = page.evaluate(
            "window.notes.filter((one) => one.what === 'decision').map((one) => one.text)"
        )
        assert written == [said]
        page.locator("#hk-paper-one").click()
        assert page.locator("#hk-el-question").input_value() == "How long?"
        assert errors == []
        browser.close()
