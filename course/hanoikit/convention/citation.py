"""Citing the Convention: a link, the summary on hover, and the summary in text for screen readers.

>>> from hanoikit.convention import cite, expand_roles
>>> str(cite("41(3)(e)"))
'art. 41(3)(e)'
>>> str(cite("25(2), 42(8)"))
'arts 25(2), 42(8)'
>>> expand_roles("Keep it for 60 days ({art}`42(8)`).").startswith("Keep it for 60 days ([art. 42(8)](")
True

Links lead to the workspace's reference page. JupyterLab names a heading's anchor after its text with hyphens
for spaces, so article 41 is always ``#Article-41``. ``base`` says where the page lies as seen from the
reader; ``base=""`` makes no link, for pages that travel alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from hanoikit.convention import reference
from hanoikit.convention.library import provision
from hanoikit.convention.model import Provision
from hanoikit.errors import Finding, UnknownProvision
from hanoikit.i18n import _

REFERENCE_PAGE = "../reference/convention.md"

# Shown to screen readers only. No style sheet and no `position`: JupyterLab takes both away from outputs that
# are not trusted, and the text must stay out of sight there too.
_HIDDEN = "display:inline-block;width:1px;height:1px;overflow:hidden;white-space:nowrap;vertical-align:bottom"


@dataclass(frozen=True, slots=True)
class Citation:
    """One or several provisions, cited. ``str()``, :meth:`html` and :meth:`markdown` are its three forms."""

    provisions: tuple[Provision, ...]
    base: str = REFERENCE_PAGE

    @property
    def refs(self) -> tuple[str, ...]:
        return tuple(p.ref for p in self.provisions)

    @property
    def summary(self) -> str:
        """The summaries, each after its reference where there are several."""
        if len(self.provisions) == 1:
            return _(self.provisions[0].summary)
        return " ".join(f"{p.ref}: {_(p.summary)}" for p in self.provisions)

    def __str__(self) -> str:
        return f"{self._prefix} {', '.join(self.refs)}"

    @property
    def _prefix(self) -> str:
        return _("art.") if len(self.provisions) == 1 else _("arts")

    def _texts(self) -> list[str]:
        """The visible text of each link: the word for article stands inside it when there is only one."""
        return [str(self)] if len(self.provisions) == 1 else list(self.refs)

    def html(self, *, base: str | None = None) -> str:
        """A link for each provision, its summary as tooltip and as text that only screen readers meet."""
        base = self.base if base is None else base
        links = []
        for p, text in zip(self.provisions, self._texts(), strict=True):
            summary = escape(_(p.summary), quote=True)
            visible = f'<span title="{summary}">{escape(text)}</span>'
            if base:
                href = escape(f"{base}#{p.anchor}", quote=True)
                visible = f'<a href="{href}" title="{summary}">{escape(text)}</a>'
            links.append(f'{visible}<span style="{_HIDDEN}"> ({summary})</span>')
        lead = "" if len(self.provisions) == 1 else f"{escape(self._prefix)} "
        return f'<span class="hk-cite">{lead}{", ".join(links)}</span>'

    def markdown(self, *, base: str | None = None) -> str:
        """Links for a Markdown cell; the summary is the link's title, which browsers show and screen readers
        tell.
        """
        base = self.base if base is None else base
        if not base:
            return str(self)
        links = []
        for p, text in zip(self.provisions, self._texts(), strict=True):
            title = _(p.summary).replace("\\", "\\\\").replace('"', "&quot;").replace("|", "/")
            links.append(f'[{text}]({base}#{p.anchor} "{title}")')
        lead = "" if len(self.provisions) == 1 else f"{self._prefix} "
        return lead + ", ".join(links)

    def _repr_html_(self) -> str:
        return self.html()

    def _repr_markdown_(self) -> str:
        return self.markdown()


def cite(refs: str | int, *, base: str = REFERENCE_PAGE) -> Citation:
    """A citation of ``"41(3)(e)"`` or of several, ``"25(2), 42(8)"``; ``UnknownProvision`` if one does not
    exist.
    """
    return Citation(tuple(provision(ref) for ref in reference.parse_many(str(refs))), base)


_ROLE = re.compile(r"\{art\}`([^`\n]*)`")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})\s*(\{[\w-]+\})?")


@dataclass(frozen=True, slots=True)
class Role:
    """One ``{art}`...``` of a text source, with the line (from 1) that it stands on."""

    text: str
    line: int
    start: int
    end: int


def roles(markdown_text: str) -> list[Role]:
    """Every ``{art}`` role outside code, in order; code cells and code blocks are left alone."""
    found: list[Role] = []
    fences: list[str] = []
    position = 0
    for number, line in enumerate(markdown_text.splitlines(keepends=True), start=1):
        fence = _FENCE.match(line)
        in_code = bool(fences) and fences[-1].endswith("!")
        if fence and fences and not fence[2] and fence[1].startswith(fences[-1].rstrip("!")):
            fences.pop()
        elif fence and not in_code:
            # A directive such as {note} holds prose; a plain fence or a code cell holds code.
            is_prose = fence[2] and fence[2] not in ("{code-cell}", "{code}", "{raw-cell}")
            fences.append(fence[1] + ("" if is_prose else "!"))
        elif not in_code:
            found += [
                Role(match[1], number, position + match.start(), position + match.end())
                for match in _ROLE.finditer(line)
                if not _inside_code_span(line, match.start())
            ]
        position += len(line)
    return found


def _inside_code_span(line: str, start: int) -> bool:
    """Whether an unclosed run of backticks opens before ``start``, as in ``` ``{art}`41` `` ```."""
    opened = ""
    for run in re.finditer(r"`+", _ROLE.sub(lambda m: m[0].replace("`", " "), line[:start])):
        if not opened:
            opened = run[0]
        elif run[0] == opened:
            opened = ""
    return len(opened) > 1


def expand_roles(markdown_text: str, *, base: str = REFERENCE_PAGE, source: str = "") -> str:
    """The text with every ``{art}`41(3)(e)``` turned into a Markdown citation.

    Raises ``UnknownProvision`` once for the whole text: its findings list every unknown one with its line,
    and ``where`` names the first (``"lesson.md, line 12"`` when ``source`` is given).
    """
    pieces: list[str] = []
    findings: list[Finding] = []
    first: UnknownProvision | None = None
    done = 0
    for role in roles(markdown_text):
        try:
            citation = cite(role.text, base=base).markdown()
        except UnknownProvision as error:
            first = first or error
            place = _("line {line}").format(line=role.line)
            findings.append(Finding("unknown-provision", str(error), where=place))
            continue
        pieces += [markdown_text[done : role.start], citation]
        done = role.end
    if first:
        where = ", ".join(filter(None, (source, findings[0].where)))
        raise UnknownProvision(first.what, where=where, next_step=first.next_step, findings=findings)
    return "".join([*pieces, markdown_text[done:]])
