"""What belongs in a trainee's folder, as bytes by path; nothing is written here.

>>> sorted(contents())[:2]
['Start here.md', 'exercises/m04-evidence-chain/m04-evidence-chain.ipynb']
"""

from __future__ import annotations

from pathlib import Path

from hanoikit import resources
from hanoikit.workspace.pages import START_PAGE, start_page

REFERENCE_PAGE = "reference/convention.md"

KEPT_APART = frozenset({"answers.jsonl"})
"""Files that only the trainee's work makes; they are never delivered and never touched."""


def default_folder(here: Path | None = None) -> Path:
    """``workspace`` inside a checkout, else ``hanoi-kit`` in the home folder."""
    checkout = resources.checkout()
    here = (here or Path.cwd()).resolve()
    if checkout is not None and here.is_relative_to(checkout.resolve()):
        return checkout / "workspace"
    return Path.home() / "hanoi-kit"


def contents() -> dict[str, bytes]:
    """Every file of the folder: lessons, exercises, pages, the reference page and the page to start from.

    Raises :class:`~hanoikit.errors.BuildError` when a lesson's text source has faults.
    """
    from hanoikit import build, convention

    made: dict[str, bytes] = {}
    lessons: list[tuple[str, str]] = []
    for path in sorted(resources.lessons().glob("m[0-9][0-9]-*.md")):
        notebook = build.derive_lesson(path)
        name = f"lessons/{path.stem}.ipynb"
        lessons.append((name, str(notebook["metadata"]["hanoikit"].get("title", path.stem))))
        made[name] = build.dumps(notebook).encode()
    pages: list[tuple[str, str]] = []
    for path in sorted((resources.lessons() / "pages").glob("*.md")):
        notebook = build.derive_lesson(path)
        title = str(notebook["metadata"]["hanoikit"].get("title", path.stem))
        # A page has the name that a person looks for; it lies beside the page to start from.
        pages.append((f"{title}.ipynb", title))
        made[f"{title}.ipynb"] = build.dumps(notebook).encode()
    for picture in _pictures(resources.lessons()):
        made[f"lessons/{picture.relative_to(resources.lessons()).as_posix()}"] = picture.read_bytes()
    exercises = []
    for path in _handed_out(resources.exercises()):
        name = f"exercises/{path.relative_to(resources.exercises()).as_posix()}"
        made[name] = path.read_bytes()
        if path.suffix == ".ipynb":
            front = build.loads(made[name].decode()).get("metadata", {}).get("hanoikit", {})
            exercises.append((name, str(front.get("title", path.stem))))
    made[REFERENCE_PAGE] = convention.reference_page().encode()
    made[START_PAGE] = start_page(lessons, exercises, pages).encode()
    return made


def _pictures(lessons: Path) -> list[Path]:
    kinds = {".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp"}
    return (
        sorted(path for path in lessons.rglob("*") if path.suffix.lower() in kinds)
        if lessons.is_dir()
        else []
    )


def _handed_out(exercises: Path) -> list[Path]:
    found = []
    for path in sorted(exercises.rglob("*")) if exercises.is_dir() else []:
        parts = path.relative_to(exercises).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if path.is_file() and len(parts) > 1 and not hidden and path.name not in KEPT_APART:
            found.append(path)
    return found
