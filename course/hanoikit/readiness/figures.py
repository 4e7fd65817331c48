"""Open transparency figures with their sources, the checks before citing them, and claims that sources disagree on.

>>> [one.code for one in check(table("shifted"))]
['more-disclosed', 'more-disclosed', 'more-disclosed', 'shifted']

A null is "not reported" and no zero. Figures of different providers are never added: each counts in its own way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hanoikit.errors import Finding, UsageError
from hanoikit.i18n import _
from hanoikit.readiness.tables import read


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: its key, and a number or None (not reported) for each column."""

    key: str
    values: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of one provider as they stand in the source, with licence and cautions. ``total``: what the source gives
    for all, where the table shows only some."""

    id: str
    title: str
    provider: str
    source: str
    licence: str
    key: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    cautions: tuple[str, ...]
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that was said or written, what the sources say, and what can be cited instead."""

    id: str
    claim: str
    sources: str
    verdict: str
    right: str
    check: str


def from_json(value: Mapping[str, Any]) -> Table:
    """A table from its data."""
    columns = tuple(value["columns"])
    return Table(
        id=value["id"],
        title=value["title"],
        provider=value["provider"],
        source=value["source"],
        licence=value["licence"],
        key=value["key"],
        columns=columns,
        rows=tuple(Row(one["key"], {name: one.get(name) for name in columns}) for one in value["rows"]),
        cautions=tuple(value["cautions"]),
        total=value.get("total"),
    )


@cache
def tables() -> dict[str, Table]:
    """Every table by its name."""
    return {one["id"]: from_json(one) for one in read("figures")["tables"]}


def table(name: str) -> Table:
    """A table by its name. Raises ``UsageError`` when there is none."""
    if name not in tables():
        raise UsageError(
            _("There is no table {name}.").format(name=ascii(name)[:40]),
            next_step=_("Use one of: {names}.").format(names=", ".join(tables())),
        )
    return tables()[name]


@cache
def claims() -> dict[str, Claim]:
    """Every claim of the drill by its name."""
    return {one["id"]: Claim(**one) for one in read("claims")["claims"]}


def rate(one: Table) -> dict[str, float | None]:
    """Row -> disclosed / received, as a share of 1; None where one of them is not reported, or where nobody asked."""
    found: dict[str, float | None] = {}
    for row in one.rows:
        received, disclosed = row.values.get("received"), row.values.get("disclosed")
        found[row.key] = None if not received or disclosed is None else disclosed / received
    return found


def check(one: Table) -> list[Finding]:
    """What speaks against citing a table as it stands. Empty does not mean that it is right."""
    findings = []
    for row in one.rows:
        received, disclosed = row.values.get("received"), row.values.get("disclosed")
        if received is not None and disclosed is not None and disclosed > received:
            findings.append(
                Finding(
                    "more-disclosed",
                    _("{disclosed} disclosed out of {received} received: this cannot be.").format(
                        disclosed=disclosed, received=received
                    ),
                    row.key,
                )
            )
        findings += [
            Finding(
                "not-reported", _("{column}: not reported. That is not zero.").format(column=name), row.key
            )
            for name, value in row.values.items()
            if value is None
        ]
    if shifted(
        [row.values.get("disclosed") for row in one.rows], [row.values.get("earlier") for row in one.rows]
    ):
        findings.append(
            Finding(
                "shifted",
                _(
                    "Each number of the earlier copy stands one row further down now: the column seems to be shifted."
                ),
                one.id,
            )
        )
    listed = [row.values.get("received") for row in one.rows]
    if one.total is not None and None not in listed:
        rest = one.total - sum(value for value in listed if value is not None)
        if rest < 0:
            findings.append(Finding("total", _("The rows are more than the total."), one.id))
        elif rest:
            findings.append(
                Finding(
                    "part",
                    _("The rows are {part} of {total}; {rest} are not shown.").format(
                        part=one.total - rest, total=one.total, rest=rest
                    ),
                    one.id,
                )
            )
    return findings


def shifted(now: Sequence[int | None], earlier: Sequence[int | None]) -> bool:
    """Whether the numbers of an earlier copy stand one row further down now."""
    if len(now) != len(earlier) or len(now) < 3 or None in now or None in earlier:
        return False
    return list(now[1:]) == list(earlier[:-1]) and list(now) != list(earlier)


def add(*several: Table) -> dict[str, int]:
    """Column -> sum over tables of one provider. Raises ``UsageError`` for different providers, for overlapping rows
    and for numbers that are not reported: such a sum would mean nothing."""
    if len({one.provider for one in several}) > 1:
        raise UsageError(
            _("Providers count in different ways. Their figures are never added."),
            next_step=_("Show them side by side, each with its source."),
        )
    keys = [(one.key, row.key) for one in several for row in one.rows]
    if len({one.key for one in several}) > 1 or len(keys) != len(set(keys)):
        raise UsageError(_("These rows may count the same requests twice. They are not added."))
    if any(value is None for one in several for row in one.rows for value in row.values.values()):
        raise UsageError(_("Something was not reported. The sum would be too small."))
    columns = {name for one in several for name in one.columns}
    return {
        name: sum(row.values.get(name) or 0 for one in several for row in one.rows)
        for name in sorted(columns)
    }
