"""What the work in a hand-in says of itself: its sheet, its notebook, what was done in it and what is odd.

>>> content = look(course, "m01-convention", files)
>>> content.answers, content.blank, [finding.code for finding in content.findings]
(12, False, [])
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from hanoikit.classroom.collecting_course import APART, Course, content_of
from hanoikit.classroom.collecting_finding import SHEET
from hanoikit.errors import Finding, GradingError
from hanoikit.evidence.bagging import printable
from hanoikit.exercise.records import Scan
from hanoikit.exercise.sheet import MAX_BYTES, module_of
from hanoikit.grading import cells
from hanoikit.i18n import _, ngettext


@dataclass(frozen=True, slots=True)
class Content:
    """``digest`` of the work as it is placed, ``sheet`` the id of the answer sheet, ``answers`` how many are given;
    ``blank``: nothing was done; ``untouched``: there is not even an answer sheet, only what was given out; ``last``
    when the last answer was given.
    """

    digest: str
    sheet: str
    answers: int
    blank: bool
    untouched: bool
    findings: tuple[Finding, ...]
    last: datetime | None = None


def look(course: Course, assignment: str, files: Mapping[str, bytes]) -> Content:
    """Read the work on an assignment; ``files`` by name, as they came."""
    arranged = course.arranged(assignment, files)
    scan = scan_of(arranged.get(SHEET, b""))
    findings = [*_about_sheet(course, assignment, arranged, scan)]
    unchanged, about = _about_notebook(course, assignment, arranged)
    findings += about
    if others := _others(course, assignment, files, arranged):
        message = _("Work on another assignment lies in it and was not taken: {names}.")
        findings.append(Finding("two-assignments", message.format(names=", ".join(others))))
    left = [name for name in files if name not in arranged and not name.lower().endswith(".ipynb")]
    if left:
        message = ngettext(
            "{count} file in it has a name that cannot be used, and is not taken.",
            "{count} files in it have names that cannot be used, and are not taken.",
            len(left),
        )
        findings.append(
            Finding(
                "names-unusable",
                message.format(count=len(left)),
                printable(left[0])[:120],
                severity="warning",
            )
        )
    answers = {record.question: record.value for record in scan.records}
    given = sum(value is not None for value in answers.values())
    own = [
        name
        for name in arranged
        if not name.endswith(".ipynb")
        and name not in {SHEET, *APART}
        and name not in course.released(assignment).files
    ]
    blank = not given and unchanged and not own
    damaged = any(one.code == "notebook-damaged" for one in findings)
    notebook = any(name.endswith(".ipynb") for name in arranged)
    if SHEET not in arranged and damaged:
        findings.append(Finding("damaged", _("The notebook cannot be read, and there is no answer sheet.")))
    elif SHEET not in arranged and not notebook:
        findings.append(Finding("empty", _("There is neither a notebook nor an answer sheet in it.")))
    elif blank and SHEET in arranged:
        findings.append(Finding("blank", _("No question is answered in it."), severity="warning"))
    untouched = blank and notebook and not damaged and SHEET not in arranged
    last = max((record.at for record in scan.records), default=None)
    sheet = scan.header.sheet if scan.header else ""
    return Content(content_of(arranged), sheet, given, blank, untouched, tuple(findings), last)


def scan_of(sheet: bytes) -> Scan:
    """What an answer sheet says; nothing where it is larger than marking takes."""
    return Scan.of(sheet if len(sheet) <= MAX_BYTES else b"")


def _about_sheet(
    course: Course, assignment: str, arranged: Mapping[str, bytes], scan: Scan
) -> Iterator[Finding]:
    if SHEET not in arranged:
        if any(grade_id.endswith("-ask") for grade_id in course.released(assignment).cells):
            message = _("There is no answers.jsonl with it: answers given with the controls are not in it.")
            yield Finding("no-sheet", message)
        return
    if scan.header is None:
        yield Finding("sheet-damaged", _("The answer sheet cannot be read."), SHEET)
    elif module_of(scan.header.assignment) != module_of(assignment):
        message = _("The answer sheet is that of another assignment ({name}).")
        yield Finding("sheet-foreign", message.format(name=scan.header.assignment[:80]), SHEET)
    elif any(finding.severity == "error" for finding in scan.findings):
        message = _("The answer sheet was changed by something other than the course.")
        yield Finding("sheet-altered", message, SHEET)


def _about_notebook(
    course: Course, assignment: str, arranged: Mapping[str, bytes]
) -> tuple[bool, list[Finding]]:
    """Whether nothing was written into it, and whether it is damaged or of another version."""
    findings: list[Finding] = []
    unchanged, versions = True, 0
    released = course.released(assignment)
    for name in sorted(released.names or {f"{assignment}.ipynb"}):
        if name not in arranged:
            continue
        try:
            notebook = cells.parse_notebook(arranged[name], name)
        except GradingError as error:
            findings.append(Finding("notebook-damaged", error.what, name))
            continue
        for cell in notebook["cells"]:
            checksum, text = released.cells.get(cells.grade_id(cell), ("", None))
            own = text is not None and cells.is_solution(cell)
            if own and text is not None and cells.source_of(cell).strip() != text.strip():
                unchanged = False
            said = cells.nbgrader_of(cell).get("checksum")
            if checksum and released.from_release and said and said != checksum:
                versions += 1
    if versions:
        message = _("It was made with another version of the assignment ({count} cells differ).")
        findings.append(Finding("older-version", message.format(count=versions), severity="warning"))
    return unchanged, findings


def _others(
    course: Course, assignment: str, files: Mapping[str, bytes], arranged: Mapping[str, bytes]
) -> list[str]:
    """The assignments of other notebooks in it."""
    found = set()
    for name, data in files.items():
        if name.lower().endswith(".ipynb") and data not in arranged.values():
            try:
                other = course.of_notebook(cells.parse_notebook(data, name))
            except GradingError:
                continue
            if other and other != assignment:
                found.add(other)
    return sorted(found)
