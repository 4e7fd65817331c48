"""Is this the Convention, whole and in English? If not, what is it?

Articles decide, not names: the Convention names other treaties, and other texts name the Convention. A text
is accepted when its articles carry the titles that this Convention's articles have, up to article 68.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from hanoikit.convention import reference
from hanoikit.convention.library import articles
from hanoikit.convention.official.parsing import TextOfArticle, squeezed
from hanoikit.errors import TextRefused
from hanoikit.i18n import _

_SAME_TREATY = 0.6  # share of the articles found whose titles fit ours
_MOST_ARTICLES = 60  # fewer than these is not a copy with gaps, but a part of one

_OTHER_TREATIES = (
    (r"second additional protocol to the convention on cyber", "Second Additional Protocol to Budapest"),
    (r"convention on cybercrime|ets no\.? ?185", "Convention on Cybercrime (Budapest)"),
    (r"convention against corruption", "United Nations Convention against Corruption"),
    (
        r"transnational organized crime",
        "United Nations Convention against Transnational Organized Crime",
    ),
)
_OTHER_LANGUAGES = (
    (r"(?:^|\n)\s*المادة", "Arabic"),
    (r"(?:^|\n)\s*Статья\s+\d", "Russian"),
    (r"第[一二三四五六七八九十\d]+条", "Chinese"),
    (r"(?:^|\n)\s*Artículo\s+\d", "Spanish"),
    (r"(?:^|\n)\s*Article premier|\bÉtats? Parties?\b", "French"),
    (r"(?:^|\n)\s*Điều\s+\d", "Vietnamese"),
)


def title_fits(ours: str, theirs: str) -> bool:
    """Whether two titles are the same but for spelling, spacing and small words."""
    a, b = squeezed(ours), squeezed(theirs)
    return a == b or SequenceMatcher(None, a, b, autojunk=False).ratio() > 0.8


def recognise(lines: Sequence[str], found: Mapping[int, TextOfArticle], *, where: str) -> None:
    """Return when ``found`` is a copy of the Convention; raise ``TextRefused`` with the reason otherwise."""
    text = "\n".join(lines)
    if not found:
        _refuse_language(text, where)
        raise TextRefused(
            _("No articles were found in the file."),
            where=where,
            next_step=_("Choose the full text of the Convention, with a line “Article 1” and so on."),
        )
    ours = articles()
    known = [n for n in found if 1 <= n <= reference.LAST_ARTICLE]
    fitting = [n for n in known if title_fits(ours[n - 1].title, found[n].title)]
    if len(fitting) < _SAME_TREATY * len(found):
        _refuse_language(text, where)
        _refuse_draft(found, fitting, where)
        _refuse_treaty(text, where)
    _refuse_truncated(found, where)


def _refuse_language(text: str, where: str) -> None:
    for pattern, language in _OTHER_LANGUAGES:
        if len(re.findall(pattern, text)) >= 3:
            raise TextRefused(
                _("The text seems to be in {language}.").format(language=_(language)),
                where=where,
                next_step=_("The kit reads the English text; import that one."),
            )


def _refuse_draft(found: Mapping[int, TextOfArticle], fitting: Sequence[int], where: str) -> None:
    """Our titles at other numbers: a negotiating draft."""
    titles = {squeezed(a.title) for a in articles()}
    shifted = [n for n, a in found.items() if n not in fitting and squeezed(a.title) in titles]
    if len(shifted) + len(fitting) >= _SAME_TREATY * len(found):
        raise TextRefused(
            _("This looks like a draft of the Convention: titles stand at other article numbers."),
            where=where,
            next_step=_("Import the text that the General Assembly adopted on 24 December 2024."),
        )


def _refuse_treaty(text: str, where: str) -> None:
    beginning = " ".join(text.lower().split())[:6000]
    first = [
        (match.start(), name) for pattern, name in _OTHER_TREATIES if (match := re.search(pattern, beginning))
    ]
    what = (
        _("This is another treaty: {name}.").format(name=min(first)[1])
        if first
        else _("This is another text: its articles do not have the Convention's titles.")
    )
    raise TextRefused(
        what,
        where=where,
        next_step=_("Import the annex to General Assembly resolution 79/243."),
    )


def _refuse_truncated(found: Mapping[int, TextOfArticle], where: str) -> None:
    last = max(n for n in found if n <= reference.LAST_ARTICLE)
    if last < reference.LAST_ARTICLE or not found[last].length:
        raise TextRefused(
            _("The text ends in article {last}; the Convention has {all}.").format(
                last=last, all=reference.LAST_ARTICLE
            ),
            where=where,
            next_step=_("The file is cut off. Download it once more."),
        )
    if len(found) < _MOST_ARTICLES:
        raise TextRefused(
            _("Only {count} of {all} articles were found.").format(
                count=len(found), all=reference.LAST_ARTICLE
            ),
            where=where,
            next_step=_("Import the full text, not a selection."),
        )
