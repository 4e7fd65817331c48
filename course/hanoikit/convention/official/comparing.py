"""The user's copy against the kit's data: where they differ, one of them needs a look.

A difference does not say who is right. The kit's numbers of articles 16 to 68 are not verified, so a
difference there most likely corrects the kit.
"""

from __future__ import annotations

from collections.abc import Mapping

from hanoikit.convention import reference
from hanoikit.convention.library import articles
from hanoikit.convention.model import Article
from hanoikit.convention.official.parsing import TextOfArticle, squeezed
from hanoikit.errors import Finding
from hanoikit.i18n import _


def compare(found: Mapping[int, TextOfArticle]) -> list[Finding]:
    """Findings in the order of the articles.

    Codes: ``article-missing`` (error), ``article-extra``, ``title-differs``, ``paragraphs-differ``
    (warnings), ``letters-differ`` and ``division-learned`` (notes: the copy divides an article that the kit
    knows as a whole).
    """
    findings: list[Finding] = []
    for ours in articles():
        theirs = found.get(ours.number)
        if theirs is None:
            findings.append(
                _finding("article-missing", ours.number, _("is missing in your copy"), severity="error")
            )
            continue
        if squeezed(theirs.title) != squeezed(ours.title):
            findings.append(
                _finding(
                    "title-differs",
                    ours.number,
                    _("is called “{theirs}” in your copy and “{ours}” in the kit").format(
                        theirs=theirs.title, ours=ours.title
                    ),
                )
            )
        findings += _paragraphs(ours, theirs)
    for number in found:
        if not 1 <= number <= reference.LAST_ARTICLE:
            findings.append(_finding("article-extra", number, _("is in your copy but not in the kit")))
    return findings


def _finding(code: str, number: int, text: str, *, severity: str = "warning") -> Finding:
    return Finding(
        code,
        text,
        where=_("Article {number}").format(number=number),
        provisions=(str(number),),
        severity="error" if severity == "error" else "note" if severity == "note" else "warning",
    )


def _paragraphs(ours: Article, theirs: TextOfArticle) -> list[Finding]:
    here = {p.ref for p in ours.provisions}
    there = {p.ref for p in theirs.provisions}
    top_here = [ref for ref in sorted(here) if ref.count("(") == 1]
    top_there = [ref for ref in sorted(there) if ref.count("(") == 1]
    if ours.division == "unknown":
        if not top_there:
            return []
        text = _("has {count} paragraphs or letters in your copy; the kit knew it only as a whole")
        return [_finding("division-learned", ours.number, text.format(count=len(top_there)), severity="note")]
    if set(top_here) != set(top_there) and not (ours.division == "partial" and here <= there):
        text = _("has {theirs} in your copy and {ours} in the kit")
        return [
            _finding(
                "paragraphs-differ",
                ours.number,
                text.format(theirs=_list(top_there), ours=_list(top_here)),
            )
        ]
    # Only where the kit divides a paragraph at all can a deeper difference mean anything.
    divided = {p.ref for p in ours.provisions if p.children}
    deeper_here = {ref for ref in here if reference.parent(ref) in divided}
    deeper_there = {ref for ref in there if reference.parent(ref) in divided}
    only_there, only_here = sorted(deeper_there - deeper_here), sorted(deeper_here - deeper_there)
    findings = []
    if only_there:
        text = _("has {refs} in your copy, but not in the kit").format(refs=", ".join(only_there))
        findings.append(_finding("letters-differ", ours.number, text, severity="note"))
    if only_here:
        text = _("has {refs} in the kit, but not in your copy").format(refs=", ".join(only_here))
        findings.append(_finding("letters-differ", ours.number, text, severity="note"))
    return findings


def _list(refs: list[str]) -> str:
    """``"6 paragraphs or letters (1, 2, 3, 4, 5, 6)"``, or the word for none."""
    if not refs:
        return _("no paragraphs")
    names = [reference.parts(ref)[1][0] for ref in sorted(refs, key=_order)]
    return _("{count} paragraphs or letters ({names})").format(count=len(refs), names=", ".join(names))


def _order(ref: str) -> tuple[int, str]:
    name = reference.parts(ref)[1][0]
    return (int(name), "") if name.isdigit() else (0, name)
