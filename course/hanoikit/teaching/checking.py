"""What must hold of the finished folder: no dead link, nothing that only eyes can use, no key where it must not be.

>>> check(Path("dist/docs"), secrets={"a sentence of a rubric"})
[]

Links to other sites are listed by :func:`outside` and never fetched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hanoikit.errors import Finding
from hanoikit.teaching.keys import normal

OPEN = "participants"
"""The folder that is handed out: nothing in it may hold a key, nor lead to one."""


@dataclass(slots=True)
class Page:
    """What the checks need of one HTML file."""

    ids: Counter[str] = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    findings: list[tuple[str, str]] = field(default_factory=list)
    lang: str = ""
    title: str = ""


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.heads: list[int] = []
        self.inside: list[str] = []
        self.headings: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: Mapping[str, str | None] = dict(attrs)
        page = self.page
        if given.get("id"):
            page.ids[str(given["id"])] += 1
        for name in ("href", "src"):
            if given.get(name):
                page.links.append(str(given[name]))
        if tag == "html":
            page.lang = given.get("lang") or ""
        if tag == "img" and not (given.get("alt") or "").strip():
            page.findings.append(("no-alt", f"the picture {given.get('src')} has no words beside it."))
        if tag == "table":
            self.heads.append(0)
        if tag == "th" and self.heads:
            self.heads[-1] += 1
            if given.get("scope") not in {"row", "col"}:
                page.findings.append(("no-scope", "a header cell does not say what it is the header of."))
        if tag in {"title", "script", "style"}:
            self.inside.append(tag)
        if tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self.heads and not self.heads.pop():
            self.page.findings.append(("no-heads", "a table has no header cells."))
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if "title" in self.inside:
            self.page.title += data
        elif not self.inside:
            self.page.words.append(data)


def read(text: str) -> Page:
    """One page, parsed."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    page = parser.page
    jumps = [
        (before, after)
        for before, after in zip(parser.headings, parser.headings[1:], strict=False)
        if after > before + 1
    ]
    page.findings += [
        ("heading-rank", f"a heading of rank {after} follows one of {before}.") for before, after in jumps
    ]
    if not page.lang:
        page.findings.append(("no-language", "the page does not say its language."))
    if not page.title.strip():
        page.findings.append(("no-title", "the page has no title."))
    return page


def check(root: Path, *, secrets: Iterable[str]) -> list[Finding]:
    """Everything that is wrong with the folder, page by page in the order of their names."""
    pages = {path: read(path.read_text(encoding="utf-8")) for path in sorted(root.rglob("*.html"))}
    kept = tuple(secrets)
    findings = []
    for path, page in pages.items():
        label = path.relative_to(root).as_posix()
        findings += [Finding(code, message, label) for code, message in page.findings]
        doubled = [name for name, count in page.ids.items() if count > 1]
        findings += [Finding("double-id", f"two places have the name {name}.", label) for name in doubled]
        findings += [Finding("dead-link", message, label) for message in _dead(path, page, pages, root)]
        if OPEN in path.relative_to(root).parts[:-1]:
            findings += [Finding("key", found, label) for found in leaks(" ".join(page.words), kept)]
            closed = [link for link in page.links if "instructor/" in link]
            findings += [
                Finding("key", f"leads to {link}, which is the instructor's.", label) for link in closed
            ]
    return findings


def leaks(text: str, secrets: Iterable[str]) -> list[str]:
    """The sentences of ``secrets`` that stand in a text."""
    shown = normal(text)
    return [f"holds a sentence of a key: {secret[:60]} ..." for secret in secrets if secret in shown]


def _dead(path: Path, page: Page, pages: Mapping[Path, Page], root: Path) -> Iterator[str]:
    for link in dict.fromkeys(page.links):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
        if not target.is_relative_to(root.resolve()):
            yield f"{link} leads out of the folder."
        elif not target.is_file():
            yield f"{link} leads to nothing."
        elif parts.fragment and target.suffix == ".html":
            there = next((one for known, one in pages.items() if known.resolve() == target), None)
            if there is not None and unquote(parts.fragment) not in there.ids:
                yield f"{link} names a place that the page does not have."


def outside(root: Path) -> dict[str, list[str]]:
    """Every address of another site, with the pages that name it."""
    found: dict[str, list[str]] = {}
    for path in sorted(root.rglob("*.html")):
        for link in read(path.read_text(encoding="utf-8")).links:
            if urlsplit(link).scheme in {"http", "https", "mailto"}:
                pages = found.setdefault(link, [])
                label = path.relative_to(root).as_posix()
                if label not in pages:
                    pages.append(label)
    return dict(sorted(found.items()))
