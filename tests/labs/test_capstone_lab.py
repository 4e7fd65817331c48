"""The whole case in its panel: what is told, decided, sent and checked, and what a restart finds."""

from __future__ import annotations

import json
import shutil

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs
from hanoikit.labs.capstone_inside import inside, money
from hanoikit.labs.capstone_words import is_ground, provisions
from hanoikit.labs.inert import Inert


@pytest.fixture(scope="module")
def evening(tmp_path_factory):
    """The folder of a short run in which the first evening came in and nothing was done."""
    folder = tmp_path_factory.mktemp("evening")
    lab = labs.whole_case(into=folder / "work", sync=False)
    while "reporter" not in waiting(lab):
        lab.press("clock", "next")
    return folder / "work"


@pytest.fixture
def lab(evening, tmp_path):
    shutil.copytree(evening, tmp_path / "work")
    return labs.whole_case(into=tmp_path / "work", sync=False)


def waiting(lab) -> dict[str, bool]:
    """What came in, and whether it is open."""
    return {one.id: one.decided is None for one in lab.run.matters()}


def step(lab, name: str) -> dict:
    return next(one for one in lab.spec if one["id"] == name)


def fields(lab, name: str) -> dict[str, dict]:
    return {one["name"]: one for one in step(lab, name)["fields"]}


def text(html: str) -> str:
    return BeautifulSoup(html, "html.parser").get_text(" ")


def decide(lab, matter: str, **given):
    """As a person does it: choose the matter, fill in, press."""
    lab.press("decide", "change", matter=matter)
    return lab.press(
        "decide", "send", matter=matter, **{f"{matter}.{name}": one for name, one in given.items()}
    )


REFUSAL = {
    "outcome": "refuse",
    "facts": ["5", "6"],
    "provision": "40(22)",
    "reason": "She is pursued for what she wrote; an offer is no reason.",
}


def test_a_field_belongs_to_its_matter_and_the_question_stands_above_the_form(lab):
    lab.press("decide", "change", matter="reporter")
    assert {"reporter.outcome", "reporter.facts", "reporter.provision"} <= set(fields(lab, "decide"))
    assert "Deltara asks Aldermark" in text(step(lab, "decide")["text"])
    lab.press("decide", "change", matter="mayor")
    assert not any(name.startswith("reporter.") for name in fields(lab, "decide"))
    assert "Brevania asks Aldermark" in text(step(lab, "decide")["text"])


def test_what_is_missing_in_a_decision_is_said_and_nothing_is_sent(lab):
    before = lab.run.path.read_bytes()
    shown = decide(lab, "reporter", outcome="refuse")
    assert not shown.ok and shown.say == "It was not sent."
    for part in ("facts that carry it", "provision that carries it", "in your own words"):
        assert part in text(shown.html)
    no_ground = decide(lab, "reporter", **{**REFUSAL, "provision": "6(2)"})
    assert not no_ground.ok and "rests on a ground" in text(no_ground.html)
    assert lab.run.path.read_bytes() == before and waiting(lab)["reporter"]


def test_a_decision_is_in_the_record_and_the_answer_on_its_way_when_it_shows(lab):
    shown = decide(lab, "reporter", **REFUSAL)
    assert shown.ok and "Refuse it" in shown.say
    assert not waiting(lab)["reporter"]
    assert lab.run.desk.outbox[-1].message.body.ground == "40(22)"
    assert set(fields(lab, "decide")) == {"matter"}
    assert "✓ 5" in text(shown.html) and "✓ 1" not in text(shown.html)
    assert "decided" in text(lab.results["waiting"]["html"])
    record = text(lab.press("record", "check").html)
    assert "The reporter and the frozen money: Refuse it. Facts 5, 6; 40(22)." in record


def test_the_case_is_as_it_was_after_a_restart(lab):
    decide(lab, "reporter", **REFUSAL)
    lab.press("preserve", "send", draft="log")
    again = labs.whole_case(into=lab.run.folder, sync=False)
    assert (again.run.now, waiting(again)) == (lab.run.now, waiting(lab))
    assert again.results["waiting"] == lab.results["waiting"]
    assert [one.message.kind for one in again.run.desk.outbox] == ["refused", "preservation-request"]


def test_a_prepared_request_is_read_before_it_is_sent(lab):
    shown = text(lab.press("preserve", "change", draft="log").html)
    assert "ctl-7741" in shown and "Fri 2026-12-25 18:30" in shown
    assert not lab.run.desk.outbox
    sent = lab.press("preserve", "send", draft="log")
    assert sent.ok and [one.message.recipient for one in lab.run.desk.outbox] == ["XC"]


def test_a_paper_is_checked_before_it_is_sent_and_its_faults_are_named(lab):
    while "nurse" not in waiting(lab):
        lab.press("clock", "next")
    papers = [one["value"] for one in fields(lab, "documents")["product"]["options"]]
    verdicts = {name: lab.press("documents", "check", product=name) for name in papers}
    assert {name: one.ok for name, one in verdicts.items()} == {
        "freeze-1": False,
        "freeze-2": True,
        "removal-1": True,
        "removal-2": False,
    }
    assert "3 faults found" in verdicts["freeze-1"].say
    assert "120,000.00 XTS" in text(verdicts["freeze-2"].html)
    assert not lab.run.desk.outbox
    assert lab.press("documents", "send", product="freeze-2").ok
    assert lab.run.desk.outbox[-1].message.body.digest in lab.results["documents"]["html"]


def test_what_came_in_is_read_and_a_message_without_a_document_says_so(lab):
    lab.press("preserve", "send", draft="log")
    lab.press("clock", "hour")
    answer = next(one.message for one in lab.run.desk.inbox if one.message.kind == "acknowledgement")
    shown = lab.press("came-in", "read", message=answer.id)
    assert shown.ok and answer.id not in {one.message.id for one in lab.run.desk.unread}
    refused = lab.press("came-in", "check", message=answer.id)
    assert not refused.ok and "no document" in refused.say


def test_a_document_that_came_in_is_checked_where_it_is_decided(lab):
    lab.run.next_part()
    lab.run.next_part()
    while "good-package" not in waiting(lab):
        lab.run.advance_to_event()
    verdicts = {}
    for name in ("altered-package", "good-package", "mayor"):
        lab.press("decide", "change", matter=name)
        buttons = [one["id"] for one in step(lab, "decide")["buttons"]]
        if "check" in buttons:
            verdicts[name] = lab.press("decide", "check", matter=name).ok
    assert verdicts == {"altered-package": False, "good-package": True}
    assert waiting(lab)["altered-package"]


def test_a_changed_record_is_found_and_no_step_hides_it(lab):
    assert lab.press("record", "check").ok
    path = lab.run.path
    path.write_bytes(path.read_bytes().replace(b"advanced", b"advanceD", 1))
    shown = lab.press("record", "check")
    assert not shown.ok and shown.say == "The record does not hold."


def test_the_debrief_waits_for_the_end_unless_it_is_wanted_and_then_it_is_a_file(lab):
    early = lab.press("debrief", "show")
    assert not early.ok and not (lab.run.folder / "debrief.html").exists()
    shown = lab.press("debrief", "show", sure=["yes"])
    assert shown.ok and "% of the points" in shown.say
    page = (lab.run.folder / "debrief.html").read_text(encoding="utf-8")
    frame = BeautifulSoup(shown.html, "html.parser").find("iframe")
    # Links inside the page stay inside the frame.
    assert frame["srcdoc"] == page.replace("<head>", '<head><base href="about:srcdoc">') and frame["title"]
    assert frame["sandbox"] == ["allow-scripts"] or frame["sandbox"] == "allow-scripts"


def test_the_rehearsal_ends_after_two_hours_and_looks_back_on_these(tmp_path):
    lab = labs.whole_case(into=tmp_path, rehearsal=True, sync=False)
    assert "part" not in [one["id"] for one in step(lab, "clock")["buttons"]]
    lab.press("clock", "next")
    papers = fields(lab, "documents")["product"]["options"]
    assert [one["value"] for one in papers] == [""]
    lab.press("preserve", "send", draft="log")
    lab.press("clock", "hour")
    shown = decide(
        lab,
        "wide",
        outcome="part",
        parts=["a", "b"],
        facts=["3", "6"],
        provision="24(1)",
        reason="The mailbox answers the case; the other 61,000 customers do not.",
    )
    assert shown.ok, shown.html
    while lab.press("clock", "hour").ok:
        pass
    assert f"{lab.run.now:%H:%M}" == "14:00" and list(waiting(lab)) == ["wide"]
    assert "end" in lab.results["clock"]["html"]
    back = lab.press("debrief", "show")
    assert back.say == "100 % of what the rehearsal asks for."
    assert text(back.html).count("✕") == 1  # in the heading, that says what it means
    assert "mayor" not in text(back.html)


def test_a_document_reads_as_a_table_and_an_odd_one_as_it_stands():
    shown = text(inside(json.dumps({"request": {"amount": 12000000, "unit": "XTS-cent", "rule": "fifo"}})))
    assert "120,000.00 XTS" in shown and "first in, first out" in shown
    assert "no object" in text(inside('"no object"')) and "<b>" not in inside("<b>")
    assert "&lt;" in inside(json.dumps({"facts": "<script>"}))
    assert money("half") == "half"


def test_every_provision_that_is_offered_exists_and_grounds_are_grounds():
    from hanoikit import convention

    for number, label in provisions():
        assert convention.provision(number).summary and label.startswith(number)
        assert is_ground(number) == ("ground:" in label)


def test_every_right_decision_can_be_given_with_what_the_panel_offers(lab):
    from hanoikit.capstone.judging_reasons import fits
    from hanoikit.capstone.plan import plan

    offered = [number for number, _label in provisions()]
    for one in plan().matters.values():
        if one.team == lab.run.id:
            assert any(fits(number, one.provisions) for number in offered), one.id
            if one.outcomes[0] == "refuse":
                assert any(is_ground(number) and number in one.grounds for number in offered), one.id


def test_nothing_is_shown_and_nothing_done_while_a_hand_in_is_marked(monkeypatch, tmp_path):
    monkeypatch.setenv("HANOIKIT_MARKING", "1")
    assert isinstance(labs.whole_case(into=tmp_path / "work"), Inert)
    assert not (tmp_path / "work").exists()
