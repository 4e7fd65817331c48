"""The things that the Convention's data are made of: articles, provisions, offences, powers, refusal grounds.

>>> from hanoikit.convention import provision
>>> point = provision("41(3)(e)")
>>> point.article, point.title, point.confidence
(41, '24/7 network', 'parent text')

All are immutable and hold plain text in English; translate when showing (``_(point.summary)``). Summaries are
the kit's own words and never the authentic text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hanoikit.convention import marks as _marks
from hanoikit.convention.marks import Confidence

Division = Literal["complete", "partial", "single", "unknown"]


@dataclass(frozen=True, slots=True)
class Provision:
    """One article, paragraph, letter or point.

    ``marks`` are the verification marks (see :mod:`hanoikit.convention.marks`), ``numbering`` the mark of the
    number where that is less certain than the substance, ``parents`` the older provisions that it comes from,
    ``terms`` the terms of article 2 that its summary uses, ``children`` the references directly below it.
    """

    ref: str
    article: int
    title: str
    chapter: int
    summary: str
    marks: tuple[str, ...]
    numbering: str = ""
    parents: tuple[str, ...] = ()
    note: str = ""
    terms: tuple[str, ...] = ()
    children: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """The verification marks as one text: ``"P, M-h"``."""
        return ", ".join(self.marks)

    @property
    def sources(self) -> tuple[str, ...]:
        """What the marks rest on: ids of :func:`sources` (``"S1"``) and provisions of older treaties."""
        ids = ["S1" if mark == "V-AR" else mark[2:] for mark in self.marks if mark[0] in "VC"]
        return (*dict.fromkeys(ids), *self.parents)

    @property
    def confidence(self) -> Confidence:
        """``verified``, ``corroborated``, ``parent text`` or ``memory``."""
        return _marks.confidence(self.marks)

    @property
    def anchor(self) -> str:
        """The heading on the reference page that this provision stands under, as JupyterLab names it."""
        return f"Article-{self.article}"


@dataclass(frozen=True, slots=True)
class Article:
    """One of the 68 articles, with everything below it.

    ``division`` says how far its paragraphs are known: ``complete``, ``partial``, ``single`` (one undivided
    text) or ``unknown``. ``counterparts`` maps a treaty's id (``"budapest"``) to articles there.
    """

    number: int
    title: str
    chapter: int
    chapter_title: str
    summary: str
    division: Division
    marks: tuple[str, ...]
    title_marks: tuple[str, ...]
    numbering: str
    parents: tuple[str, ...]
    counterparts: Mapping[str, tuple[str, ...]]
    in_part: tuple[str, ...]
    difference: str
    note: str
    whole: Provision
    provisions: tuple[Provision, ...]

    @property
    def ref(self) -> str:
        return str(self.number)

    @property
    def paragraphs(self) -> tuple[Provision, ...]:
        """The provisions directly below the article: paragraphs, or letters where it has no numbered
        paragraphs.
        """
        return tuple(p for p in self.provisions if p.ref.count("(") == 1)

    @property
    def paragraphs_known(self) -> bool:
        """Whether the data name every paragraph."""
        return self.division in ("complete", "single")

    @property
    def mark(self) -> str:
        return self.whole.mark

    @property
    def sources(self) -> tuple[str, ...]:
        return self.whole.sources

    @property
    def confidence(self) -> Confidence:
        return self.whole.confidence


@dataclass(frozen=True, slots=True)
class Chapter:
    number: int
    roman: str
    title: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Treaty:
    """Another treaty that articles are compared with; ``articles`` is the number of its last article."""

    id: str
    name: str
    short: str
    articles: int


@dataclass(frozen=True, slots=True)
class Source:
    id: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Term:
    """A term that article 2 defines. ``aliases`` are other forms in which it appears in a sentence."""

    name: str
    ref: str
    definition: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement with the provision that carries it."""

    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class Offence:
    """An offence of articles 7 to 17 by its elements.

    ``optional`` are elements that a Party may require in addition, ``exclusions`` conduct that is or may be
    left out, ``reservations`` what a Party may declare.
    """

    article: int
    name: str
    conduct: tuple[Clause, ...]
    object: str
    intent: str
    without_right: bool
    optional: tuple[Clause, ...]
    exclusions: tuple[Clause, ...]
    reservations: tuple[Clause, ...]

    @property
    def ref(self) -> str:
        return str(self.article)


@dataclass(frozen=True, slots=True)
class Power:
    """A domestic power of articles 25 to 31.

    ``data`` names the kinds of data it reaches (``"traffic"``, ``"content"``, ``"subscriber"``, ``"any
    stored"``, ``"property"``), ``clock`` its time limit in words, ``clock_days`` the same in days where the
    text gives days.
    """

    ref: str
    name: str
    data: tuple[str, ...]
    addressee: str
    yields: str
    territory: str
    clock: str
    clock_days: int | None
    conditions: tuple[Clause, ...]
    confidentiality: str


@dataclass(frozen=True, slots=True)
class RefusalGround:
    """A ground on which help may be refused, must not be refused, or may be put off.

    ``effect``: ``may refuse``, ``no duty`` (the State need not help), ``not a ground``, ``may postpone``,
    ``limit`` (refusal only on the grounds it names).
    """

    ref: str
    name: str
    effect: str
    applies_to: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class ContestedPoint:
    """A point on which informed people disagree, with both sides."""

    number: int
    name: str
    concern: str
    concern_by: str
    answer: str
    answer_by: str
    provisions: tuple[str, ...]
    lesson: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """A point that the kit's notes could not settle."""

    number: int
    text: str
    provisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A provision that a search found; a higher ``score`` fits better. ``where``: reference, title, term,
    summary.
    """

    provision: Provision
    score: float
    where: str

    @property
    def ref(self) -> str:
        return self.provision.ref
