"""Case files on the shelf: found by name, varied by a seed, checked before they are used.

>>> case_file("night-shift").fact(11).text
'The request is on thick paper with a blue ribbon.'
>>> case_file("night-shift", seed=7) == case_file("night-shift", seed=7)
True

A seed chooses names, dates and the fact that matters (a *pivot*: facts that are told the other way). Without a seed
the file is as its author wrote it. The same seed always gives the same file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from hanoikit import resources
from hanoikit.errors import DataInvalid, Finding, UsageError
from hanoikit.i18n import _
from hanoikit.safeguards.model import CaseFile, Fact
from hanoikit.safeguards.tables import aspects, gates, load

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def case_files(*, folder: Path | None = None) -> tuple[str, ...]:
    """The names of all case files, sorted."""
    return tuple(sorted(path.stem for path in (folder or _shelf()).glob("*.json")))


def case_file(name: str, *, seed: int | None = None, folder: Path | None = None) -> CaseFile:
    """The case file with this name, varied by ``seed``.

    Raises ``UsageError`` for an unknown name, ``DataInvalid`` for a file that is not in form.
    """
    known = case_files(folder=folder)
    if name not in known:
        raise UsageError(
            _("There is no case file “{name}”.").format(name=name),
            next_step=_("The files are: {names}.").format(names=", ".join(known)),
        )
    path = (folder or _shelf()) / f"{name}.json"
    return made(_read(path), seed=seed)


def made(entry: Mapping[str, Any], *, seed: int | None = None) -> CaseFile:
    """The file of a JSON object, with its variants drawn by ``seed``; ``DataInvalid`` when it is not in form."""
    try:
        variants = entry.get("variants", {})
        words = {
            name: _pick(pool, entry["id"], name, seed) for name, pool in variants.get("words", {}).items()
        }
        dates = {
            name: _pick(pool, entry["id"], name, seed) for name, pool in variants.get("dates", {}).items()
        }
        plain = {key: value for key, value in entry.items() if key not in ("variants", "date")}
        filled = _fill(plain, {**words, **{name: _day(value) for name, value in dates.items()}})
        moment = str(entry["date"])
        filled["date"] = dates[moment.strip("{}")] if moment.startswith("{") else moment
        found = CaseFile.from_dict(filled, seed=seed)
        pivots = variants.get("pivots", [])
        turned = _pick(pivots, entry["id"], "pivot", seed) if pivots else ()
        return found.but(*(found.fact(number).flipped() for number in turned))
    except (KeyError, TypeError, ValueError, UsageError) as error:
        raise DataInvalid(
            _("A case file is not in form: {error}.").format(error=error),
            where=str(entry.get("id", "")) if isinstance(entry, Mapping) else "",
        ) from error


def _shelf() -> Path:
    return resources.assets() / "safeguards" / "files"


@cache
def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataInvalid(_("A case file cannot be read."), where=str(path)) from error


def _pick(pool: Any, name: str, key: str, seed: int | None) -> Any:
    """The entry of the pool for this seed; the first one without a seed."""
    if seed is None:
        return pool[0]
    digest = sha256(f"{name}\0{key}\0{seed}".encode()).digest()
    return pool[int.from_bytes(digest[:8], "big") % len(pool)]


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _fill(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, word in words.items():
            value = value.replace("{" + name + "}", word)
        return value
    if isinstance(value, list):
        return [_fill(one, words) for one in value]
    if isinstance(value, dict):
        return {key: _fill(one, words) for key, one in value.items()}
    return value


def validate(entry: Mapping[str, Any]) -> list[Finding]:
    """Every fault of a case file as JSON, all at once; an empty list means that it can be used."""
    import jsonschema

    schema = load("case-file.schema")
    faults = [
        Finding("schema", error.message[:300], where="/".join(map(str, error.absolute_path)))
        for error in jsonschema.Draft202012Validator(schema).iter_errors(entry)
    ]
    return faults or list(_faults(entry))


def _faults(entry: Mapping[str, Any]) -> Iterator[Finding]:
    file = made(entry)
    for text in _texts(file):
        if "{" in text:
            yield Finding("words", "A word in braces has no variants.", where=text[:60])
    for what, ids in (("facts", file.facts), ("parts", file.parts), ("needs", file.needs)):
        names = [one.id for one in ids]
        if len(set(names)) != len(names):
            yield Finding("twice", f"Two {what} have the same id.", where=what)
    needs = {one.id for one in file.needs}
    for part in file.parts:
        for name in sorted(part.answers - needs):
            yield Finding("need", f"There is no need {name}.", where=f"part {part.id}")
    for fact in file.facts:
        yield from _fact_faults(fact, file, needs)
    for turned in entry.get("variants", {}).get("pivots", []):
        for number in turned:
            if file.fact(number).otherwise is None:
                yield Finding("pivot", "A pivot needs its fact told otherwise.", where=f"fact {number}")
    spoken = {name for fact in file.facts for name in fact.aspects} & set(aspects())
    silent = {gate.id for gate in gates()} - {aspects()[name].gate for name in spoken}
    for name in sorted(silent - {"abuse", "necessity"}):
        yield Finding("silent", "No fact bears on this gate.", where=name, severity="warning")


def _texts(file: CaseFile) -> Iterator[str]:
    yield from (file.title, file.story, file.lesson)
    yield from (need.text for need in file.needs)
    yield from (part.text for part in file.parts)
    yield from (fact.text for fact in file.facts)
    yield from (one.otherwise.text for one in file.facts if one.otherwise)


def _fact_faults(fact: Fact, file: CaseFile, needs: set[str]) -> Iterator[Finding]:
    where = f"fact {fact.id}"
    if fact.says and fact.otherwise is None:
        yield Finding("otherwise", "A fact that says something needs its telling otherwise.", where=where)
    parts = {one.id for one in file.parts}
    for one in (*fact.says, *(fact.otherwise.says if fact.otherwise else ())):
        aspect = aspects().get(one.aspect)
        if aspect is None:
            yield Finding("aspect", f"There is no aspect {one.aspect}.", where=where)
            continue
        allowed = needs if aspect.names_need else set(aspect.values)
        if one.value not in allowed:
            yield Finding(
                "value", f"{one.aspect} is one of {', '.join(sorted(allowed))}, not {one.value}.", where=where
            )
        if one.part and not aspect.of_part:
            yield Finding("part", f"{one.aspect} is not said of a single part.", where=where)
        if one.part and one.part not in parts:
            yield Finding("part", f"There is no part {one.part}.", where=where)
        if aspect.names_need and not one.part:
            yield Finding("part", f"{one.aspect} needs its part.", where=where)
