"""Writing what is derived, and finding what is stale."""

from __future__ import annotations

import json

import pytest

from hanoikit import build
from hanoikit.errors import BuildError


def labels(findings) -> set[str]:
    return {finding.where for finding in findings}


@pytest.fixture
def built(course, citations):
    build.write(build.derive_all(course, citations=citations))
    return course


def test_an_empty_course_builds(tmp_path, citations):
    course = build.Course.of_checkout(tmp_path)
    derived = build.derive_all(course, citations=citations)
    assert set(build.write(derived)) == {"docs/objectives.md", "docs/coverage.md"}
    assert build.stale(derived) == []


def test_what_was_built_is_not_stale(built, citations):
    derived = build.derive_all(built, citations=citations)
    assert build.stale(derived) == []
    assert build.write(derived) == []


def test_before_the_build_everything_is_missing(course, citations):
    found = build.stale(build.derive_all(course, citations=citations))
    assert labels(found) == {
        "exercises/m04-evidence-chain/m04-evidence-chain.ipynb",
        "docs/objectives.md",
        "docs/coverage.md",
    }


def test_an_edit_of_the_source_makes_the_release_stale(built, citations):
    path = build.assignment_paths(built)[0]
    path.write_text(path.read_text().replace("Explain in four sentences", "Explain in five sentences"))
    found = build.stale(build.derive_all(built, citations=citations))
    assert len(found) == 1 and "m04-q3-prompt" in found[0].message


def test_an_edit_of_the_key_alone_leaves_the_release_fresh(built, citations):
    path = build.assignment_paths(built)[0]
    path.write_text(path.read_text().replace("Names are not hashed.", "A name is not part of the hash."))
    assert build.stale(build.derive_all(built, citations=citations)) == []


def test_an_edit_by_hand_of_a_derived_file_is_found(built, citations):
    path = built.exercises / "m04-evidence-chain" / "m04-evidence-chain.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][0]["source"] = ["changed"]
    path.write_text(json.dumps(notebook))
    (built.docs / "coverage.md").write_text("nothing")
    found = build.stale(build.derive_all(built, citations=citations))
    assert labels(found) == {"exercises/m04-evidence-chain/m04-evidence-chain.ipynb", "docs/coverage.md"}


def test_other_bytes_with_the_same_cells_are_not_stale(built, citations):
    path = built.exercises / "m04-evidence-chain" / "m04-evidence-chain.ipynb"
    path.write_text(json.dumps(json.loads(path.read_text())))
    assert build.stale(build.derive_all(built, citations=citations)) == []


def test_a_notebook_without_a_source_is_found_and_removed(built, citations):
    orphan = built.exercises / "m99-old" / "m99-old.ipynb"
    orphan.parent.mkdir()
    orphan.write_text("{}")
    derived = build.derive_all(built, citations=citations)
    assert labels(build.stale(derived)) == {"exercises/m99-old/m99-old.ipynb"}
    build.write(derived)
    assert not orphan.exists()


def test_a_damaged_derived_file_is_stale_and_mended(built, citations):
    path = built.exercises / "m04-evidence-chain" / "m04-evidence-chain.ipynb"
    path.write_text('{"cells": [')
    derived = build.derive_all(built, citations=citations)
    assert "no readable notebook" in build.stale(derived)[0].message
    build.write(derived)
    assert build.stale(derived) == []


def test_files_beside_the_source_are_handed_out_but_not_the_source(course, citations):
    folder = course.solutions / "m04-evidence-chain"
    (folder / "statement.txt").write_text("Witness statement")
    (folder / ".secret").write_text("no")
    build.write(build.derive_all(course, citations=citations))
    handed_out = {path.name for path in (course.exercises / "m04-evidence-chain").iterdir()}
    assert handed_out == {"m04-evidence-chain.ipynb", "statement.txt"}


def test_the_tables_say_which_question_meets_which_objective(built):
    page = (built.docs / "objectives.md").read_text()
    assert "| m04-o1: say what a hash proves | 2 |  |  | 2 |" in page
    assert "| m04-o2: find the first broken link |  | 3 | 4 | 7 |" in page
    assert "Points without the examiner track: 6." in page


def test_the_coverage_page_counts_articles(built):
    page = (built.docs / "coverage.md").read_text()
    assert "2 of 3 articles appear in at least one lesson." in page
    assert "| 25 Expedited preservation | yes |" in page
    assert "Not in a lesson yet: 41." in page


def test_an_assignment_among_the_lessons_is_refused(course, citations):
    path = build.lesson_paths(course)[0]
    path.write_text(path.read_text().replace("kind: lesson", "kind: assignment\n  pass_mark: 70"))
    with pytest.raises(BuildError) as caught:
        build.derive_all(course, citations=citations)
    assert "wrong-kind" in {finding.code for finding in caught.value.findings}
