"""The whole course: every source read and checked, everything derived from it, written or compared.

>>> course = Course.of_checkout(resources.checkout())
>>> derived = derive_all(course)
>>> stale(derived)
['exercises/m04-evidence-chain/m04-evidence-chain.ipynb is not what its source says.']
>>> write(derived)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hanoikit.build import frontmatter, questions, tables, text
from hanoikit.build.notebook import derive, dumps, loads, same
from hanoikit.build.release import Notebook, check_stub, release
from hanoikit.build.source import Source, read
from hanoikit.errors import BuildError, Finding


@dataclass(frozen=True, slots=True)
class Course:
    """Where the parts of a course lie."""

    root: Path
    lessons: Path
    solutions: Path
    exercises: Path
    docs: Path

    @classmethod
    def of_checkout(cls, root: Path) -> Course:
        return cls(root, root / "course" / "lessons", root / "solutions", root / "exercises", root / "docs")

    def label(self, path: Path) -> str:
        """A path as it is shown: from the root of the course, with forward slashes."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name


@dataclass(slots=True)
class Derived:
    """Everything that the sources give, by the path it belongs to; ``local`` is not committed."""

    course: Course
    notebooks: dict[Path, Notebook] = field(default_factory=dict)
    local: dict[Path, Notebook] = field(default_factory=dict)
    pages: dict[Path, str] = field(default_factory=dict)
    files: dict[Path, Path] = field(default_factory=dict)


def lesson_paths(course: Course) -> list[Path]:
    return sorted(course.lessons.glob("m[0-9][0-9]-*.md"))


def page_paths(course: Course) -> list[Path]:
    """The pages of the trainee's folder that belong to no module."""
    return sorted((course.lessons / "pages").glob("*.md"))


def assignment_paths(course: Course) -> list[Path]:
    return sorted(path for path in course.solutions.glob("*/*.md") if path.stem == path.parent.name)


def derive_all(course: Course, *, citations: text.Citations | None = None) -> Derived:
    """Read, check and derive everything.

    Raises :class:`BuildError` with every finding of every source, in reading order.
    """
    citations = citations or text.Treaty()
    findings: list[Finding] = []
    lessons = list(_read_all(lesson_paths(course), "lesson", findings))
    assignments = list(_read_all(assignment_paths(course), "assignment", findings))
    pages = list(_read_all(page_paths(course), "page", findings))
    for source in (*lessons, *assignments, *pages):
        findings += check_source(source, citations)
    findings += _check_pairs(lessons, assignments)
    _stop_at(findings)
    derived = Derived(course)
    for source in assignments:
        notebook = derive(source, citations=citations)
        handed_out = release(notebook)
        findings += [
            Finding(
                found.code,
                found.message,
                f"{source.path.name}, cell {found.where}" if found.where else source.name,
            )
            for found in check_stub(notebook, handed_out)
        ]
        derived.local[course.solutions / source.name / f"{source.name}.ipynb"] = notebook
        derived.notebooks[course.exercises / source.name / f"{source.name}.ipynb"] = handed_out
        for extra in _supplements(source.path.parent):
            derived.files[course.exercises / source.name / extra.relative_to(source.path.parent)] = extra
    _stop_at(findings)
    derived.pages[course.docs / "objectives.md"] = tables.objectives_page(assignments)
    derived.pages[course.docs / "coverage.md"] = _coverage(lessons, citations)
    return derived


def derive_lesson(path: Path, *, citations: text.Citations | None = None) -> Notebook:
    """The notebook of one lesson or page; raises :class:`BuildError` with every finding."""
    citations = citations or text.Treaty()
    source = read(path)
    _stop_at(check_source(source, citations))
    return derive(source, citations=citations)


def check_source(source: Source, citations: text.Citations) -> list[Finding]:
    """Everything that is wrong with one source."""
    findings = frontmatter.check(source) + text.check(source, citations)
    if source.kind == "assignment":
        findings += questions.check(source)
    return findings


def _read_all(paths: list[Path], kind: str, findings: list[Finding]) -> Iterator[Source]:
    for path in paths:
        try:
            source = read(path)
        except BuildError as error:
            findings.append(
                Finding(
                    "unreadable", " ".join(filter(None, [error.what, error.next_step])), error.where or ""
                )
            )
            continue
        if source.kind in {"lesson", "assignment", "page"} and source.kind != kind:
            line = source.line_of(("kind",))
            findings.append(
                Finding("wrong-kind", f"in this folder the kind has to be {kind}.", source.place(line))
            )
        yield source


def _check_pairs(lessons: list[Source], assignments: list[Source]) -> list[Finding]:
    """A lesson and its assignment have the same objectives, and every mark sends back to a heading there is."""
    findings = []
    places = {source.name: text.anchors(source) for source in lessons}
    for source in assignments:
        for line, target in text.read_again(source):
            lesson_name, _, anchor = target.partition("#")
            if lesson_name not in places:
                message = f"'read' names the lesson {lesson_name}, which is not there."
            elif anchor and anchor not in places[lesson_name]:
                message = f"'read' names a heading that {lesson_name} does not have: {anchor}."
            else:
                continue
            findings.append(Finding("read-nowhere", message, source.place(line)))
    taught = {
        source.name: {item["id"]: item["text"] for item in frontmatter.objectives(source)}
        for source in lessons
    }
    for source in assignments:
        if source.name not in taught:
            continue
        lesson = taught[source.name]
        asked = {item["id"]: item["text"] for item in frontmatter.objectives(source)}
        place = source.place(source.line_of(("objectives",)))
        for identity in sorted(lesson.keys() | asked.keys()):
            if identity not in asked:
                message = f"objective {identity} of the lesson is not met in its assignment."
            elif identity not in lesson:
                message = f"objective {identity} is not one of the lesson."
            elif lesson[identity] != asked[identity]:
                message = f"objective {identity} has other words than in the lesson."
            else:
                continue
            findings.append(Finding("objectives-differ", message, place))
    return findings


def _stop_at(findings: list[Finding]) -> None:
    if findings:
        count = len(findings)
        raise BuildError(
            f"The text sources have {count} {'fault' if count == 1 else 'faults'}.",
            next_step="Mend each of these and build again.",
            findings=findings,
        )


def _coverage(lessons: list[Source], citations: text.Citations) -> str:
    matrix: dict[int, list[str]] = {}
    for source in lessons:
        module = frontmatter.module_of(source)
        for _line, reference in text.references(source):
            matrix.setdefault(citations.article_of(reference), []).append(module)
    modules = sorted({frontmatter.module_of(source) for source in lessons})
    return tables.coverage_page(matrix, citations.articles(), modules)


def _supplements(folder: Path) -> list[Path]:
    """Files beside an assignment's source that are handed out with it."""
    kept = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if path.is_file() and not hidden and path.suffix not in {".md", ".ipynb", ".pyc"}:
            kept.append(path)
    return kept


def write(derived: Derived) -> list[str]:
    """Write what is stale and remove what has no source; the labels of the files that changed."""
    course = derived.course
    changed = []
    for path, notebook in (*derived.notebooks.items(), *derived.local.items()):
        if _notebook_state(path, notebook) is not None:
            changed.append(_put(course, path, dumps(notebook).encode()))
    for path, page in derived.pages.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != page:
            changed.append(_put(course, path, page.encode()))
    for path, original in derived.files.items():
        if not path.is_file() or path.read_bytes() != original.read_bytes():
            changed.append(_put(course, path, original.read_bytes()))
    for path in _orphans(derived):
        path.unlink()
        changed.append(course.label(path))
    return changed


def _put(course: Course, path: Path, data: bytes) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise BuildError(
            f"{course.label(path)} cannot be written: {error.strerror}.",
            next_step="Free space or get the right to write there, and build again.",
        ) from error
    return course.label(path)


def stale(derived: Derived) -> list[Finding]:
    """What is committed and does not match its source; compared by cells, not by bytes."""
    course = derived.course
    findings = []
    for path, notebook in derived.notebooks.items():
        if (state := _notebook_state(path, notebook)) is not None:
            findings.append(Finding("stale", state, course.label(path)))
    for path, page in derived.pages.items():
        if not path.is_file():
            findings.append(Finding("stale", "is missing.", course.label(path)))
        elif path.read_text(encoding="utf-8") != page:
            findings.append(Finding("stale", "is not what the sources say.", course.label(path)))
    for path, original in derived.files.items():
        if not path.is_file() or path.read_bytes() != original.read_bytes():
            findings.append(Finding("stale", "is not the file beside the source.", course.label(path)))
    findings += [Finding("orphan", "has no source.", course.label(path)) for path in _orphans(derived)]
    return findings


def _notebook_state(path: Path, notebook: Notebook) -> str | None:
    if not path.is_file():
        return "is missing."
    try:
        found = loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "is no readable notebook."
    if same(found, notebook):
        return None
    old = {cell.get("id"): cell for cell in found["cells"]}
    changed = [cell["id"] for cell in notebook["cells"] if old.get(cell["id"]) != cell]
    shown = ", ".join(changed[:4]) + (" ..." if len(changed) > 4 else "")
    return f"is not what its source says (cells: {shown})." if changed else "is not what its source says."


def _orphans(derived: Derived) -> list[Path]:
    exercises = derived.course.exercises
    return [path for path in sorted(exercises.glob("*/*.ipynb")) if path not in derived.notebooks]
