"""The Convention's data, loaded once and looked up by reference.

>>> provision("41.3.e").ref
'41(3)(e)'
>>> provision("41(3)(f)")
Traceback (most recent call last):
...
hanoikit.errors.UnknownProvision: The Convention has no provision 41(3)(f). 41(3) has letters a to e.

Each file of ``assets/convention/`` is read at its first use and kept. Nothing is checked against the schema
here: :func:`hanoikit.convention.validation.validate_data` does that for the build and the tests.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from hanoikit import resources
from hanoikit.convention import reference
from hanoikit.convention.model import (
    Article,
    Chapter,
    Clause,
    ContestedPoint,
    Offence,
    OpenPoint,
    Power,
    Provision,
    RefusalGround,
    Source,
    Term,
    Treaty,
)
from hanoikit.errors import DataInvalid, UnknownProvision
from hanoikit.i18n import _


def load(name: str) -> Any:
    """The content of ``assets/convention/<name>.json``; ``DataInvalid`` when it is missing or no JSON."""
    path = resources.assets() / "convention" / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataInvalid(
            _("The Convention's data cannot be read."),
            where=str(path),
            next_step=_("Install the kit again; the file is part of it."),
        ) from error


@cache
def chapters() -> tuple[Chapter, ...]:
    """The nine chapters."""
    return tuple(Chapter(**entry) for entry in load("framework")["chapters"])


@cache
def treaties() -> tuple[Treaty, ...]:
    """The treaties that articles are compared with."""
    return tuple(Treaty(**entry) for entry in load("framework")["treaties"])


@cache
def sources() -> dict[str, Source]:
    """What the verification marks point to, by id (``"S1"``)."""
    return {entry["id"]: Source(**entry) for entry in load("framework")["sources"]}


@cache
def terms() -> tuple[Term, ...]:
    """The terms of article 2, in its order."""
    summaries = {
        p["ref"]: p["summary"] for a in load("articles") if a["number"] == 2 for p in a["provisions"]
    }
    return tuple(
        Term(
            name=entry["name"],
            ref=entry["ref"],
            definition=summaries[entry["ref"]].split(": ", 1)[-1],
            aliases=tuple(entry.get("aliases", ())),
        )
        for entry in load("terms")
    )


@cache
def _term_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (term.name, re.compile("|".join(rf"\b{re.escape(w)}s?\b" for w in (term.name, *term.aliases)), re.I))
        for term in terms()
    )


def _terms_in(text: str) -> tuple[str, ...]:
    return tuple(name for name, pattern in _term_patterns() if pattern.search(text))


def _build(entry: dict[str, Any]) -> Article:
    number, title, chapter = entry["number"], entry["title"], entry["chapter"]
    own_marks, own_parents = tuple(entry["marks"]), tuple(entry.get("parents", ()))
    references = [str(number), *(p["ref"] for p in entry["provisions"])]

    def one(data: dict[str, Any], ref: str) -> Provision:
        return Provision(
            ref=ref,
            article=number,
            title=title,
            chapter=chapter,
            summary=data["summary"],
            marks=tuple(data.get("marks", own_marks)),
            numbering=data.get("numbering", entry.get("numbering", "")),
            parents=tuple(data.get("parents", own_parents)),
            note=data.get("note", ""),
            terms=_terms_in(data["summary"]),
            children=tuple(r for r in references if r != ref and reference.parent(r) == ref),
        )

    return Article(
        number=number,
        title=title,
        chapter=chapter,
        chapter_title=chapters()[chapter - 1].title,
        summary=entry["summary"],
        division=entry["division"],
        marks=own_marks,
        title_marks=tuple(entry["title_marks"]),
        numbering=entry.get("numbering", ""),
        parents=own_parents,
        counterparts={treaty: tuple(numbers) for treaty, numbers in entry["counterparts"].items()},
        in_part=tuple(entry.get("in_part", ())),
        difference=entry.get("difference", ""),
        note=entry.get("note", ""),
        whole=one(entry, str(number)),
        provisions=tuple(one(p, p["ref"]) for p in entry["provisions"]),
    )


@cache
def articles() -> tuple[Article, ...]:
    """All 68 articles in order."""
    return tuple(_build(entry) for entry in load("articles"))


@cache
def _index() -> dict[str, Provision]:
    return {p.ref: p for a in articles() for p in (a.whole, *a.provisions)}


def provisions() -> tuple[Provision, ...]:
    """Every provision that the data know, in the order of the Convention."""
    return tuple(_index().values())


def provision(ref: str | int) -> Provision:
    """The provision ``41(3)(e)`` (also written ``41.3.e``); ``UnknownProvision`` names the nearest one."""
    canonical = reference.parse(str(ref))
    found = _index().get(canonical)
    if found is None:
        raise UnknownProvision(
            _("The Convention has no provision {ref}.").format(ref=canonical)
            if not _might_exist(canonical)
            else _("The kit does not know a provision {ref}.").format(ref=canonical),
            next_step=_nearest(canonical),
        )
    return found


def article(number: int | str) -> Article:
    """The article with this number; ``UnknownProvision`` outside 1 to 68."""
    return articles()[provision(reference.parts(reference.parse(str(number)))[0]).article - 1]


def _might_exist(ref: str) -> bool:
    """Whether the official text may have ``ref`` although the data do not."""
    number, below = reference.parts(ref)
    if not 1 <= number <= reference.LAST_ARTICLE:
        return False
    above = _index().get(reference.join(number, below[:-1]))
    undivided = above is not None and not above.children and len(below) > 1
    return undivided or articles()[number - 1].division in ("partial", "unknown")


def _nearest(ref: str) -> str:
    number, below = reference.parts(ref)
    if not 1 <= number <= reference.LAST_ARTICLE:
        return _("The Convention has articles 1 to {last}.").format(last=reference.LAST_ARTICLE)
    known = reference.join(number, below[:-1])
    while known not in _index():
        known = reference.parent(known) or str(number)
    near = _index()[known]
    if near.children:
        names = [reference.parts(child)[1][-1] for child in near.children]
        holder = known if "(" in known else _("Article {number}").format(number=known)
        kind = _kind(len(reference.parts(near.children[0])[1]), names[0])
        more = (
            ""
            if articles()[number - 1].paragraphs_known
            else " " + _("The rest of its division is not known.")
        )
        return _("{holder} has {kind} {names}.").format(holder=holder, kind=kind, names=_span(names)) + more
    if articles()[number - 1].division == "unknown":
        return _("How article {number} is divided is not known; cite {number}.").format(number=number)
    return _("Cite {ref}; the kit knows no division of it.").format(ref=known)


def _kind(depth: int, name: str) -> str:
    if name.isdigit():
        return _("paragraphs")
    return _("letters") if depth < 3 and name == "a" else _("points")


def _span(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    letters_or_numbers = all(n.isdigit() for n in names) or all(len(n) == 1 for n in names)
    if letters_or_numbers:
        values = [int(n) if n.isdigit() else ord(n) for n in names]
        if values == list(range(values[0], values[0] + len(values))):
            return _("{first} to {last}").format(first=names[0], last=names[-1])
    return ", ".join(names[:-1]) + " " + _("and") + " " + names[-1]


def _clauses(entries: list[dict[str, str]]) -> tuple[Clause, ...]:
    return tuple(Clause(**entry) for entry in entries)


@cache
def offences() -> tuple[Offence, ...]:
    """The offences of articles 7 to 17 with their elements and what a Party may add or leave out."""
    return tuple(
        Offence(
            article=entry["article"],
            name=entry["name"],
            conduct=_clauses(entry["conduct"]),
            object=entry["object"],
            intent=entry["intent"],
            without_right=entry["without_right"],
            optional=_clauses(entry.get("optional", [])),
            exclusions=_clauses(entry.get("exclusions", [])),
            reservations=_clauses(entry.get("reservations", [])),
        )
        for entry in load("offences")
    )


@cache
def powers() -> tuple[Power, ...]:
    """The domestic powers of articles 25 to 31: data reached, addressee, clock, territory."""
    return tuple(
        Power(
            ref=entry["ref"],
            name=entry["name"],
            data=tuple(entry["data"]),
            addressee=entry["addressee"],
            yields=entry["yields"],
            territory=entry["territory"],
            clock=entry["clock"],
            clock_days=entry.get("clock_days"),
            conditions=_clauses(entry.get("conditions", [])),
            confidentiality=entry.get("confidentiality", ""),
        )
        for entry in load("powers")
    )


@cache
def refusal_grounds() -> tuple[RefusalGround, ...]:
    """Grounds for refusing or postponing help, and what is no ground, in the order of the Convention."""
    return tuple(
        RefusalGround(**{**entry, "applies_to": tuple(entry["applies_to"])}) for entry in load("refusals")
    )


@cache
def reservations() -> tuple[Clause, ...]:
    """The reservations that single articles allow; the Convention has no general article on them."""
    return _clauses(load("points")["reservations"])


@cache
def contested_points() -> tuple[ContestedPoint, ...]:
    """Ten points on which informed people disagree, with both sides."""
    return tuple(
        ContestedPoint(
            **{**entry, "provisions": tuple(entry["provisions"]), "sources": tuple(entry["sources"])}
        )
        for entry in load("points")["contested"]
    )


@cache
def open_points() -> tuple[OpenPoint, ...]:
    """What the kit's notes could not settle."""
    return tuple(
        OpenPoint(**{**entry, "provisions": tuple(entry["provisions"])}) for entry in load("points")["open"]
    )
