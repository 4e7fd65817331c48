"""Whose hand-in it is, and on which assignment, as far as names of files and folders tell.

>>> people = People(klass.roster)
>>> people.named("Ana Kovač m04.ipynb")
('t03',)
>>> people.owner(PurePosixPath("stick/t03/m04/m04-evidence-chain.ipynb")).trainee
't03'

An id counts most, then an email address, the whole name in any order and writing, at last a family name that only one
person has. Nothing is guessed when two people fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from hanoikit.classroom.collecting_finding import clean
from hanoikit.classroom.roster import Roster, Trainee, fold

_SEALED = re.compile(
    r"(?P<assignment>.+?)--(?P<trainee>[a-z0-9._-]+?)--(?P<code>[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})"
)
_EXCHANGE = re.compile(
    r"(?P<trainee>.+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d \d\d.\d\d.\d\d.*?)(\+[^+]*)?"
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose it is by its names: an id, or nobody; ``candidates`` when several fit or the names disagree."""

    trainee: str = ""
    candidates: tuple[str, ...] = ()
    by_family_name: bool = False


@dataclass(frozen=True, slots=True)
class SealedName:
    """What the file name of a bundle says. ``trainee`` is empty for one without an id."""

    assignment: str
    trainee: str
    code: str


class People:
    """The roster, made ready for finding its people in names of files."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.ids = frozenset(roster.ids)
        self._ids = {
            trainee.id: re.compile(rf"(?<![^\W_]){re.escape(fold(trainee.id))}(?![^\W_])")
            for trainee in roster
        }
        self._names = [(trainee.id, *_words_of(trainee)) for trainee in roster]
        families: dict[str, list[str]] = {}
        for trainee in roster:
            if len(family := "".join(_words(trainee.family_name))) >= 3:
                families.setdefault(family, []).append(trainee.id)
        self._families = {family: ids[0] for family, ids in families.items() if len(ids) == 1}
        self._emails = {fold(t.email): t.id for t in roster if "@" in t.email}

    def named(self, text: str) -> tuple[str, ...]:
        """The ids of everybody whom a name of a file or folder means."""
        return self._named(text)[0]

    def _named(self, text: str) -> tuple[tuple[str, ...], bool]:
        plain = fold(clean(text))
        if found := [id for id, pattern in self._ids.items() if pattern.search(plain)]:
            longest = max(len(id) for id in found)
            # "t1" and "t1.b" are both in "t1.b m01": the longer one is meant.
            return tuple(id for id in found if len(id) == longest), False
        if found := [id for email, id in self._emails.items() if email in plain]:
            return tuple(found), False
        words = set(_words(plain))
        found = [
            id
            for id, parts, joined in self._names
            if parts and (parts <= words or any(one in words for one in joined))
        ]
        if found:
            return tuple(found), False
        found = [id for family, id in self._families.items() if family in words]
        return tuple(found), True

    def owner(self, path: PurePosixPath) -> Owner:
        """Whose file this is: the nearest part of its path that names somebody, unless another part disagrees."""
        found = Owner()
        for part in reversed(path.parts):
            exchange = _EXCHANGE.fullmatch(part)
            ids, family = ((exchange["trainee"],), False) if exchange else self._named(part)
            if not ids:
                continue
            if len(ids) > 1:
                return found if found.trainee in ids else Owner(candidates=ids)
            if not found.trainee:
                found = Owner(ids[0], by_family_name=family)
            elif found.trainee != ids[0] and not family:
                return Owner(candidates=(found.trainee, ids[0]))
        return found

    def with_name(self, name: str) -> tuple[str, ...]:
        """The ids of everybody with this whole name."""
        words = set(_words(name))
        return tuple(
            id for id, parts, joined in self._names if parts == words or "".join(_words(name)) in joined
        )


def sealed_name(name: str) -> SealedName | None:
    """What the file name of a bundle says; ``None`` for another name."""
    match = _SEALED.match(clean(name))
    if match is None:
        return None
    trainee = "" if match["trainee"] == "no-id" else match["trainee"]
    return SealedName(match["assignment"], trainee, match["code"])


def assignment_named(path: PurePosixPath, names: Iterable[str]) -> str:
    """The assignment that a path names, by its whole name or its module (``m04``); empty when none or several."""
    known = list(names)
    for part in reversed(path.parts):
        if exchange := _EXCHANGE.fullmatch(part):
            part = exchange["assignment"]
        plain = fold(clean(part))
        found = [name for name in known if fold(name) in plain]
        found = found or [name for name in known if _module_in(plain, name.partition("-")[0])]
        if len(found) == 1:
            return found[0]
    return ""


def _module_in(text: str, module: str) -> bool:
    return bool(module) and re.search(rf"(?<![^\W_]){re.escape(fold(module))}(?![^\W_])", text) is not None


def _words(text: str) -> Sequence[str]:
    return re.findall(r"[^\W\d_]+", fold(text))


def _words_of(trainee: Trainee) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a name, and the ways to write it in one word."""
    family, given = _words(trainee.family_name), _words(trainee.given_name)
    words = [*given, *family] or list(_words(trainee.name))
    joined = {"".join([*given, *family]), "".join([*family, *given]), "".join(_words(trainee.name))}
    if not (trainee.family_name and trainee.given_name) and len(words) < 2 and len("".join(words)) < 3:
        return frozenset(), frozenset()
    return frozenset(words), frozenset(one for one in joined if len(one) > 1)
