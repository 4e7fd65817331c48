from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from hanoikit.classroom import cohort
from hanoikit.classroom.answerers import BOTS, KNOWS, PEOPLE, SAMPLE
from hanoikit.classroom.slips import NOTHING, slip
from hanoikit.errors import ClassroomError
from hanoikit.exercise.sheet import Sheet

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_assignment_is_known_from_its_own_cells(studied):
    assert studied["m99-q1"].options["b"] == "It shows that the copy has not changed."
    assert studied["m99-q2"].model == ["a", "b", "d"]
    assert studied["m99-q8"].model["at"] == "2026-03-01T14:05:00+09:00"
    assert (
        studied["m99-q4"].model.startswith("Nobody may change")
        and "Two points" not in studied["m99-q4"].model
    )
    assert studied["m99-q5"].solution == {"m99-q5-solution": "def double(number):\n    return number * 2"}


@pytest.mark.parametrize("seed", range(30))
def test_a_slip_is_a_possible_answer_and_a_wrong_one(studied, seed):
    for question in studied.values():
        if question.kind in {"code", "files", "written"}:
            continue
        wrong = slip(question, random.Random(seed))
        assert wrong is not NOTHING
        saved = cohort._normal(question, wrong)
        assert saved != question.model, question.id
        if question.kind == "moment":
            assert datetime.fromisoformat(saved["at"]) != datetime.fromisoformat(question.model["at"])


@pytest.mark.parametrize("answerer", SAMPLE, ids=lambda answerer: answerer.name)
def test_every_answer_of_every_simulated_trainee_is_one_that_the_control_accepts(studied, answerer):
    for question in studied.values():
        value = answerer.answer(question, random.Random(7))
        if value is not KNOWS and value is not NOTHING:
            cohort._normal(question, value)


def test_there_are_at_least_eight_and_the_bots_follow_their_bias(studied):
    assert len(SAMPLE) >= 8 and len(PEOPLE) == 5
    bots = {bot.name: bot.answer for bot in BOTS}
    rng = random.Random(1)
    assert bots["bot-first"](studied["m99-q1"], rng) == "a"
    assert bots["bot-last"](studied["m99-q1"], rng) == "c"
    assert bots["bot-longest"](studied["m99-q1"], rng) == "a"
    assert bots["bot-zero"](studied["m99-q1"], rng) == "b"  # the only option with a "not" in it
    assert bots["bot-zero"](studied["m99-q3"], rng) == 0
    assert bots["bot-all"](studied["m99-q2"], rng) == ["a", "b", "c", "d"]
    assert bots["bot-first"](studied["m99-q7"], rng) == {"1": "a", "2": "a", "3": "a"}
    assert "hash" in bots["bot-keywords"](studied["m99-q4"], rng)


def test_the_same_seed_gives_the_same_answer_sheet_byte_for_byte(source, studied, tmp_path):
    from hanoikit.grading import cells

    sheets = []
    for number in (1, 2):
        folder = tmp_path / str(number) / source.name
        folder.mkdir(parents=True)
        cells.write_notebook(source.release, folder / f"{source.name}.ipynb")
        cohort.work(source, studied, PEOPLE[3], folder, random.Random("x"), begin=BEGIN)
        sheets.append(
            [
                (record.question, record.value, record.at)
                for record in Sheet(folder / "answers.jsonl").history()
            ]
        )
    assert sheets[0] == sheets[1] and len(sheets[0]) > 3


def test_the_strong_trainee_leaves_what_the_model_cells_make(source, studied, tmp_path):
    from hanoikit.grading import cells

    folder = tmp_path / source.name
    folder.mkdir()
    cells.write_notebook(source.release, folder / f"{source.name}.ipynb")
    cohort.work(source, studied, PEOPLE[0], folder, random.Random(1), begin=BEGIN)
    assert (folder / "note.txt").read_text() == "sealed"
    notebook = cells.read_notebook(folder / f"{source.name}.ipynb")
    assert "return number * 2" in cells.named(notebook, "m99-q5-solution")["source"]
    assert Sheet(folder / "answers.jsonl").findings() == []


def test_model_cells_that_do_not_run_are_named(tmp_path):
    from pathlib import Path

    from hanoikit import build
    from hanoikit.classroom.study import study

    text = (Path(__file__).parent.parent / "grading" / "data" / "m99-marking" / "m99-marking.md").read_text()
    broken = build.parse(
        text.replace('answer("m99-q3", 90)', 'answer("m99-q3", ninety)'), tmp_path / "m99-marking.md"
    )
    with pytest.raises(ClassroomError, match="m99-q3 stops with NameError"):
        study(broken, tmp_path / "m99-marking")
