"""What is derived from a text source."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import nbformat
import pytest

from hanoikit import build
from hanoikit.build.source import Source


@pytest.fixture
def assignment(assignment_text: str) -> Source:
    return build.parse(assignment_text, Path("m04-evidence-chain.md"))


def by_id(notebook: dict) -> dict[str, dict]:
    return {cell["id"]: cell for cell in notebook["cells"]}


def test_derived_notebooks_are_valid_nbformat(course, citations):
    derived = build.derive_all(course, citations=citations)
    lesson = build.derive_lesson(build.lesson_paths(course)[0], citations=citations)
    for notebook in (*derived.notebooks.values(), *derived.local.values(), lesson):
        nbformat.validate(nbformat.reads(build.dumps(notebook), as_version=4))


def test_bytes_are_those_that_nbformat_writes(course, citations):
    notebook = build.derive_lesson(build.lesson_paths(course)[0], citations=citations)
    text = build.dumps(notebook)
    assert nbformat.writes(nbformat.reads(text, as_version=4)) + "\n" == text


def test_the_same_source_gives_the_same_bytes(assignment, citations):
    assert build.dumps(build.derive(assignment, citations=citations)) == build.dumps(
        build.derive(assignment, citations=citations)
    )


def test_ids_come_from_the_questions_and_survive_an_insertion(assignment_text, citations):
    before = build.derive(build.parse(assignment_text, Path("m04-e.md")), citations=citations)
    longer = assignment_text.replace("## Question 2", "## Question 2\n\nA new remark.\n", 1)
    setup = "```{code-cell} python\n:tags: [setup]"
    longer = longer.replace(setup, f"A word of welcome.\n\n{setup}")
    after = build.derive(build.parse(longer, Path("m04-e.md")), citations=citations)
    assert {"m04-q1-prompt", "m04-q1-ask", "m04-q1", "m04-q2-solution", "m04-setup"} <= by_id(before).keys()
    assert by_id(before).keys() == by_id(after).keys()


def test_model_answers_and_instructor_notes_stay_behind(assignment, citations):
    text = build.dumps(build.derive(assignment, citations=citations))
    assert 'answer(\\"m04-q1\\"' not in text
    assert "show of hands" not in text


def test_machinery_is_folded_and_text_is_not(course, citations):
    lesson = build.derive_lesson(build.lesson_paths(course)[0], citations=citations)
    folded = [cell for cell in lesson["cells"] if cell["metadata"].get("jupyter", {}).get("source_hidden")]
    hidden = {cell["id"] for cell in folded}
    assert hidden == {"the-digital-evidence-chain-2", "operate-it-2", "m04-c1"}


def test_citation_roles_are_expanded_in_text_only(assignment, citations):
    cells = by_id(build.derive(assignment, citations=citations))
    link = "[art. 25(2), 40(14)](../../reference/convention.md#25-2-40-14-)"
    assert link in cells["m04-q1-prompt"]["source"]


def test_a_control_gets_locked_metadata(assignment, citations):
    cells = by_id(build.derive(assignment, citations=citations))
    nbgrader = cells["m04-q1-ask"]["metadata"]["nbgrader"]
    assert nbgrader["locked"] is True and nbgrader["grade_id"] == "m04-q1-ask" and nbgrader["grade"] is False


def test_the_release_shows_no_key_and_no_solution(assignment, citations):
    text = build.dumps(build.release(build.derive(assignment, citations=citations)))
    secrets = ("mark.choice", "Names are not hashed", "enumerate(log)", "MARK SCHEME", "HIDDEN", "Two points")
    for secret in secrets:
        assert secret not in text
    assert "raise NotImplementedError()" in text and "YOUR ANSWER HERE" in text


def test_the_stub_is_the_source_minus_its_marked_lines(assignment, citations):
    notebook = build.derive(assignment, citations=citations)
    assert build.check_stub(notebook, build.release(notebook)) == []


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda cells: cells["m04-q1-prompt"].update(source="Another prompt"), "stub-differs"),
        (lambda cells: cells["m04-q1"].update(source="### END HIDDEN TESTS"), "marker-left"),
        (lambda cells: cells["m04-q2-solution"].update(source="def first_broken(log): 1"), "stub-differs"),
        (lambda cells: cells["m04-q1-ask"].update(outputs=[{"output_type": "stream"}]), "output-left"),
    ],
)
def test_a_spoilt_stub_is_found(assignment, citations, spoil, code):
    notebook = build.derive(assignment, citations=citations)
    stub = build.release(notebook)
    spoil(by_id(stub))
    assert code in {finding.code for finding in build.check_stub(notebook, stub)}


def test_a_missing_cell_in_the_stub_is_found(assignment, citations):
    notebook = build.derive(assignment, citations=citations)
    stub = build.release(notebook)
    del stub["cells"][3]
    assert [finding.code for finding in build.check_stub(notebook, stub)] == ["cells-differ"]


@pytest.mark.slow
def test_our_release_is_the_one_that_nbgrader_makes(assignment, citations, tmp_path, monkeypatch):
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    # nbgrader calls the program alembic, which lies beside this Python.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    notebook = build.derive(assignment, citations=citations)
    source = tmp_path / "source" / "m04-evidence-chain"
    source.mkdir(parents=True)
    (source / "m04-evidence-chain.ipynb").write_text(build.dumps(notebook), encoding="utf-8")
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    config.CourseDirectory.course_id = "test"
    result = NbGraderAPI(config=config).generate_assignment("m04-evidence-chain")
    assert result["success"], result
    theirs = tmp_path / "release" / "m04-evidence-chain" / "m04-evidence-chain.ipynb"
    made = build.loads(theirs.read_text(encoding="utf-8"))
    ours = json.loads(json.dumps(build.release(notebook)))
    assert made["metadata"] == ours["metadata"]
    assert [cell["id"] for cell in made["cells"]] == [cell["id"] for cell in ours["cells"]]
    for theirs_cell, ours_cell in zip(made["cells"], ours["cells"], strict=True):
        assert theirs_cell == ours_cell
    graded = [cell["metadata"]["nbgrader"] for cell in ours["cells"] if "nbgrader" in cell["metadata"]]
    checksums = [metadata["checksum"] for metadata in graded]
    assert len(checksums) == 7 and len(set(checksums)) == 7
