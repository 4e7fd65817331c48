"""The generated tables: which question meets which objective, and which module covers which article.

>>> print(objectives_page([source]))
# Objectives and questions
...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hanoikit.build.frontmatter import module_of, objectives
from hanoikit.build.questions import questions
from hanoikit.build.source import Source

_NOTE = "<!-- Made by `hanoikit build`; do not edit. -->\n"


def objectives_page(assignments: Sequence[Source]) -> str:
    """``docs/objectives.md``: for each assignment, objectives down and questions across."""
    parts = ["# Objectives and questions\n", _NOTE]
    parts.append(
        "Every objective is met by at least one graded question; every graded question serves an objective.\n"
    )
    if not assignments:
        parts.append("There is no assignment yet.\n")
    for source in assignments:
        parts.append(f"## {source.front['title']} (`{source.name}`)\n")
        parts.append(_matrix(source))
        parts.append(_list(source))
    return "\n".join(parts)


def _matrix(source: Source) -> str:
    found = questions(source)
    module = module_of(source)
    heads = [question.id.removeprefix(f"{module}-") for question in found]
    rows = [["Objective", *heads, "Points"]]
    for objective in objectives(source):
        marks = [
            f"{question.points:g}" if question.objective == objective["id"] else "" for question in found
        ]
        total = sum(question.points for question in found if question.objective == objective["id"])
        rows.append([f"{objective['id']}: {objective['text']}", *marks, f"{total:g}"])
    return _table(rows)


def _list(source: Source) -> str:
    rows = [["Question", "Kind", "Points", "Provisions", "Track"]]
    for question in questions(source):
        track = "examiner, worth extra" if question.extra else "all"
        rows.append(
            [question.id, question.kind, f"{question.points:g}", ", ".join(question.provisions), track]
        )
    counted = sum(question.points for question in questions(source) if not question.extra)
    return _table(rows) + f"\nPoints without the examiner track: {counted:g}.\n"


def coverage_page(
    matrix: Mapping[int, Sequence[str]], titles: Mapping[int, str], modules: Sequence[str]
) -> str:
    """``docs/coverage.md``: articles down, modules across.

    ``matrix`` gives for each article the modules whose lesson cites it.
    """
    covered = [article for article in sorted(titles) if matrix.get(article)]
    missing = [article for article in sorted(titles) if not matrix.get(article)]
    parts = ["# Articles and modules\n", _NOTE]
    parts.append(f"{len(covered)} of {len(titles)} articles appear in at least one lesson.\n")
    rows = [["Article", *modules]]
    for article in sorted(titles):
        cells = ["yes" if module in matrix.get(article, ()) else "" for module in modules]
        rows.append([f"{article} {titles[article]}", *cells])
    parts.append(_table(rows))
    if missing:
        parts.append("Not in a lesson yet: " + ", ".join(map(str, missing)) + ".\n")
    return "\n".join(parts)


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines) + "\n"
