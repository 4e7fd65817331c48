from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest

from hanoikit.errors import Finding
from hanoikit.grading.marks import MarkedAssignment, QuestionMark
from hanoikit.grading.page import marks_page
from hanoikit.grading.process import clean_environment


def mark(question: str, points: float | None, out_of: float, **more) -> QuestionMark:
    state = more.pop("state", "pending" if points is None else "full" if points == out_of else "partial")
    return QuestionMark(
        question=question, title=f"Title of {question}", points=points, out_of=out_of, state=state, **more
    )


@pytest.fixture
def marked() -> MarkedAssignment:
    return MarkedAssignment(
        assignment="m99-marking",
        title='A title with <b> & "quotes"',
        trainee="amal",
        questions=(
            mark("q1", 2.0, 2.0, provisions=("25(2)",), reason="Right."),
            mark(
                "q2",
                3.0,
                8.0,
                given="<script>alert(1)</script>",
                reason="Partly.",
                read_again="m04-x#the-hash",
            ),
            mark("q3", None, 4.0, by_hand=True, needs_human=True),
            mark("q4", 1.5, 2.0, extra=True),
        ),
        findings=(Finding("cell-missing", "It was put back.", "q1", severity="warning"),),
        notebook=Path("marked.ipynb"),
    )


def test_extra_points_help_and_written_answers_are_left_out(marked):
    assert (marked.core_points, marked.extra_points, marked.core_maximum) == (5.0, 1.5, 10.0)
    assert marked.percent == 65.0 and not marked.passed
    assert marked.pending_points == 4.0


def test_a_written_question_without_an_answer_is_left_out_as_well(marked):
    blank = mark("q3", 0.0, 4.0, by_hand=True, state="unanswered")
    changed = replace(marked, questions=(*marked.questions[:2], blank, marked.questions[3]))
    assert changed.percent == marked.percent
    assert changed.pending == ()


def test_the_percentage_is_never_above_100_and_never_rounded_up_to_a_pass(marked):
    full = replace(marked, questions=(mark("q1", 2.0, 2.0), mark("q2", 2.0, 2.0, extra=True)))
    assert full.percent == 100.0
    close = replace(marked, questions=(mark("q1", 69.99, 100.0),))
    assert close.percent == 69.9 and not close.passed


def test_nothing_marked_is_0_percent(marked):
    assert replace(marked, questions=(mark("q3", None, 4.0, by_hand=True),)).percent == 0.0


def test_marks_survive_json(marked):
    assert MarkedAssignment.from_json(json.loads(json.dumps(marked.to_json()))) == marked


def test_the_page_has_one_main_headings_in_order_and_header_cells_with_scope(marked):
    from bs4 import BeautifulSoup

    page = BeautifulSoup(marks_page(marked), "html.parser")
    assert page.html["lang"] == "en" and len(page.find_all("main")) == 1 and len(page.find_all("h1")) == 1
    levels = [int(tag.name[1]) for tag in page.find_all(["h1", "h2", "h3"])]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(cell.get("scope") in {"col", "row"} for cell in page.find_all("th"))
    assert all(page.find(id=link["href"][1:]) for link in page.find_all("a"))


def test_the_page_needs_nothing_from_outside_and_runs_nothing(marked):
    from bs4 import BeautifulSoup

    text = marks_page(marked)
    page = BeautifulSoup(text, "html.parser")
    assert page.find_all(["script", "link", "img", "iframe"]) == []
    assert "http" not in text.replace("http-equiv", "")
    assert "&lt;script&gt;" in text


def test_the_page_says_each_reason_rule_and_what_was_noticed(marked):
    text = marks_page(marked)
    for part in ("Right.", "art. 25(2)", "lesson m04-x, part “the hash”", "It was put back.", "open, of 4"):
        assert part in text


def test_the_environment_of_the_marking_is_clean():
    environ = {
        "PATH": "/bin",
        "TZ": "Asia/Tokyo",
        "TOKEN": "x",
        "PYTHONPATH": "/y",
        "JUPYTER_PATH": "/z",
        "LANG": "C",
    }
    made = clean_environment(environ, Path("/home-of-its-own"))
    assert made["TZ"] == "UTC" and made["LANG"] == "C" and made["PATH"].endswith("/bin")
    assert not {"TOKEN", "PYTHONPATH", "JUPYTER_PATH"} & set(made)
    assert made["JUPYTER_CONFIG_DIR"].startswith(str(Path("/home-of-its-own")))
