"""The trusted engine on honest and unlucky hand-ins: what counts, what does not, and what a dead process costs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from hanoikit.errors import GradingError, HanoiKitError
from hanoikit.grading import HandIn, MarkedAssignment, cells
from hanoikit.grading.trusted import Limits, Outer, TrustedEngine
from hanoikit.grading.trusted.filing import notebook_bytes
from hanoikit.grading.trusted.notebook_source import NotebookSource
from hanoikit.grading.trusted.outer import check as check_wall

from .trusted_course import ROUND, author_source, check, code, write_hand_in

LIMITS = Limits(cell_seconds=2.0, call_seconds=1.0, hand_in_seconds=60.0)
Mark = Callable[..., MarkedAssignment]


@cache
def isolation() -> str:
    """Why hand-ins cannot be isolated here; empty when they can."""
    try:
        check_wall(Outer.found())
    except HanoiKitError as error:
        return str(error)
    return ""


pytestmark = pytest.mark.skipif(bool(isolation()), reason=isolation() or "isolated")


@pytest.fixture(scope="module")
def trusted() -> Iterator[TrustedEngine]:
    with TrustedEngine(limits=LIMITS) as engine:
        yield engine


@pytest.fixture(scope="module")
def source() -> NotebookSource:
    return author_source()


@pytest.fixture
def mark(trusted: TrustedEngine, source: NotebookSource, tmp_path: Path) -> Mark:
    def marked(
        answers: dict[str, str] | None = None, *, before: str = "", after: str = ""
    ) -> MarkedAssignment:
        hand_in = write_hand_in(tmp_path / "ps1", source, answers, before=before, after=after)
        return trusted.mark(hand_in, source)

    return marked


def points(marked: MarkedAssignment) -> dict[str, float]:
    return {mark.question.removeprefix("test-"): mark.counted for mark in marked.questions}


FULL = {"round": 2.0, "parts": 3.0, "limit": 1.0}


def test_a_right_hand_in_gets_every_point(mark: Mark) -> None:
    marked = mark()
    assert points(marked) == FULL
    assert not marked.needs_human


def test_an_untouched_release_gets_none(
    trusted: TrustedEngine, source: NotebookSource, tmp_path: Path
) -> None:
    folder = tmp_path / "ps1"
    folder.mkdir()
    cells.write_notebook(source.release, folder / "ps1.ipynb")
    marked = trusted.mark(HandIn("amal", folder), source)
    assert points(marked) == {"round": 0.0, "parts": 0.0, "limit": 0.0}


def test_a_test_that_ends_in_a_number_gives_that_number(mark: Mark) -> None:
    assert points(mark({"parts": "def parts(text):\n    return ['a', 'b']"}))["parts"] == 1.0


def test_a_line_on_the_error_stream_costs_nothing(mark: Mark) -> None:
    noisy = (
        "import sys\nprint('careful', file=sys.stderr)\n"
        + ROUND
        + ("    print('again', file=sys.stderr)\n    return -(-number // 1)")
    )
    assert points(mark({"round": noisy})) == FULL


def test_a_cell_that_ends_the_process_costs_only_itself(mark: Mark) -> None:
    marked = mark({"parts": "import os\nos._exit(3)"})
    assert points(marked) == {**FULL, "parts": 0.0}
    assert "cell-killed" in [finding.code for finding in marked.findings]


def test_a_function_that_ends_the_process_costs_only_its_question(mark: Mark) -> None:
    marked = mark({"round": "import os\n\ndef round_up(number):\n    os.kill(os.getpid(), 9)"})
    assert points(marked) == {**FULL, "round": 0.0}


def test_an_endless_cell_costs_only_itself(mark: Mark) -> None:
    assert points(mark({"round": "while True:\n    pass"})) == {**FULL, "round": 0.0}


def test_an_endless_cell_that_ignores_its_alarm_costs_only_itself(mark: Mark) -> None:
    stubborn = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
    assert points(mark({"round": stubborn})) == {**FULL, "round": 0.0}


def test_an_endless_function_costs_only_its_question(mark: Mark) -> None:
    assert points(mark({"round": "def round_up(number):\n    while True:\n        pass"})) == {
        **FULL,
        "round": 0.0,
    }


def test_a_function_is_called_as_it_was_at_its_place(mark: Mark) -> None:
    assert points(mark(after="def round_up(number):\n    return 0\n\nlimit = 6")) == FULL


def test_what_a_function_changes_in_its_arguments_is_seen(trusted: TrustedEngine, tmp_path: Path) -> None:
    source = author_source(
        code(
            "def tidy(items):\n    ### BEGIN SOLUTION\n    items.sort()\n    ### END SOLUTION",
            solution=True,
            grade_id="tidy",
        ),
        check("tidy", 1, "given = [3, 1, 2]\ntidy(given)\nassert given == [1, 2, 3]"),
    )
    hand_in = write_hand_in(tmp_path / "ps1", source, {"tidy": "def tidy(items):\n    items.sort()"})
    assert points(trusted.mark(hand_in, source))["tidy"] == 1.0


def test_what_a_function_prints_and_raises_is_seen(trusted: TrustedEngine, tmp_path: Path) -> None:
    source = author_source(
        code(
            "def hello(name):\n    ### BEGIN SOLUTION\n    pass\n    ### END SOLUTION",
            solution=True,
            grade_id="hello",
        ),
        check(
            "hello",
            1,
            "import contextlib, io\nsaid = io.StringIO()\nwith contextlib.redirect_stdout(said):\n    hello('Ana')\n"
            "assert said.getvalue() == 'Hello Ana\\n'\ntry:\n    hello('')\nexcept ValueError:\n    pass\n"
            "else:\n    raise AssertionError('no error')",
        ),
    )
    answer = "def hello(name):\n    if not name:\n        raise ValueError('who?')\n    print('Hello', name)"
    hand_in = write_hand_in(tmp_path / "ps1", source, {"hello": answer})
    assert points(trusted.mark(hand_in, source))["hello"] == 1.0


def test_a_test_that_takes_a_function_away_takes_it_away_there(
    trusted: TrustedEngine, tmp_path: Path
) -> None:
    source = author_source(
        code(
            "def twice(x):\n    ### BEGIN SOLUTION\n    return round_up(x) * 2\n    ### END SOLUTION",
            solution=True,
            grade_id="twice",
        ),
        check(
            "twice",
            1,
            "original = round_up\ndel round_up\ntry:\n    twice(1)\nexcept NameError:\n    pass\n"
            "else:\n    raise AssertionError('twice does not use round_up')\nfinally:\n    round_up = original\n"
            "assert twice(1.5) == 4",
        ),
    )
    honest = write_hand_in(tmp_path / "one", source, {"twice": "def twice(x):\n    return round_up(x) * 2"})
    lazy = write_hand_in(tmp_path / "two", source, {"twice": "def twice(x):\n    return -(-x // 1) * 2"})
    assert points(trusted.mark(honest, source))["twice"] == 1.0
    assert points(trusted.mark(lazy, source))["twice"] == 0.0


@pytest.mark.parametrize("value", ["-1", "3.5", "float('nan')", "float('inf')"])
def test_partial_credit_out_of_range_is_refused_and_flagged(
    trusted: TrustedEngine, tmp_path: Path, value: str
) -> None:
    source = author_source(check("odd", 3, value))
    marked = trusted.mark(write_hand_in(tmp_path / "ps1", source), source)
    odd = marked.questions[-1]
    assert (odd.counted, odd.state, odd.needs_human) == (0.0, "no-verdict", True)


def test_a_test_that_needs_a_live_object_gives_no_point_and_is_flagged(
    trusted: TrustedEngine, tmp_path: Path
) -> None:
    source = author_source(
        code("### BEGIN SOLUTION\nbox = object()\n### END SOLUTION", solution=True, grade_id="box"),
        check("box", 1, "assert box is not None"),
    )
    marked = trusted.mark(
        write_hand_in(tmp_path / "ps1", source, {"box": "class Box: pass\nbox = Box()"}), source
    )
    assert (marked.questions[-1].counted, marked.questions[-1].needs_human) == (0.0, True)
    assert "needs-live-objects" in [finding.code for finding in marked.findings]


def test_a_test_that_breaks_the_judge_costs_only_its_own_question(
    trusted: TrustedEngine, tmp_path: Path
) -> None:
    source = author_source(
        check("broken", 1, "import os\nos._exit(1)"), check("sound", 1, "assert round_up(1.5) == 2")
    )
    marked = trusted.mark(write_hand_in(tmp_path / "ps1", source), source)
    assert points(marked) == {**FULL, "broken": 0.0, "sound": 1.0}
    assert [mark.question for mark in marked.questions if mark.needs_human] == ["test-broken"]


def test_the_same_hand_in_gives_the_same_bytes(
    trusted: TrustedEngine, source: NotebookSource, tmp_path: Path
) -> None:
    noisy = "import random\nprint(object(), random.random(), {'b', 'a'})\nround_up"
    hand_in = write_hand_in(tmp_path / "ps1", source, after=noisy)
    with TrustedEngine(limits=LIMITS) as other:
        one, two = (engine.mark_paper(hand_in, source) for engine in (trusted, other))
    assert notebook_bytes(one.notebook) == notebook_bytes(two.notebook)
    assert one.marked == two.marked


def test_the_marked_notebook_holds_the_hidden_tests_and_the_outputs(
    trusted: TrustedEngine, source: NotebookSource, tmp_path: Path
) -> None:
    paper = trusted.mark_paper(write_hand_in(tmp_path / "ps1", source, after="print('here')\n1 + 1"), source)
    assert "BEGIN HIDDEN TESTS" in cells.source_of(cells.named(paper.notebook, "test-round"))
    last = paper.notebook["cells"][-1]["outputs"]
    assert [output["output_type"] for output in last] == ["stream", "execute_result"]
    json.dumps(paper.notebook)


def test_rich_output_magics_and_await_work(
    trusted: TrustedEngine, source: NotebookSource, tmp_path: Path
) -> None:
    text = (
        "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))\n%time pass\n"
        "import asyncio\nawait asyncio.sleep(0)\n!echo from below\n[1, 2]"
    )
    paper = trusted.mark_paper(write_hand_in(tmp_path / "ps1", source, after=text), source)
    shown = paper.notebook["cells"][-1]["outputs"]
    assert not [output for output in shown if output["output_type"] == "error"]
    assert any("<b>x</b>" in str(output.get("data")) for output in shown)
    assert any("from below" in str(output.get("text")) for output in shown)


def test_many_hand_ins_side_by_side_come_back_in_their_order(
    trusted: TrustedEngine, source: NotebookSource, tmp_path: Path
) -> None:
    made = [write_hand_in(tmp_path / f"t{n}", source, {"limit": f"limit = {n}"}) for n in range(8)]
    hand_ins = [replace(hand_in, trainee=f"t{n}") for n, hand_in in enumerate(made)]
    outcomes = list(trusted.mark_many(hand_ins, source, jobs=2))
    assert [outcome.hand_in.trainee for outcome in outcomes] == [f"t{n}" for n in range(8)]
    assert [points(outcome.marked)["limit"] for outcome in outcomes if outcome.marked] == [
        1.0 if n == 5 else 0.0 for n in range(8)
    ]


def test_tests_beside_the_trainee_s_code_are_possible_on_request_and_flagged(tmp_path: Path) -> None:
    source = author_source(
        code("### BEGIN SOLUTION\nbox = object()\n### END SOLUTION", solution=True, grade_id="box"),
        check("box", 1, "assert box.size == 3"),
        check("half", 2, "1.0"),
        check("much", 2, "7"),
    )
    answer = {"box": "class Box:\n    size = 3\n\nbox = Box()", "parts": "import os\nos._exit(1)"}
    hand_in = write_hand_in(tmp_path / "ps1", source, answer)
    with TrustedEngine(limits=LIMITS, tests_inside=True) as engine:
        marked = engine.mark(hand_in, source)
    assert points(marked) == {**FULL, "parts": 0.0, "box": 1.0, "half": 1.0, "much": 0.0}
    assert "tests-inside" in [finding.code for finding in marked.findings]


def test_a_notebook_in_another_language_is_refused(trusted: TrustedEngine, tmp_path: Path) -> None:
    source = author_source()
    hand_in = write_hand_in(tmp_path / "ps1", source)
    source.notebook["metadata"]["kernelspec"] = {"name": "ir", "language": "R", "display_name": "R"}
    with pytest.raises(GradingError, match="only Python"):
        trusted.mark(hand_in, source)
