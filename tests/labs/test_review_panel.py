"""The safeguards review as a lab: decisions are kept, compared with the rules, and one fact can be flipped."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs
from hanoikit.errors import UsageError
from hanoikit.labs.panel import Field
from hanoikit.labs.review_notes import NAME, ReviewNotes
from hanoikit.labs.review_picture import gates_picture, need_picture
from hanoikit.safeguards import case_file, case_files, narrow, review


@pytest.fixture
def lab(tmp_path):
    return labs.safeguards_review(file="night-shift", into=tmp_path / "work")


def key(name: str = "night-shift") -> dict:
    """The rules' own decisions, in the form of the field."""
    found = review(case_file(name))
    return {one.id: {"decision": one.verdict, "facts": list(one.carry)} for one in found.gates}


def cells(html: str, number: int = 0) -> dict[str, list[str]]:
    table = BeautifulSoup(html, "html.parser").find_all("table")[number]
    rows = [
        [cell.get_text().replace("\u00a0", " ") for cell in row.find_all(["th", "td"])]
        for row in table.select("tbody tr")
    ]
    return {row[0]: row[1:] for row in rows}


def test_the_case_file_opens_with_its_parts_and_the_facts_stand_numbered_at_the_gates(lab):
    assert "Corvessa (XC) asks Aldermark (XA)" in lab.results["file"]["html"]
    assert list(cells(lab.results["file"]["html"])) == ["Q1", "Q2", "Q3"]
    parts = cells(lab.results["file"]["html"], 1)
    assert list(parts) == ["a", "b", "c", "d"] and parts["c"][1:] == ["Content data", "Q2, Q3"]
    (field,) = lab.spec[1]["fields"]
    assert [option["value"] for option in field["options"]] == [str(n) for n in range(1, 12)]
    assert [place["value"] for place in field["places"]][0::5] == ["legality", "abuse"]
    assert [choice["value"] for choice in field["choices"]] == ["met", "limited", "unknown", "fails"]
    json.dumps(lab.spec)


def test_each_fact_that_is_attached_is_announced_and_kept_at_once(lab, tmp_path):
    said = lab.press("gates", "change", gates={"legality": {"decision": "", "facts": ["1"]}}).say
    assert said == "Legality: facts 1."
    kept = json.loads((tmp_path / "work" / NAME).read_text(encoding="utf-8"))
    assert kept["files"]["night-shift:0"]["gates"]["legality"]["facts"] == ["1"]
    assert lab.press("gates", "change", gates=key()).ok


def test_running_the_cell_again_shows_every_decision_and_the_comparison(lab, tmp_path):
    lab.press("gates", "change", gates=key())
    lab.press("narrow", "change", kept=["a", "b"])
    lab.press("answer", "compare", outcome="part")
    again = labs.safeguards_review(file="night-shift", into=tmp_path / "work")
    assert again.spec[1]["fields"][0]["value"] == key()
    assert again.spec[2]["fields"][0]["value"] == ["a", "b"]
    assert again.spec[3]["fields"][0]["value"] == "part"
    assert again.results["answer"] == lab.results["answer"]
    assert again.press("flip", "change", fact="4").say.startswith("If fact 4 were otherwise:")


def test_comparing_before_deciding_names_everything_that_is_open(lab):
    shown = lab.press("answer", "compare")
    assert not shown.ok
    assert shown.html.count("<li>") == 7 and "Proportionality: not decided yet" in shown.html
    assert lab.press("flip", "change", fact="4").say.startswith("Compare")


def test_the_comparison_shows_both_sides_of_every_gate_in_figure_and_table(lab):
    decided = key() | {"legality": {"decision": "fails", "facts": ["11"]}}
    lab.press("gates", "change", gates=decided)
    shown = lab.press("answer", "compare", outcome="refuse", ground="40(21)(c)")
    assert not shown.ok
    assert shown.say.startswith("Under-reaction")
    rows = cells(shown.html)
    assert rows["Legality"][:4] == ["✕ fails", "✓ met", "11", "1, 2"]
    assert "Does not bear on this gate: fact 11" in rows["Legality"][4]
    assert "None is needed" in shown.html
    (picture,) = shown.pictures
    assert picture.data[0]["text"][0][0] == "✕ fails" and picture.data[0]["text"][1][0] == "✓ met"
    assert "You: Legality fails" in picture.alt


def test_the_right_answer_is_right_and_says_what_is_given(lab):
    lab.press("gates", "change", gates=key())
    shown = lab.press("answer", "compare", outcome="part")
    assert shown.ok
    assert "Given: a, b." in shown.html and "Not given: c, d." in shown.html and "40(25)" in shown.html


def test_a_change_after_the_comparison_takes_the_comparison_away(lab):
    lab.press("gates", "change", gates=key())
    lab.press("answer", "compare", outcome="part")
    lab.press("gates", "change", gates=key() | {"aim": {"decision": "fails", "facts": []}})
    assert "then compare" in lab.results["answer"]["html"]


def test_a_flipped_fact_shows_the_gates_before_and_after(lab):
    lab.press("gates", "change", gates=key())
    lab.press("answer", "compare", outcome="part")
    shown = lab.press("flip", "change", fact="2")
    rows = cells(shown.html)
    assert rows["Legality"][:2] == ["✓ met", "✕ fails"]
    assert rows["Answer"][:2] == ["Grant in part", "Refuse"]
    assert "no Aldermark authority" in shown.html
    assert shown.pictures[0].data[0]["text"][1][0] == "✕ fails"
    assert "nothing" in lab.press("flip", "change", fact="11").say


def test_the_narrowing_step_counts_first_and_tells_what_is_right_only_when_asked(lab):
    first = lab.results["narrow"]["html"]
    assert "answers the same" not in first and cells(first)["d"][0] == "12"
    shown = lab.press("narrow", "change", kept=["a", "b", "c"])
    assert shown.say.startswith("You keep 13 of 25 points.")
    scored = lab.press("narrow", "score", kept=["a", "b", "c"])
    assert "Needs kept 100 % × excess removed 55 % = 55 %" in scored.say
    assert "b answers the same" in scored.html
    assert "This is the minimum" in lab.press("narrow", "score", kept=["a", "b"]).say


@pytest.mark.parametrize("name", case_files())
def test_figure_table_and_sentence_of_the_parts_say_the_same(name):
    file = case_file(name)
    kept = narrow(file).keep
    picture = need_picture(file, kept)
    _line, stays, goes = picture.data
    assert [text[3:-4] for text in stays["text"]] == list(kept)
    assert len(stays["text"]) + len(goes["text"]) == len(file.parts)
    assert stays["marker"]["symbol"] != goes["marker"]["symbol"]
    spots = list(zip([*stays["x"], *goes["x"]], [*stays["y"], *goes["y"]], strict=True))
    assert len(set(spots)) == len(spots)
    points = {letter: one.points for letter, one in narrow(file).intrusions.items()}
    assert sorted([*stays["y"], *goes["y"]]) == sorted(points.values())
    assert f"You let stay: {', '.join(kept) or 'nothing'}." in picture.alt


def test_a_file_can_be_chosen_and_another_version_has_notes_of_its_own(tmp_path):
    lab = labs.safeguards_review(["night-shift", "hospital-log"], into=tmp_path)
    lab.press("gates", "change", gates=key())
    assert "server" in lab.press("file", "change", file="hospital-log").html
    assert lab.spec[1]["fields"][0]["name"] == "hospital-log-0-gates"
    assert lab.spec[1]["fields"][0]["value"] == {}
    assert "version 2" in lab.press("file", "another", file="hospital-log").say
    assert lab.spec[1]["fields"][0]["name"] == "hospital-log-1-gates"
    # The page opens again where it was left.
    again = labs.safeguards_review(["night-shift", "hospital-log"], into=tmp_path)
    assert again.spec[1]["fields"][0]["name"] == "hospital-log-1-gates"
    lab.press("file", "change", file="night-shift")
    assert lab.spec[1]["fields"][0]["value"] == key()
    assert not lab.press("file", "change", file="four-years").ok


def test_every_file_can_be_worked_through_with_the_rules_own_key(tmp_path):
    for name in case_files():
        lab = labs.safeguards_review(name, into=tmp_path)
        found = review(case_file(name))
        lab.press("gates", "change", gates=key(name))
        ground = found.grounds[0] if found.grounds else ""
        shown = lab.press("answer", "compare", outcome=found.outcome, ground=ground)
        assert shown.ok, (name, shown.say)
        assert "{" not in shown.html and "does not carry" not in shown.html
        for fact in found.file.facts[::4]:
            assert lab.press("flip", "change", fact=fact.id).ok


def test_what_is_not_in_form_is_refused_with_a_sentence_and_damaged_notes_are_laid_aside(tmp_path):
    with pytest.raises(UsageError, match="night-shift"):
        labs.safeguards_review("no-such-file", into=tmp_path)
    (tmp_path / NAME).write_text("{broken", encoding="utf-8")
    lab = labs.safeguards_review("night-shift", into=tmp_path)
    assert list(tmp_path.glob("*unreadable*"))
    assert not lab.press("narrow", "change", kept=["z"]).ok
    assert not lab.press("answer", "change", outcome="maybe").ok
    nonsense = {"legality": {"decision": "perhaps", "facts": ["99"]}, "aim": 7}
    assert lab.press("gates", "change", gates=nonsense).say == "0 of 6 gates decided."


def test_notes_that_cannot_be_written_are_reported_and_the_work_goes_on(tmp_path):
    (tmp_path / "taken").write_text("a file, no folder", encoding="utf-8")
    notes = ReviewNotes(tmp_path / "taken")
    notes.keep("night-shift", None, outcome="part")
    assert "not kept" in notes.trouble
    assert notes.of("night-shift", None)["outcome"] == "part"


def test_an_attach_field_reaches_the_page_with_its_places_and_choices():
    made = Field(
        "x", "attach", "X", (("1", "one"),), {}, places=(("p", "P", "why"),), choices=(("y", "Yes"),)
    )
    assert made.as_dict()["places"] == [{"value": "p", "label": "P", "hint": "why"}]
    assert made.as_dict()["choices"] == [{"value": "y", "label": "Yes"}]
    assert "places" not in Field("x", "text", "X").as_dict()


def test_gates_are_told_apart_without_colour():
    picture = gates_picture({"You": {"legality": "met", "aim": "fails"}})
    assert picture.data[0]["text"][0][:3] == ["✓ met", "✕ fails", "– open"]


def test_nothing_is_shown_while_a_hand_in_is_marked(monkeypatch):
    monkeypatch.setenv("HANOIKIT_MARKING", "1")
    assert "not shown" in repr(labs.safeguards_review("night-shift"))
