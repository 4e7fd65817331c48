"""The corpus of dishonest and unlucky hand-ins against the trusted engine, each case a test of its own."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))  # the corpus is shared with the measurements, so it is a package

from tests.corpus import __main__ as listing  # noqa: E402
from tests.corpus.case import FULL, Case  # noqa: E402
from tests.corpus.runner import cases, judge, named  # noqa: E402
from tests.corpus.workbench import source  # noqa: E402

from hanoikit.errors import HanoiKitError  # noqa: E402
from hanoikit.grading import StockEngine  # noqa: E402
from hanoikit.grading.trusted import Limits, TrustedEngine  # noqa: E402

ALL = cases()
SLOW = {"bombs", "endless", "endings"}


@pytest.fixture
def ground() -> Iterator[Path]:
    """A short path of its own: sockets need one. Some hand-ins nest folders deeper than pytest can remove."""
    folder = Path(tempfile.mkdtemp(prefix="corpus-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrustedEngine]:
    # A cell that only waits for a processor gets four times as much.
    limits = Limits(cell_seconds=2.5, call_seconds=1.5)
    try:
        engine = TrustedEngine(limits=limits, keep=tmp_path_factory.mktemp("marked"))
    except HanoiKitError as error:
        pytest.skip(f"no isolation on this machine, so nothing of the corpus is run: {error}")
    with engine:
        assert engine.wall.isolated
        yield engine


@pytest.fixture(scope="module")
def stock() -> Iterator[StockEngine]:
    with StockEngine(cell_seconds=60) as engine:
        yield engine


@pytest.mark.xdist_group("corpus")
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=[pytest.mark.slow] if case.family in SLOW else [], id=case.name)
        for case in ALL
    ],
)
def test_the_trusted_engine_gives_the_just_mark_and_nothing_gets_out(case: Case, engine, ground):
    outcome = judge(engine, case, ground)
    assert outcome.right, f"{case.story} {case.why}\n" + "\n".join(outcome.faults)


@pytest.mark.slow
@pytest.mark.xdist_group("stock")
@pytest.mark.parametrize(
    "name", ["model-of-c01", "idle-hand-in-of-c01", "partly-right", "torn", "reversed-cells"]
)
def test_the_corpus_and_the_stock_engine_agree_on_what_is_harmless(name: str, stock, ground):
    case = named(name)
    assert not case.danger
    outcome = judge(stock, case, ground)
    assert outcome.right, "\n".join(outcome.faults)


@pytest.mark.slow
@pytest.mark.xdist_group("stock")
def test_the_runner_sees_a_wrong_mark_a_secret_and_a_call(stock, ground):
    # An engine without a wall, so that the runner has something to find; harmless cases only.
    bent = judge(stock, named("frames-of-the-caller"), ground / "one")
    assert any("c01-q6: 4.0 points instead of 0.0" in fault for fault in bent.faults)
    leaky = judge(stock, named("author-files"), ground / "two")
    assert not leaky.right
    calling = judge(stock, named("loopback"), ground / "three")
    assert any(fault.startswith("reached") for fault in calling.faults)


def test_every_case_has_a_story_a_reason_and_a_mark_within_its_range():
    assert len({case.name for case in ALL}) == len(ALL) >= 48
    for case in ALL:
        assert case.story.endswith(".") and case.why.endswith("."), case.name
        for question, points in case.points.items():
            most = FULL[case.assignment][question]
            assert points is None or most is None or 0 <= points <= most, case.name


def test_a_case_always_makes_the_same_hand_in(ground):
    from tests.corpus.runner import prepare, token_of
    from tests.corpus.scene import build

    case = named("edited")
    made = []
    for turn in ("one", "two"):
        scene = build(ground / turn, token_of(case))
        folder = prepare(case, scene).folder
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0] == made[1]


def test_the_sources_of_the_corpus_ask_what_the_cases_think():
    for name, points in FULL.items():
        assert {question.id for question in source(name).questions} == set(points)


def test_the_list_of_cases_in_the_documentation_is_this_one():
    text = (ROOT / "docs" / "corpus.md").read_text(encoding="utf-8")
    assert listing.table() in text, "run python -m tests.corpus and put its tables into docs/corpus.md"
