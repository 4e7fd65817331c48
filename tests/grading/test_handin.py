from __future__ import annotations

import pytest

from hanoikit.errors import GradingError
from hanoikit.grading import HandIn
from hanoikit.grading import handin as handin_module
from hanoikit.grading.handin import admit, bring
from hanoikit.grading.written import as_markdown, fill_written


def codes(admitted) -> list[str]:
    return [finding.code for finding in admitted.findings]


def test_an_honest_hand_in_has_no_findings(hand_in, source):
    assert admit(hand_in(), source).findings == ()


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"{}", b'{"nbformat": 3, "worksheets": []}', b"\xff\xfe\x00", b"[" * 99999]
)
def test_an_unreadable_notebook_without_answers_is_refused_with_a_next_step(hand_in, source, damage):
    work = hand_in({})
    (work.folder / f"{source.name}.ipynb").write_bytes(damage)
    with pytest.raises(GradingError) as caught:
        admit(work, source)
    assert caught.value.next_step and f"{source.name}.ipynb" in str(caught.value)


def test_with_answers_on_the_sheet_a_missing_notebook_is_replaced_and_reported(hand_in, source):
    work = hand_in()
    (work.folder / f"{source.name}.ipynb").unlink()
    admitted = admit(work, source)
    assert codes(admitted) == ["notebook-lost"]
    assert admitted.notebook["cells"] == source.release["cells"]


def test_two_notebooks_of_wrong_names_are_not_guessed_between(hand_in, source):
    work = hand_in({}, name="one.ipynb")
    (work.folder / "two.ipynb").write_bytes((work.folder / "one.ipynb").read_bytes())
    with pytest.raises(GradingError, match="several notebooks"):
        admit(work, source)


def test_the_notebook_of_the_right_name_is_taken_and_others_are_reported(hand_in, source):
    work = hand_in()
    (work.folder / "spare.ipynb").write_text("not read at all")
    assert codes(admit(work, source)) == ["notebook-extra"]


def test_an_edited_answer_sheet_is_reported(hand_in, source):
    work = hand_in()
    sheet = work.folder / "answers.jsonl"
    sheet.write_text(sheet.read_text().replace('"b"', '"a"', 1))
    assert codes(admit(work, source)) != []


def test_what_is_brought_is_files_only_and_not_too_many(hand_in, source, tmp_path, monkeypatch):
    work = hand_in()
    (work.folder / "case").mkdir()
    (work.folder / "case" / "image.E01").write_bytes(b"x" * 1000)
    (work.folder / ".ipynb_checkpoints").mkdir()
    (work.folder / ".ipynb_checkpoints" / "old.txt").write_text("old")
    (work.folder / "away").symlink_to("/etc")
    admitted = admit(work, source)
    bring(work, admitted, source, tmp_path / "target")
    brought = sorted(
        p.relative_to(tmp_path / "target").as_posix() for p in (tmp_path / "target").rglob("*.*")
    )
    assert [name for name in brought if "lock" not in name] == [
        "answers.jsonl",
        "case/image.E01",
        f"{source.name}.ipynb",
    ]
    monkeypatch.setattr(handin_module, "MAXIMUM_SIZE", 500)
    with pytest.raises(GradingError, match="larger than"):
        bring(work, admitted, source, tmp_path / "other")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b", "-x", "*", "a+b"])
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="gradebook"):
        HandIn(trainee=name, folder=tmp_path)


def test_slots_of_a_written_answer_become_headed_parts():
    assert (
        as_markdown({"rule": "Article 25.", "fact": " ", "view": "Yes."})
        == "**rule**\n\nArticle 25.\n\n**view**\n\nYes."
    )


def test_filling_a_written_cell_twice_changes_nothing_more(source):
    stubs = {"m99-q4": "YOUR ANSWER HERE"}
    filled, changed = fill_written(source.release, {"m99-q4": "My text."}, stubs)
    assert changed == ["m99-q4"]
    assert fill_written({"cells": filled}, {"m99-q4": "My text."}, stubs) == (filled, [])
