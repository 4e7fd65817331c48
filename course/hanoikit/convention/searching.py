"""Finding provisions by words or by number.

>>> [hit.ref for hit in search("41.3.e")][:1]
['41(3)(e)']
>>> search("préservation")[0].ref
'25'

Case, accents and word endings do not matter. A provision is a hit when it has every word of the query; a word
in the title of an article counts most, then a defined term, then the summary.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from hanoikit.convention import reference
from hanoikit.convention.library import articles, provision, terms
from hanoikit.convention.model import Hit, Provision
from hanoikit.errors import UnknownProvision

_TITLE, _TERM, _SUMMARY, _NOTE = 10.0, 8.0, 4.0, 1.0
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ied", "ed", "es", "s", "y", "e")
_STOP_WORDS = {"a", "an", "and", "by", "for", "in", "of", "on", "or", "the", "to", "with"}


def plain(text: str) -> str:
    """The text without accents and in one case, for comparing."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _words(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in re.findall(r"\w+(?:/\w+)*", plain(text)))


@cache
def _fields() -> tuple[tuple[Provision, tuple[tuple[str, float, frozenset[str]], ...]], ...]:
    defined = {term.ref: _words(" ".join((term.name, *term.aliases))) for term in terms()}
    rows = []
    for article in articles():
        title = _words(article.title)
        notes = _words(f"{article.note} {article.difference}")
        for p in (article.whole, *article.provisions):
            whole = p is article.whole
            rows.append(
                (
                    p,
                    (
                        ("title", _TITLE if whole else _NOTE, title),
                        ("term", _TERM, defined.get(p.ref, frozenset())),
                        ("summary", _SUMMARY, _words(p.summary)),
                        ("note", _NOTE, notes if whole else _words(p.note)),
                    ),
                )
            )
    return tuple(rows)


def search(query: str, *, limit: int | None = None) -> list[Hit]:
    """Provisions that fit the words or the number in ``query``, best first; empty when nothing fits."""
    by_number = _by_number(query)
    if by_number:
        return by_number[:limit]
    wanted = [_stem(w) for w in re.findall(r"\w+(?:/\w+)*", plain(query)) if w not in _STOP_WORDS]
    hits = [hit for p, fields in _fields() if wanted and (hit := _score(p, fields, wanted))]
    hits.sort(key=lambda hit: -hit.score)  # stable: equal scores stay in the order of the Convention
    return hits[:limit]


def _by_number(query: str) -> list[Hit]:
    try:
        found = provision(reference.parse(query))
    except UnknownProvision:
        return []
    below = [Hit(provision(ref), 50.0, "reference") for ref in found.children]
    return [Hit(found, 100.0, "reference"), *below]


def _score(
    p: Provision, fields: tuple[tuple[str, float, frozenset[str]], ...], wanted: list[str]
) -> Hit | None:
    score, best, where = 0.0, 0.0, ""
    in_own_words = False
    for word in wanted:
        gains = [(weight * fit, name) for name, weight, words in fields if (fit := _fit(word, words))]
        if not gains:
            return None
        gain, name = max(gains)
        score += gain
        in_own_words |= any(name != "title" or p.ref.isdigit() for _weight, name in gains)
        if gain > best:
            best, where = gain, name
    return Hit(p, score, where) if in_own_words else None


def _fit(word: str, words: frozenset[str]) -> float:
    """1 for the word itself, less for a word that begins with it."""
    if word in words:
        return 1.0
    return 0.6 if len(word) >= 4 and any(other.startswith(word) for other in words) else 0.0
