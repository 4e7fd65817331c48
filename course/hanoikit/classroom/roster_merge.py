"""Bringing a list of people into the roster: who is who, who is new, who has left.

>>> merge(roster, table, on=date(2026, 12, 1)).added
('t31',)

Nobody is taken out and no value is emptied: a list that does not say an email keeps the one that is known.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from hanoikit.classroom.roster import (
    AS_GIVEN,
    COLUMNS,
    STATUS,
    Merged,
    Roster,
    Trainee,
    fold,
    usable,
)
from hanoikit.classroom.roster_files import Row, Table
from hanoikit.errors import Finding
from hanoikit.i18n import _, ngettext


def merge(roster: Roster, table: Table, *, on: date | None, whole: bool | None) -> Merged:
    """See :meth:`Roster.merge`; without a day (``on``) the list is the roster itself, read from its file."""
    return _Merging(roster, table, on).run(whole)


class _Merging:
    def __init__(self, roster: Roster, table: Table, on: date | None) -> None:
        self.on = on
        self.people: dict[str, Trainee] = {trainee.id: trainee for trainee in roster}
        self.before = dict(self.people)
        self.table = table
        self.findings: list[Finding] = list(table.findings)
        self.seen: dict[str, Row] = {}
        self.added: list[str] = []
        self._given = Counter(fold(row.values.get("id", "")) for row in table.rows)

    def run(self, whole: bool | None) -> Merged:
        broken = {f.where for f in self.findings if f.severity == "error"}
        waiting: list[Row] = []
        for row in self.table.rows:
            if row.place in broken:
                continue
            if self._id(row)[0] or self._known(row) is not None:
                self._take(row)
            else:
                # An id that the kit gives must not be one that a later row has already.
                waiting.append(row)
        for row in waiting:
            self._take(row)
        if self.on is None:
            # The roster's own order, whichever rows had an id.
            order = {row.place: number for number, row in enumerate(self.table.rows)}
            place = {id: order[row.place] for id, row in self.seen.items()}
            self.people = dict(sorted(self.people.items(), key=lambda item: place.get(item[0], 0)))
        left = self._leave(whole) if self.on is not None else []
        self._name_sakes()
        returned = [
            id for id, old in self.before.items() if old.left and not self.people[id].left and id in self.seen
        ]
        changed = [
            id
            for id, old in self.before.items()
            if self.people[id] != old and id not in left and id not in returned
        ]
        return Merged(
            Roster(tuple(self.people.values())),
            added=tuple(self.added),
            changed=tuple(changed),
            left=tuple(left),
            returned=tuple(returned),
            findings=tuple(self.findings),
        )

    # one row

    def _id(self, row: Row) -> tuple[str, str]:
        """The id that the row gives, if it can be one, and the words that it gave."""
        given = row.values.get("id", "")
        id = given.lower()
        return (id if usable(id) else "", given)

    def _known(self, row: Row) -> Trainee | None:
        """Whom the row means, among those who are known."""
        id, given = self._id(row)
        if id:
            return self.people.get(id)
        values = row.values
        if given:
            same = [t for t in self.people.values() if t.more.get(AS_GIVEN) == given]
            return same[0] if same else None
        if mail := fold(values.get("email", "")):
            same = [t for t in self.people.values() if fold(t.email) == mail]
            if len(same) == 1 and self._same_name(same[0], values):
                return same[0]
            if same:
                return None
        same = [t for t in self.people.values() if self._same_name(t, values)]
        if mail:
            # Another address is another person, unless there was none before.
            same = [t for t in same if not t.email]
        return same[0] if len(same) == 1 else None

    @staticmethod
    def _same_name(trainee: Trainee, values: Mapping[str, str]) -> bool:
        mine = (trainee.family_name, trainee.given_name, trainee.more.get("name", ""))
        theirs = (values.get("family_name", ""), values.get("given_name", ""), values.get("name", ""))
        if not any(theirs):
            return True
        return tuple(map(_same, mine)) == tuple(map(_same, theirs))

    def _take(self, row: Row) -> None:
        id, given = self._id(row)
        known = self._known(row)
        extra: dict[str, str] = {}
        if known is not None:
            if known.id in self.seen:
                self._duplicate(row, known)
                return
            id = known.id
        elif not id:
            id = self._next()
            if given:
                extra[AS_GIVEN] = given
                self._note(
                    "id-unusable",
                    _(
                        "'{given}' cannot be an id (letters a to z, digits, '.', '-', '_', at most 40); the id "
                        "is {id}."
                    ).format(given=given[:60], id=id),
                    row,
                )
        old = self.people.get(id)
        self.people[id] = self._person(old or Trainee(id), row.values, extra)
        if old is None:
            self.added.append(id)
        self.seen[id] = row

    def _person(self, old: Trainee, values: Mapping[str, str], extra: Mapping[str, str]) -> Trainee:
        said: dict[str, Any] = {name: values[name] for name in COLUMNS[1:] if values.get(name)}
        more = {**old.more, **{name: v for name, v in values.items() if name not in COLUMNS}, **extra}
        if self.on is not None:
            more.pop(STATUS, None)
        return replace(old, **said, more=more)

    def _duplicate(self, row: Row, known: Trainee) -> None:
        first = self.seen[known.id]
        same = self._same_name(known, row.values)
        if same:
            self._note(
                "duplicate",
                _(
                    "{name} is on the list twice ({first} too); the first row counts. If they are two people, give "
                    "each an email or an id of their own in the list and read it again."
                ).format(name=known.name, first=first.place),
                row,
            )
            return
        self._note(
            "same-id",
            _(
                "The id {id} is given to two people: {first} in {place}, and {second}. Only the first is in."
            ).format(
                id=known.id,
                first=known.name,
                place=first.place,
                second=Trainee("?", more={}).name if not row.values else _name_of(row),
            ),
            row,
            "error",
        )

    def _next(self) -> str:
        """The next id of the kit's own, t01 and on."""
        taken = set(self.people) | {row.values.get("id", "").lower() for row in self.table.rows}
        highest = max((int(m[1]) for id in taken if (m := re.fullmatch(r"t(\d{2,6})", id))), default=0)
        return f"t{highest + 1:02d}"

    # the whole list

    def _leave(self, whole: bool | None) -> list[str]:
        present = [t.id for t in self.before.values() if not t.left]
        missing = [id for id in present if id not in self.seen]
        if whole is None:
            whole = len(missing) * 2 <= len(present)
            if missing and not whole:
                self.findings.append(
                    Finding(
                        "part",
                        ngettext(
                            "{count} trainee of the roster is not on this list. It was read as a list of some "
                            "people only; if it is the whole class, add --whole.",
                            "{count} trainees of the roster are not on this list. It was read as a list of some "
                            "people only; if it is the whole class, add --whole.",
                            len(missing),
                        ).format(count=len(missing)),
                        self.table.path.name,
                        severity="note",
                    )
                )
        if not whole:
            return []
        for id in missing:
            trainee = self.people[id]
            self.people[id] = replace(trainee, more={**trainee.more, STATUS: f"left {self.on}"})
        return missing

    def _name_sakes(self) -> None:
        """Two people of one name are two people; a person should look whether they are."""
        if self.on is None:
            return
        names: dict[str, list[str]] = {}
        for trainee in self.people.values():
            names.setdefault(_same(trainee.name), []).append(trainee.id)
        for ids in names.values():
            if len(ids) > 1 and any(id in self.added for id in ids):
                self.findings.append(
                    Finding(
                        "same-name",
                        _(
                            "{name} is the name of {ids}. If they are one person, take out a row by hand."
                        ).format(name=self.people[ids[0]].name, ids=", ".join(ids)),
                        self.seen[ids[-1]].place if ids[-1] in self.seen else "",
                        severity="note",
                    )
                )

    def _note(self, code: str, message: str, row: Row, severity: Any = "warning") -> None:
        self.findings.append(Finding(code, message, row.place, severity=severity))


def _same(name: str) -> str:
    """A name for comparing: accents count (Hoa and Hòa are two names), case and spaces do not."""
    return " ".join(name.casefold().split())


def _name_of(row: Row) -> str:
    said = row.values
    return Trainee(
        said.get("id") or "?",
        said.get("family_name", ""),
        said.get("given_name", ""),
        more={name: value for name, value in said.items() if name == "name"},
    ).name
