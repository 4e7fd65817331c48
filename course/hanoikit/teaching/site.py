"""One folder with all teaching material: what participants get, what only instructors get, and a page that links it.

>>> built = build(Sources.installed(), Path("dist/docs"), now=datetime.now(timezone.utc))
>>> built.findings
[]

``participants/`` can be handed out as it is. ``instructor/`` holds keys (the marking guide) and the answers of the
self-checks (the slides), and says so. The folder needs no server and no network.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from hanoikit import resources
from hanoikit.build import read as read_source
from hanoikit.errors import BuildError, Finding
from hanoikit.i18n import _
from hanoikit.teaching import (
    agenda,
    checking,
    deck,
    execution,
    glossary,
    guide,
    keys,
    page,
    paper,
    slides,
    tables,
)
from hanoikit.teaching.handbook import handbook
from hanoikit.teaching.lesson import of
from hanoikit.teaching.markup import Node, blocks

RECORD = "record.json"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where everything is read from."""

    lessons: tuple[Path, ...]
    assignments: tuple[Path, ...]
    guide: Path
    program: Path
    pictures: Mapping[str, slides.Picture] = field(default_factory=dict)

    @classmethod
    def installed(cls) -> Sources:
        """The course that is installed here, or that of the checkout."""
        solutions = resources.solutions()
        return cls(
            lessons=tuple(sorted(resources.lessons().glob("m[0-9][0-9]-*.md"))),
            assignments=tuple(sorted(p for p in solutions.glob("*/*.md") if p.stem == p.parent.name)),
            guide=resources.guide(),
            program=resources.assets() / "slides" / "reveal",
            pictures=pictures(resources.assets() / "slides"),
        )


@dataclass(frozen=True, slots=True)
class Built:
    """What was made: the files, what is wrong with them, and the addresses outside that they name."""

    root: Path
    files: tuple[Path, ...]
    findings: tuple[Finding, ...]
    outside: Mapping[str, Sequence[str]]


def build(
    sources: Sources,
    to: Path,
    *,
    now: datetime,
    run: bool = True,
    commands: Mapping[str, frozenset[str]] | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> Built:
    """Make everything in the folder ``to``, and check it.

    ``run``: run the notebooks that changed since the last time; without it the status page shows the last record.
    ``commands``: the program's commands with their options, against which the guide is checked. Raises
    :class:`BuildError` when ``to`` holds something else.
    """
    _claim(to)
    made = _Site(sources, to, now)
    for text, step in made.steps():
        tell(text)
        step()
    before = execution.Record.read(to / RECORD)
    record = _executed(before, now, tell) if run else before
    if record is not None:
        record.write(to / RECORD)
    made.status(record)
    made.index(record)
    findings = list(made.findings)
    if commands:
        noted = [guide.in_notes(lesson) for lesson in made.lessons]
        findings += guide.unknown_commands([*made.chapters, *noted], commands)
    tell(_("Checks"))
    findings = [*findings, *checking.check(to, secrets=made.secrets), *_papers(to)]
    findings += [
        Finding("not-run", one.failed, one.name) for one in (record.runs if record else ()) if not one.ok
    ]
    return Built(
        to, tuple(sorted(p for p in to.rglob("*") if p.is_file())), tuple(findings), checking.outside(to)
    )


class _Site:
    """Everything that is read once and written in several places."""

    def __init__(self, sources: Sources, to: Path, now: datetime) -> None:
        self.sources = sources
        self.to = to
        self.now = now
        self.lessons = [of(read_source(path)) for path in sources.lessons]
        self.assignments = [read_source(path) for path in sources.assignments]
        self.secrets = keys.all_secrets([lesson.source for lesson in self.lessons], self.assignments)
        self.findings: list[Finding] = []
        self.chapters: list[paper.Chapter] = []

    def steps(self) -> Iterator[tuple[str, Callable[[], None]]]:
        yield _("Slides"), self.slides
        yield _("Pages"), self.pages
        yield _("Participant handbook"), self.handbook
        yield _("Instructor guide"), self.guide
        yield _("Marking guide"), self.marking

    # -- slides ----------------------------------------------------------------------------------------------------

    def slides(self) -> None:
        folder = self.to / "instructor" / "slides"
        shutil.copytree(self.sources.program, folder / "reveal")
        used: dict[str, Path] = {}
        for lesson in self.lessons:
            cut = slides.deck(lesson, pictures=self.sources.pictures)
            used |= {one.picture.path.name: one.picture.path for one in cut if one.picture is not None}
            html = deck.html(lesson, cut, cites="../../participants/provisions.html")
            _write(folder / f"{lesson.name}.html", html)
        for name, path in used.items():
            (folder / "pictures").mkdir(exist_ok=True)
            shutil.copyfile(path, folder / "pictures" / name)

    # -- for participants ------------------------------------------------------------------------------------------

    def pages(self) -> None:
        writer = page.Writer(cites="provisions.html", resolve=_reference, special=special)
        words = glossary.of(self.lessons)
        self._page("participants/glossary.html", _("Glossary"), [glossary.nodes(words)], writer)
        treaty = page.Writer(resolve=lambda href: href, special=special)
        whole = tables.whole_treaty(self.lessons)
        self._page("participants/provisions.html", _("The Convention, article by article"), whole, treaty)
        coverage = tables.coverage(self.lessons)
        self._page("participants/coverage.html", _("Articles and modules"), coverage, writer)
        self._page(
            "participants/goals.html", _("What you can do afterwards"), tables.goals(self.lessons), writer
        )
        objectives = tables.objectives(self.assignments)
        self._page(
            "instructor/objectives.html",
            _("Objectives and questions"),
            objectives,
            page.Writer(cites="../participants/provisions.html", special=special),
            notice=_("For instructors. The provisions of a question can be a part of its answer."),
        )

    def handbook(self) -> None:
        book = handbook(self.lessons, how_to=guide.chapter(self.sources.guide / "handbook.md", {}).blocks)
        told = " ".join(_texts(paper.data_of(book, self.now)))
        self.findings += [
            Finding("key", found, "handbook.pdf") for found in checking.leaks(told, self.secrets)
        ]
        _write(self.to / "participants" / "handbook.pdf", paper.typeset(book, self.now))
        writer = page.Writer(cites="provisions.html", resolve=_reference, special=special)
        self._page("participants/handbook.html", book.title, _bound(book.chapters), writer, contents=2)

    # -- for instructors -------------------------------------------------------------------------------------------

    def guide(self) -> None:
        self.chapters = guide.read(self.sources.guide, self._inserts())
        title = _("Instructor guide")
        subtitle = _("Running the course on the United Nations Convention against Cybercrime")
        book = paper.Book(title, subtitle, self.chapters)
        _write(self.to / "instructor" / "guide.pdf", paper.typeset(book, self.now))
        writer = page.Writer(cites="../participants/provisions.html", special=special)
        self._page("instructor/guide.html", title, _bound(self.chapters), writer, contents=3)

    def _inserts(self) -> dict[str, list[Node]]:
        """What the guide can ask for by name."""
        assignments = [of(source) for source in self.assignments]
        minutes = agenda.Minutes.of(self.lessons, assignments)
        inserts: dict[str, list[Node]] = {
            "minutes": [tables.minutes(self.lessons, assignments)],
            "self-study": [agenda.self_study(minutes, [lesson.module for lesson in self.lessons])],
            "letters": [tables.letters()],
        }
        for name, plan in agenda.read(self.sources.guide / "agendas.yaml").items():
            nodes = blocks(plan.about)
            for entry in plan.days:
                day = agenda.lay_out(entry, minutes)
                self.findings += agenda.faults(day) if day.whole else []
                nodes += [
                    {"t": "h", "level": 3, "id": f"{name}-{day.title}", "c": [day.title]},
                    agenda.table(day),
                ]
            inserts[name] = nodes
        return inserts

    def marking(self) -> None:
        title = _("Marking guide")
        notice = _(
            "For instructors only. This file holds keys: do not hand it out, and do not show it in the room."
        )
        nodes = page.number_headings(keys.guide(self.assignments))
        about = blocks((self.sources.guide / "marking.md").read_text(encoding="utf-8"))[1:]
        chapters = [
            paper.Chapter(_("How to mark"), "how-to", about),
            paper.Chapter(_("Written answers"), "rubrics", nodes),
        ]
        book = paper.Book(
            title, _("Rubrics and model answers of the written questions"), chapters, notice=notice
        )
        _write(self.to / "instructor" / "marking-guide.pdf", paper.typeset(book, self.now))
        writer = page.Writer(cites="../participants/provisions.html", special=special)
        self._page(
            "instructor/marking-guide.html", title, [*about, *nodes], writer, notice=notice, contents=3
        )

    # -- the pages around ------------------------------------------------------------------------------------------

    def status(self, record: execution.Record | None) -> None:
        self._page(
            "status.html", _("What ran, and when"), execution.page(record), page.Writer(special=special)
        )

    def index(self, record: execution.Record | None) -> None:
        _write(self.to / "index.html", page.frame(_("Teaching material"), self._list(record)))
        handed = page.frame(_("For participants"), _links(_participants(), ""))
        _write(self.to / "participants" / "index.html", handed)

    def _list(self, record: execution.Record | None) -> str:
        decks = [
            (f"instructor/slides/{lesson.name}.html", tables.title(lesson), "") for lesson in self.lessons
        ]
        status = _("The notebooks were not run for this page.")
        if record is not None and record.runs:
            good = sum(one.ok for one in record.runs)
            status = _("{good} of {all} notebooks ran whole.").format(good=good, all=len(record.runs))
        keyboard = _(
            "Arrow keys or space: next slide. S: speaker's view with notes. O: overview. F: full screen. "
            "To print, add {words} to the address and print from the browser."
        )
        parts = [
            _section("for-participants", _("For participants"), _("This folder can be handed out as it is.")),
            _links(_participants(), "participants/"),
            _section(
                "for-instructors",
                _("For instructors"),
                _("This folder stays with you: it holds keys and answers."),
            ),
            _links(_instructors(), "instructor/"),
            f'<h2 id="slides">{escape(_("Slides"))}</h2>',
            f"<p>{escape(keyboard).format(words='<code>?print-pdf</code>')}</p>",
            _links(decks, ""),
            _section("status", _("Status"), status),
            _links(
                [("status.html", _("What ran, and when"), _("every notebook, with versions and seconds"))], ""
            ),
            _section("other-sites", _("Addresses of other sites"), ""),
            _outside(checking.outside(self.to)),
        ]
        return "\n".join(parts)

    def _page(
        self,
        name: str,
        title: str,
        nodes: Sequence[Node],
        writer: page.Writer,
        *,
        notice: str = "",
        contents: int = 0,
    ) -> None:
        nodes = page.number_headings(nodes)
        listed = page.contents_list(nodes, deepest=contents) if contents else ""
        up = "../" * name.count("/")
        inside = name.startswith("participants/")
        back = (
            "index.html" if inside else f"{up}index.html",
            _("For participants") if inside else _("Teaching material"),
        )
        _write(self.to / name, page.frame(title, listed + writer.blocks(nodes), back=back, notice=notice))


def _participants() -> list[tuple[str, str, str]]:
    return [
        (
            "handbook.pdf",
            _("Participant handbook (PDF)"),
            _("to print: all lessons, words, provisions, room for notes"),
        ),
        ("handbook.html", _("Participant handbook (page)"), _("the same text for a screen")),
        ("glossary.html", _("Glossary"), _("the words of the Convention and of the lessons")),
        (
            "provisions.html",
            _("The Convention, article by article"),
            _("in plain words, with how sure each summary is"),
        ),
        ("coverage.html", _("Articles and modules"), _("which module speaks about which article")),
        ("goals.html", _("What you can do afterwards"), _("the objectives of each module")),
    ]


def _instructors() -> list[tuple[str, str, str]]:
    return [
        (
            "guide.html",
            _("Instructor guide (page)"),
            _("agendas, room, exercises, marking, law, privacy, troubles"),
        ),
        ("guide.pdf", _("Instructor guide (PDF)"), _("the same to print")),
        ("marking-guide.html", _("Marking guide (page)"), _("rubrics of the written answers; holds keys")),
        ("marking-guide.pdf", _("Marking guide (PDF)"), _("the same to print; holds keys")),
        ("objectives.html", _("Objectives and questions"), _("which question meets which objective")),
    ]


def _section(anchor: str, title: str, text: str) -> str:
    return f'<h2 id="{anchor}">{escape(title)}</h2>' + (f"<p>{escape(text)}</p>" if text else "")


def _links(links: Iterable[tuple[str, str, str]], base: str) -> str:
    items = "".join(
        f'<li><a href="{escape(base + href)}">{escape(words)}</a>{": " + escape(about) if about else ""}</li>'
        for href, words, about in links
    )
    return f"<ul>{items}</ul>"


def _outside(found: Mapping[str, Sequence[str]]) -> str:
    if not found:
        return f"<p>{escape(_('No page names an address of another site.'))}</p>"
    lead = _("These are named in the material. They were not visited when it was made.")
    items = "".join(
        f"<li><code>{escape(link)}</code> ({escape(', '.join(where))})</li>" for link, where in found.items()
    )
    return f"<p>{escape(lead)}</p><ul>{items}</ul>"


def special(node: Node) -> str:
    """HTML of the blocks that only teaching material has."""
    writer = page.Writer(cites="provisions.html", resolve=_reference, special=special)
    if node["t"] == "terms":
        entries = "".join(
            f'<dt id="{escape(anchor)}">{writer.inline(term)}</dt><dd>{writer.inline(text)}</dd>'
            for (term, text), anchor in zip(node["items"], node["anchors"], strict=True)
        )
        return f"<dl>{entries}</dl>"
    if node["t"] == "box":
        return f"<blockquote>{writer.blocks(node['c'])}</blockquote>"
    return ""


def _reference(href: str) -> str:
    """Where a link of a lesson leads in the participants' folder."""
    if href.endswith("convention.md"):
        return "provisions.html"
    return href if href.startswith(("#", "http")) else ""


def _bound(chapters: Sequence[paper.Chapter]) -> list[Node]:
    """Chapters on one page: each a heading of the second rank, with what is in it one rank lower."""
    nodes: list[Node] = []
    for chapter in chapters:
        nodes.append({"t": "h", "level": 2, "id": chapter.anchor, "c": [chapter.title]})
        nodes += [{**n, "level": min(n["level"] + 1, 5)} if n["t"] == "h" else n for n in chapter.blocks]
    return nodes


def _executed(
    before: execution.Record | None, now: datetime, tell: Callable[[str], None]
) -> execution.Record:
    from hanoikit import workspace

    with tempfile.TemporaryDirectory(prefix="hanoikit-docs-") as folder:
        place = Path(folder) / "course"
        workspace.refresh(place)
        return execution.run(place, clock=lambda: datetime.now(UTC), before=before, tell=tell)


def _papers(to: Path) -> list[Finding]:
    """What a PDF needs so that it can be heard: tags, a language, a title."""
    from pypdf import PdfReader

    findings = []
    for path in sorted(to.rglob("*.pdf")):
        catalogue: Any = PdfReader(path).trailer["/Root"]
        label = path.relative_to(to).as_posix()
        for name, words in (("/StructTreeRoot", "tags"), ("/Lang", "a language"), ("/Outlines", "bookmarks")):
            if name not in catalogue:
                findings.append(Finding("pdf", f"the file has no {words}.", label))
        about = PdfReader(path).metadata
        if about is None or not about.title:
            findings.append(Finding("pdf", "the file has no title.", label))
    return findings


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def pictures(folder: Path) -> dict[str, slides.Picture]:
    """What each lab looks like: its picture, with the sentence in ``labs.yaml`` that says what it shows."""
    import yaml

    told = yaml.safe_load((folder / "labs.yaml").read_text(encoding="utf-8"))
    shots = {lab: folder / "labs" / f"{lab}.png" for lab in told}
    return {lab: slides.Picture(path, told[lab]) for lab, path in shots.items() if path.is_file()}


def _claim(to: Path) -> None:
    """Empty the folder of what an earlier run made; refuse one that holds something else."""
    marker = to / ".hanoikit-docs"
    if to.exists() and not to.is_dir():
        raise BuildError("There is a file of this name.", where=str(to), next_step="Name a folder.")
    if to.is_dir() and any(to.iterdir()) and not marker.is_file():
        raise BuildError(
            "This folder holds other files.", where=str(to), next_step="Name a new or empty folder with --to."
        )
    for name in ("participants", "instructor"):
        shutil.rmtree(to / name, ignore_errors=True)
    to.mkdir(parents=True, exist_ok=True)
    marker.write_text("Made by 'hanoikit docs'. This folder is made anew each time.\n", encoding="utf-8")


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
