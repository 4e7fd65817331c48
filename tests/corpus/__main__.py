"""``python -m tests.corpus``: the list of cases as Markdown, as it stands in ``docs/corpus.md``."""

from __future__ import annotations

from tests.corpus.case import FULL, Case
from tests.corpus.collection import FAMILIES, cases


def mark(case: Case) -> str:
    """The just mark in a few words."""
    if case.refused:
        return "refused"
    full = FULL[case.assignment]
    if dict(case.points) == dict(full):
        return "full"
    if not any(case.points.values()):
        return "0"
    lost = [
        f"{name.removeprefix('c01-')} {case.points[name] or 0:g}"
        for name in full
        if case.points[name] != full[name]
    ]
    return "full but " + ", ".join(lost)


def table() -> str:
    """The cases, a table for each family."""
    parts = []
    for family in FAMILIES:
        rows = [
            f"### {family.name} ({len(family.cases)})",
            "",
            "| case | of | what happened | just mark | why |",
            "|---|---|---|---|---|",
        ]
        for case in family.cases:
            human = " A person looks." if case.human else ""
            rows.append(
                f"| {case.name} | {case.assignment} | {case.story} | {mark(case)} | {case.why}{human} |"
            )
        parts.append("\n".join(rows))
    return "\n\n".join(parts)


if __name__ == "__main__":
    print(f"{len(cases())} cases\n\n{table()}")
