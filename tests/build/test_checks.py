"""What a course author is told, all at once, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanoikit import build
from hanoikit.errors import BuildError

NAME = Path("m04-evidence-chain.md")


def findings(text: str, citations) -> dict[str, str]:
    found = build.check_source(build.parse(text, NAME), citations)
    return {finding.code: finding.where for finding in found}


def test_a_sound_source_has_no_finding(assignment_text, lesson_text, citations):
    assert findings(assignment_text, citations) == {}
    assert findings(lesson_text, citations) == {}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  minutes: {teaching: 60, practice: 45}\n", "", "front-matter"),
        ("practice: 45", "practice: soon", "front-matter"),
        ("pass_mark: 70", "pass_mark: 50", "front-matter"),
        ("  instructor_notes: Ask for a show of hands before the lab.\n", "", "front-matter"),
        ("module: m04", "module: m05", "module-name"),
        ("{id: m04-o2,", "{id: m04-o1,", "objective-twice"),
        ("{id: m04-o2,", "{id: m05-o2,", "objective-module"),
        ('"objective": "m04-o1"', '"objective": "m04-o9"', "unknown-objective"),
        ("{art}`25(2), 40(14)`", "{art}`25(2), 69`", "unknown-provision"),
        ('"provisions": ["40(14)"]', '"provisions": ["99"]', "unknown-provision"),
        ('cite="25(2)"', 'cite="25(9)"', "unknown-provision"),
        ("b. The file name is the same.\n", "", "option-unreadable"),
        ('answer("m04-q1", "a")', 'answer("m04-q1", "b")', "model-wrong"),
        ('answer("m04-q1", "a")', "pass", "no-model"),
        (':tags: [model]\nanswer("m04-q1", "a")', ":tags: [other]\n1", "no-model"),
        ('key="a", points=2', 'key="c", points=2', "key-unknown"),
        ('key="a", points=2', 'key="a", points=1', "points-differ"),
        ('why={"b": "Names are not hashed."}', "why={}", "no-reason"),
        ('mark.choice("m04-q1"', 'mark.choice("m04-q7"', "mark-other"),
        ('mark.choice("m04-q1"', 'mark.order("m04-q1"', "kinds-differ"),
        ("# Marked when you hand in.\n", "print(1)\n", "mark-visible"),
        ("### BEGIN HIDDEN TESTS\n", "", "no-hidden-tests"),
        ("points=3)\n", "points=3) and\n", "not-python"),
        ("grade_id: m04-q1, locked: true", "grade_id: m04-q1, locked: false", "mark-flags"),
        ("points: 2,", "points: 0,", "no-points"),
        ("    ### BEGIN SOLUTION\n", "", "no-solution"),
        ("=== BEGIN MARK SCHEME ===\n", "", "no-mark-scheme"),
        ('ask.written("m04-q3", words=120)', 'ask.written("m04-q1", words=120)', "cell-twice"),
        ("## Question 2", "#### Question 2", "heading-rank"),
        ("## Question 2", "![](log.png)", "no-alt-text"),
        ("# Assignment: the", "The", "no-title"),
    ],
)
def test_each_fault_is_found(assignment_text, citations, old, new, code):
    assert old in assignment_text
    found = findings(assignment_text.replace(old, new, 1), citations)
    assert code in found


def test_an_objective_that_no_question_meets_is_found(assignment_text, citations):
    spoilt = assignment_text.replace('"objective": "m04-o2"', '"objective": "m04-o1"')
    assert "objective-unmet" in findings(spoilt, citations)


def test_a_finding_names_the_line(assignment_text, citations):
    found = findings(assignment_text.replace("{art}`25(2), 40(14)`", "{art}`69`"), citations)
    line = next(n for n, text in enumerate(assignment_text.splitlines(), 1) if "{art}" in text)
    assert found == {"unknown-provision": f"m04-evidence-chain.md:{line}"}


def test_a_finding_in_the_front_matter_names_the_line(assignment_text, citations):
    found = findings(assignment_text.replace("practice: 45", "practice: -1"), citations)
    line = next(n for n, text in enumerate(assignment_text.splitlines(), 1) if "minutes" in text)
    assert found == {"front-matter": f"m04-evidence-chain.md:{line}"}


def test_a_question_without_a_graded_cell_is_found(assignment_text, citations):
    start = assignment_text.index("```{code-cell} python\n---\nnbgrader: {grade: true, grade_id: m04-q1,")
    end = assignment_text.index("+++ {", start)
    assert "no-mark" in findings(assignment_text[:start] + assignment_text[end:], citations)


def test_every_fault_of_every_source_is_reported_at_once(course, citations):
    for path in (build.lesson_paths(course)[0], build.assignment_paths(course)[0]):
        path.write_text(
            path.read_text().replace("practice: 45", "practice: 0").replace("{art}`25(2)", "{art}`69")
        )
    with pytest.raises(BuildError) as caught:
        build.derive_all(course, citations=citations)
    places = {finding.where.split(":")[0] for finding in caught.value.findings}
    assert len(caught.value.findings) == 4
    assert places == {"m04-evidence-chain.md"}


@pytest.mark.parametrize(
    "text",
    ["", "# Title only\n", "---\nkernelspec: x\n---\n", "---\nhanoikit: [\n---\n", "---\nhanoikit:\n"],
)
def test_a_file_without_front_matter_is_refused_with_its_name(text):
    with pytest.raises(BuildError) as caught:
        build.parse(text, NAME)
    assert caught.value.where and caught.value.where.startswith("m04-evidence-chain.md:")


def test_a_source_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "m04-x.md"
    path.write_bytes("---\nhanoikit: {title: café}\n---\n".encode("latin-1"))
    with pytest.raises(BuildError):
        build.read(path)


def test_broken_metadata_of_a_cell_is_refused(assignment_text):
    with pytest.raises(BuildError):
        build.parse(assignment_text.replace('+++ {"hanoikit": {', '+++ {"hanoikit" {', 1), NAME)


def test_lesson_and_assignment_have_the_same_objectives(course, citations):
    path = build.assignment_paths(course)[0]
    path.write_text(path.read_text().replace("say what a hash proves", "explain hashes"))
    with pytest.raises(BuildError) as caught:
        build.derive_all(course, citations=citations)
    assert [finding.code for finding in caught.value.findings] == ["objectives-differ"]


@pytest.mark.parametrize("target", ["m05-network", "m04-evidence-chain#No-such-heading"])
def test_a_mark_that_sends_back_to_nowhere_is_found(course, citations, target):
    path = build.assignment_paths(course)[0]
    path.write_text(path.read_text().replace('cite="25(2)")', f'cite="25(2)", read="{target}")'))
    with pytest.raises(BuildError) as caught:
        build.derive_all(course, citations=citations)
    assert [finding.code for finding in caught.value.findings] == ["read-nowhere"]


def test_a_mark_may_send_back_to_a_heading_of_the_lesson(course, citations):
    path = build.assignment_paths(course)[0]
    target = "m04-evidence-chain#Operate-it"
    path.write_text(path.read_text().replace('cite="25(2)")', f'cite="25(2)", read="{target}")'))
    assert build.derive_all(course, citations=citations).notebooks


def test_a_question_answered_by_files_needs_no_control(assignment_text, citations):
    start = assignment_text.index("```{code-cell} python\n:tags: [ask]\nask.choice")
    end = assignment_text.index("```{code-cell} python\n---\nnbgrader: {grade: true, grade_id: m04-q1,")
    text = assignment_text[:start] + assignment_text[end:]
    assert {"no-control", "no-model"} <= findings(text, citations).keys()
    text = text.replace('{"question": "m04-q1",', '{"question": "m04-q1", "answer": "files",')
    assert findings(text, citations) == {}


CASE = Path(__file__).parent.parent / "exercise" / "data" / "m98-cases.md"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("", "", None),
        ("3. The provider is open on weekdays.\n", "", "option-unreadable"),
        ("- Is it needed? (Met or Fails)\n", "", "option-unreadable"),
        ("Kept for, Since, What you ask.", "Since, What you ask.", "option-unreadable"),
        ("d. The address book\n", "", "option-unreadable"),
        ("4. Thirty days can be renewed without a reason.\n", "", "option-unreadable"),
        ('"carry": ["4"]', '"carry": ["9"]', "key-unknown"),
        ('"decision": ["no", "later"]', '"decision": ["no", "never"]', "key-unknown"),
        ('        "need": {"decision": "fails", "carry": ["4"]},\n', "", "key-missing"),
        ('excess=["b", "d"]', 'excess=["b", "e"]', "key-unknown"),
        (
            'key={"1": True, "2": True, "3": False, "4": False}',
            'key={"1": True, "2": True, "3": False}',
            "key-missing",
        ),
        ('mark.narrow("m98-q3"', 'mark.choices("m98-q3"', "kinds-differ"),
    ],
)
def test_a_case_question_needs_readable_texts_and_a_key_that_fits(old, new, code):
    from hanoikit.build.questions import check

    text = CASE.read_text(encoding="utf-8")
    assert old in text
    found = {one.code for one in check(build.parse(text.replace(old, new, 1), CASE))}
    assert found == ({code} if code else set())
