"""What a request asks for, held against what the facts of the case carry (24(1)).

>>> carries(Needed(what="stored-data", category="traffic", identifiers=("kite",)), line)
True
>>> beyond(request, needed)                  # measures and lines that nothing carries, periods that are too wide
(['content data of kite'], [])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from hanoikit.cooperation import tables
from hanoikit.cooperation.circumstances import Needed
from hanoikit.cooperation.requests import AssistanceRequest
from hanoikit.i18n import _
from hanoikit.network.messages import DataSpecification


def carries(needed: Needed, line: DataSpecification) -> bool:
    """Whether this need is for data of this kind and account, in a period that meets the line's."""
    if needed.category and needed.category != line.category:
        return False
    names = {one.strip().casefold() for one in needed.identifiers}
    if names and line.identifier.strip().casefold() not in names:
        return False
    if line.since is not None and needed.until is not None and line.since > needed.until + needed.slack:
        return False
    return not (
        line.until is not None and needed.since is not None and line.until < needed.since - needed.slack
    )


def clipped(line: DataSpecification, needs: Iterable[Needed]) -> DataSpecification:
    """The line with its period cut to what the needs carry; subscriber data have no period to cut."""
    found = list(needs)
    if line.category == "subscriber" or not found:
        return line
    first = _earliest([one.since - one.slack if one.since is not None else None for one in found])
    last = _latest([one.until + one.slack if one.until is not None else None for one in found])
    since, until = line.since, line.until
    if since is not None and first is not None:
        since = max(since, first)
    if until is not None and last is not None:
        until = min(until, last)
    return replace(line, since=since, until=until)


def _earliest(moments: list[datetime | None]) -> datetime | None:
    return None if None in moments else min(one for one in moments if one is not None)


def _latest(moments: list[datetime | None]) -> datetime | None:
    return None if None in moments else max(one for one in moments if one is not None)


def covered(request: AssistanceRequest, needed: Needed) -> float:
    """How far the request asks for what is needed: 0, a half if the period does not reach, 1."""
    mine = [one for one in request.measures if one.what == needed.what]
    if not mine:
        return 0.0
    if not needed.category and not needed.identifiers:
        return 1.0
    lines = [line for one in mine for line in one.data if carries(needed, line)]
    if not lines:
        return 0.0
    if needed.category == "subscriber" or needed.since is None or needed.until is None:
        return 1.0
    return 1.0 if any(reaches(line, needed) for line in lines) else 0.5


def reaches(line: DataSpecification, needed: Needed) -> bool:
    assert needed.since is not None and needed.until is not None
    early = line.since is not None and line.since <= needed.since
    return early and line.until is not None and line.until >= needed.until


def beyond(request: AssistanceRequest, needed: Sequence[Needed]) -> tuple[list[str], list[str]]:
    """What the request asks for beyond the need: measures and lines, and periods that are too wide."""
    excess, wide = [], []
    for measure in request.measures:
        mine = [one for one in needed if one.what == measure.what]
        if not mine:
            name = _(tables.measure(measure.what).name) if measure.what else measure.id
            excess.append(name)
            continue
        for line in measure.data:
            fitting = [one for one in mine if carries(one, line)]
            said = _("{category} data of {identifier}").format(
                category=line.category or "?", identifier=line.identifier or "?"
            )
            if not fitting:
                excess.append(said)
            elif line.category != "subscriber" and all(too_wide(line, one) for one in fitting):
                wide.append(said)
    return excess, wide


def too_wide(line: DataSpecification, needed: Needed) -> bool:
    early = needed.since is not None and (line.since is None or line.since < needed.since - needed.slack)
    late = needed.until is not None and (line.until is None or line.until > needed.until + needed.slack)
    return early or late


def in_words(needed: Needed) -> str:
    name = _(tables.measure(needed.what).name)
    if not needed.category:
        return name
    return _("{category} data of {identifier}").format(
        category=needed.category, identifier=needed.identifiers[0] if needed.identifiers else name
    )
