"""nbgrader's own tests against the engine: all but the listed ones pass, and the list is what the page says.

The rest of them, and both ways for all, are run by ``python -m tests.grading.nbgrader_own`` (``make nbgrader-tests``).
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .test_trusted_engine import isolation

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))

from tests.grading.nbgrader_own import page, running  # noqa: E402

isolated = pytest.mark.skipif(bool(isolation()), reason=isolation() or "isolated")

STEPS = [
    "test_missing_student",
    "test_grade_autotest",
    "test_grade_timestamp",
    "test_late_submission_penalty_plugin",
    "test_grade_overwrite_files_subdirs",
    "test_side_effects",
    "test_skip_extra_notebooks",
    "test_no_execute",
    "test_infinite_loop",
    "test_grade_missing_notebook",
]
"""By the second way only some are run here: most ask for what nbgrader's own part of the work does."""


@isolated
@pytest.mark.slow
@pytest.mark.xdist_group("nbgrader-own")
def test_nbgrader_s_autograde_tests_pass_with_the_kit_s_command_but_for_the_listed_ones() -> None:
    ended = running.run("by_command", [running.AUTOGRADE])
    assert len(ended[running.AUTOGRADE]) >= 42
    assert running.changes("by_command", ended) == []


@isolated
@pytest.mark.slow
@pytest.mark.xdist_group("nbgrader-own")
def test_nbgrader_s_own_command_with_the_engine_s_steps_passes_its_tests_but_for_the_listed_ones() -> None:
    ended = running.run("by_steps", [running.AUTOGRADE], STEPS)
    assert set(STEPS) <= set(ended[running.AUTOGRADE])
    assert running.changes("by_steps", ended, whole=False) == []


def test_the_page_lists_what_does_not_apply_and_what_differs_with_reasons() -> None:
    text = page.text()
    assert (ROOT / page.PLACE).read_text(encoding="utf-8") == text, f"write it again: {page.COMMAND}"
    for form in running.FORMS:
        for name, entry in running.expected()[form].items():
            assert entry["class"] in page.CLASSES
            assert name.partition("::")[2] in text
            assert entry["reason"] in text
