"""From lines to articles, paragraphs, letters and points.

>>> text = parse_articles(["Article 8", "Illegal interception", "1. Each State shall:", "(a) First;"])
>>> text[8].title, [p.ref for p in text[8].provisions]
('Illegal interception', ['8(1)', '8(1)(a)'])

The layout is that of United Nations treaties: the number of the article on a line of its own, its title
below, then paragraphs ``1.``, letters ``(a)`` and points ``(i)``. A marker counts only when it continues what
stands before it, so that a number at the start of a wrapped line does not open a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from hanoikit.convention import reference
from hanoikit.convention.library import articles
from hanoikit.convention.official.pages import ARTICLE_HEADING, CHAPTER_HEADING

_LEADERS = re.compile(r"(?:\.\s?){4,}\s*\d*\s*$|\t+\s*\d{1,3}\s*$")
_NUMBER = re.compile(r"^\s*(\d{1,2})\.\s+(?=[A-Z(“\"])")
_LETTER = re.compile(r"^\s*\(([a-z]{1,5})\)\s+")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
_BODY_START = re.compile(
    r"^(?:Each State|States? Part|The |This |A State|For the purpose|Nothing|In |Subject|Where|Any |"
    r"Without|If |No )"
)
# A marker counts only after the end of what stood before; "subparagraphs (a) and / (b)" is no end.
_ENDED = re.compile(r"[.;:,–—-][\"”’)\]]*\s?\d{0,2}\s*(?:and|or|and/or)?\s*$")
_MAX_GAP = 4  # a damaged copy may miss some paragraphs; more than this is no list any more
_MAX_TITLE_LINES = 4


@dataclass(frozen=True, slots=True)
class TextOfProvision:
    """One provision of the user's copy: its reference and its words."""

    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class TextOfArticle:
    """One article of the user's copy. ``opening`` is text before the first paragraph or letter."""

    number: int
    title: str
    opening: str
    provisions: tuple[TextOfProvision, ...]

    @property
    def length(self) -> int:
        return len(self.opening) + sum(len(p.text) for p in self.provisions)

    def text(self, ref: str) -> str | None:
        """The words of a provision with everything below it; ``None`` where the copy has none such."""
        if ref == str(self.number):
            wanted = [TextOfProvision(ref, self.opening), *self.provisions]
        else:
            wanted = [p for p in self.provisions if p.ref == ref or p.ref.startswith(f"{ref}(")]
        if not wanted:
            return None
        return "\n".join(f"{_marker(p.ref)}{p.text}".strip() for p in wanted if p.text or p.ref != ref)


def _marker(ref: str) -> str:
    below = reference.parts(ref)[1]
    if not below:
        return ""
    return f"{below[-1]}. " if below[-1].isdigit() else f"({below[-1]}) "


def parse_articles(lines: Sequence[str]) -> dict[int, TextOfArticle]:
    """Every article found, by number. Where one comes twice (a list of contents), the longer wins."""
    found: dict[int, TextOfArticle] = {}
    for number, title, body in _split(lines):
        article = _article(number, title, body)
        if number not in found or article.length > found[number].length:
            found[number] = article
    return dict(sorted(found.items()))


def _split(lines: Sequence[str]) -> list[tuple[int, str, list[str]]]:
    """The stretches between headings: number, title on the heading's own line, the lines that follow."""
    stretches: list[tuple[int, str, list[str]]] = []
    open_body: list[str] | None = None
    for line in lines:
        if _LEADERS.search(line):
            continue
        heading = ARTICLE_HEADING.match(line)
        if heading:
            open_body = []
            number = int(heading["number"].replace(" ", ""))
            stretches.append((number, (heading["title"] or "").strip(), open_body))
        elif CHAPTER_HEADING.match(line):
            open_body = None
        elif open_body is not None:
            open_body.append(line)
    return stretches


def _article(number: int, title: str, body: list[str]) -> TextOfArticle:
    rest = list(body)
    if not title:
        title, rest = _take_title(number, rest)
    opening, provisions = _provisions(number, rest)
    return TextOfArticle(number, _tidy(title), opening, provisions)


def _take_title(number: int, lines: list[str]) -> tuple[str, list[str]]:
    """The title's lines and what is left. Our own title of the article helps to see where a long one ends."""
    start = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    expected = squeezed(articles()[number - 1].title) if 1 <= number <= reference.LAST_ARTICLE else ""
    title: list[str] = []
    for line in lines[start : start + _MAX_TITLE_LINES]:
        if not line.strip() or _NUMBER.match(line) or _LETTER.match(line):
            break
        if title:
            sofar = squeezed(" ".join(title))
            continues = expected.startswith(squeezed(" ".join([*title, line])))
            if sofar == expected or (_BODY_START.match(line.strip()) and not continues):
                break
            if not continues and not line.strip()[0].islower():
                break
        title.append(line.strip())
    return " ".join(title), lines[start + len(title) :]


def squeezed(text: str) -> str:
    """Letters and digits only, in one case: how titles are compared, whatever the spacing and the quotes."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _without_note_mark(text: str) -> str:
    """The number of a footnote clings to the last full stop once a PDF has lost its raised type."""
    return re.sub(r"(?<=[.;])\d{1,2}$", "", text)


@dataclass(slots=True)
class _Place:
    """Where the reader of an article stands."""

    path: tuple[str, ...] = ()
    pieces: dict[tuple[str, ...], list[str]] = field(default_factory=lambda: {(): []})

    def open(self, path: tuple[str, ...]) -> None:
        self.path = path
        self.pieces.setdefault(path, [])


def _provisions(number: int, lines: list[str]) -> tuple[str, tuple[TextOfProvision, ...]]:
    place = _Place()
    for at, line in enumerate(lines):
        rest = line
        while rest.strip():
            before = place.pieces[place.path]
            ended = not before or _ENDED.search(before[-1])
            step = _marker_at(rest, place.path, lines[at + 1 :]) if ended else None
            if step is None:
                place.pieces[place.path].append(rest.strip())
                break
            place.open(step[0])
            rest = rest[step[1] :]
    texts = {path: _without_note_mark(_tidy(" ".join(pieces))) for path, pieces in place.pieces.items()}
    opening = texts.pop(())
    return opening, tuple(TextOfProvision(reference.join(number, path), text) for path, text in texts.items())


def _marker_at(line: str, path: tuple[str, ...], later: Sequence[str]) -> tuple[tuple[str, ...], int] | None:
    """The path that a marker at the start of the line opens, and the marker's length; ``None`` if there is
    none.
    """
    numbered = _NUMBER.match(line)
    if numbered:
        elder = int(path[0]) if path and path[0].isdigit() else 0
        fits = elder < int(numbered[1]) <= elder + _MAX_GAP and (elder or not path)
        return ((str(int(numbered[1])),), numbered.end()) if fits else None
    lettered = _LETTER.match(line)
    if not lettered:
        return None
    name = lettered[1]
    base = path[:1] if path and path[0].isdigit() else ()
    letter = path[len(base)] if len(path) > len(base) else ""
    point = path[len(base) + 1] if len(path) > len(base) + 1 else ""
    as_letter = len(name) == 1 and 0 < ord(name) - (ord(letter) if letter else 96) <= _MAX_GAP
    elder_point = _ROMAN.index(point) + 1 if point else 0
    as_point = bool(letter) and name in _ROMAN and 0 < _ROMAN.index(name) + 1 - elder_point <= _MAX_GAP
    if as_letter and as_point:
        as_point = _next_is_point(name, later) if name == "i" else bool(point)
        as_letter = not as_point
    if as_point:
        return (*base, letter, name), lettered.end()
    return ((*base, name), lettered.end()) if as_letter else None


def _next_is_point(name: str, later: Sequence[str]) -> bool:
    """Whether ``(i)`` begins a list of points: then ``(ii)`` follows before any other letter."""
    following = (_LETTER.match(line) for line in later)
    return next((match[1] for match in following if match), "") == _ROMAN[_ROMAN.index(name) + 1]
