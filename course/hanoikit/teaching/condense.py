"""What of a paragraph stands on a slide: whole sentences of the author, never half of one.

>>> point(inlines("**Keep it whole.** A person keeps the data."))
[{'t': 'strong', 'c': ['Keep it whole.']}, ' A person keeps the data.']

The rules, in order. A paragraph that begins with words in bold stands there with these words, and with its first
sentence where that is short; if it is long, with the citations of the paragraph. Else its first sentence that is short
and can be understood alone. Else nothing: the text is in the speaker's notes, where all of it is anyway. Nothing is cut
inside a sentence, because half a rule of law is a wrong rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hanoikit.teaching.markup import Inline, Node, inner, plain, words

SHORT = 20
"""Words that a sentence on a slide has at most."""

_END = re.compile(r"(?<=[.?!])[\"”’)]*\s+(?=[\"“(A-Z0-9])")
_ENDED = re.compile(r"[.?!][\"”’)]*\s*$")
_LEANS = re.compile(
    r"^(And|Both|But|Each|He|Here|It|Its|One|Or|She|So|Such|That|Their|Then|There|These|They|This|Those|You)\b"
)


def sentences(content: Sequence[Inline]) -> list[list[Inline]]:
    """Inline content, cut where sentences end outside of bold or slanted words."""
    found: list[list[Inline]] = [[]]
    for item in content:
        if not isinstance(item, str):
            found[-1].append(item)
            if item["t"] in {"strong", "em"} and _ENDED.search(plain(item["c"])):
                found.append([])
            continue
        pieces: list[str] = []
        start = 0
        for match in _END.finditer(item):
            pieces.append(item[start : match.end()].rstrip())
            start = match.end()
        pieces.append(item[start:])
        for number, piece in enumerate(pieces):
            if number:
                found.append([])
            if piece.strip() or (piece and found[-1]):
                found[-1].append(piece)
        if _ENDED.search(pieces[-1]) and pieces[-1][-1:].isspace():
            found.append([])
    return [trimmed for sentence in found if (trimmed := _trim(sentence))]


def _trim(sentence: list[Inline]) -> list[Inline]:
    made = list(sentence)
    if made and isinstance(made[0], str):
        made[0] = made[0].lstrip()
    if made and isinstance(made[-1], str):
        made[-1] = made[-1].rstrip()
    return [item for item in made if item != ""]


def point(content: Sequence[Inline], *, keep: bool = False, short: int = SHORT) -> list[Inline]:
    """What stands on the slide of a paragraph or of an item; empty when nothing does.

    ``keep``: the first sentence stands there even when it is long, because an item that is missing in a list, or the
    only sentence of a part, would be missed.
    """
    told = sentences(content)
    if not told:
        return []
    first, *rest = told
    lead = first[0]
    if len(first) == 1 and isinstance(lead, dict) and lead["t"] == "strong" and rest:
        if words(rest[0]) <= short:
            return _join([first, *_more(rest, short)])
        return [*first, *(_spaced(_cites(content)))] if words(first) > 2 else _join([first, rest[0]])
    if words(first) <= short:
        return _join(_more(told, short))
    for sentence in rest:
        if words(sentence) <= short and not _LEANS.match(plain(sentence)):
            return [*first] if keep else sentence
    return first if keep else []


def opening(content: Sequence[Inline], count: int) -> list[Inline]:
    """The first ``count`` sentences, for a slide that has room for more than :func:`point` gives."""
    return _join(sentences(content)[:count])


def _more(told: list[list[Inline]], short: int) -> list[list[Inline]]:
    """The first sentence, and those after it as long as all of them together stay short."""
    taken = told[:1]
    for sentence in told[1:]:
        if sum(map(words, taken)) + words(sentence) > short:
            break
        taken.append(sentence)
    return taken


def _join(told: list[list[Inline]]) -> list[Inline]:
    made: list[Inline] = []
    for sentence in told:
        made += [" ", *sentence] if made else sentence
    return made


def _cites(content: Sequence[Inline]) -> list[str]:
    return list(dict.fromkeys(ref for node in inner(content) if node["t"] == "cite" for ref in node["refs"]))


def _spaced(refs: list[str]) -> list[Inline]:
    cite: Node = {"t": "cite", "refs": refs[:3]}
    return [" (", cite, ")"] if refs else []
