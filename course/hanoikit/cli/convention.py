"""``hanoikit convention``: provisions, search, what the lessons cover, the official text, the dated status.

>>> from hanoikit.cli import run
>>> run(["convention", "show", "41.3.e"])          # doctest: +SKIP
0

All sub-commands work without colour and on a narrow screen; every error is one of :mod:`hanoikit.errors`.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hanoikit.cli import SETTINGS
from hanoikit.i18n import _, ngettext

if TYPE_CHECKING:
    from rich.console import Console

    from hanoikit.convention import Article, Provision
    from hanoikit.convention.official import Import, OfficialCopy
    from hanoikit.convention.status import Installed, StatusTable

app = typer.Typer(
    help="Look up the Convention: show, search, coverage, import, status.\n\n"
    "Example: hanoikit convention show 41.3.e",
    no_args_is_help=True,
    **SETTINGS,
)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, markup=False, soft_wrap=False)


@app.command()
def show(
    provision: Annotated[str, typer.Argument(help="Article, paragraph, letter: 41.3.e or 41(3)(e).")],
) -> None:
    """Show a provision: summary, how sure it is, other treaties, your own copy of the official text.

    Example: hanoikit convention show 41.3.e
    """
    from hanoikit import convention
    from hanoikit.convention import official
    from hanoikit.errors import DataInvalid

    found = convention.provision(provision)
    article = convention.article(found.article)
    try:
        copy = official.imported()
        problem = ""
    except DataInvalid as error:
        copy, problem = None, str(error)
    console = _console()
    _show_head(console, article, found)
    _show_text(console, article, found, copy)
    _show_facts(console, article, found)
    if problem:
        console.print()
        console.print(problem)


def _show_head(console: Console, article: Article, found: Provision) -> None:
    console.print(_("Article {number}: {title}").format(number=article.number, title=_(article.title)))
    console.print(
        _("Chapter {roman}: {title}").format(
            roman=_roman_chapter(article.chapter), title=_(article.chapter_title)
        )
    )
    if found.ref != article.ref:
        console.print(_("In short: {summary}").format(summary=_(article.summary)))


def _roman_chapter(number: int) -> str:
    from hanoikit import convention

    return convention.chapters()[number - 1].roman


def _show_text(console: Console, article: Article, found: Provision, copy: OfficialCopy | None) -> None:
    from rich.table import Table
    from rich.text import Text

    from hanoikit.convention import marks

    below = [p for p in article.provisions if p.ref.startswith(f"{found.ref}(")]
    table = Table(show_lines=True, expand=True)
    table.add_column(_("provision"), no_wrap=True)
    table.add_column(_("summary in plain words"), ratio=1)
    if copy:
        table.add_column(_("your imported copy ({file})").format(file=copy.file), ratio=1)
    for p in (found, *below):
        row: list[Any] = [p.ref, Text(_(p.summary))]
        if copy:
            row.append(Text(_words_of(copy, p, alone=bool(below)) or _("not in your copy")))
        table.add_row(*row)
    console.print(table)
    if copy and not below and not article.paragraphs_known and found.ref == article.ref:
        console.print(_("The kit does not know how this article is divided; your copy shows it."))
    console.print(marks.notice())


def _words_of(copy: OfficialCopy, p: Provision, *, alone: bool) -> str:
    """The copy's words of one provision: with what is below it, unless that has rows of its own."""
    article = copy.articles.get(p.article)
    if article is None:
        return ""
    if alone:
        own = article.opening if p.ref == str(p.article) else _own_words(article, p.ref)
        if not p.children or own:
            return own
        return "…"
    return copy.text(p.ref) or ""


def _own_words(article: Any, ref: str) -> str:
    words = {p.ref: p.text for p in article.provisions}
    return str(words.get(ref, ""))


def _show_facts(console: Console, article: Article, found: Provision) -> None:
    from rich.table import Table
    from rich.text import Text

    from hanoikit import convention
    from hanoikit.convention import page

    facts = [(_("How sure"), page.how_sure(found))]
    names = convention.sources()
    told = [f"{s}: {names[s].name}" if s in names else s for s in found.sources]
    if told:
        facts.append((_("Rests on"), "; ".join(told)))
    if found.terms:
        refs = {term.name: term.ref for term in convention.terms()}
        facts.append((_("Terms"), ", ".join(f"{_(name)} ({refs[name]})" for name in found.terms)))
    if elsewhere := page.counterparts(article):
        facts.append((_("Elsewhere"), elsewhere))
    if article.difference:
        facts.append((_("Difference"), _(article.difference)))
    for note in dict.fromkeys(filter(None, (found.note, article.note))):
        facts.append((_("Note"), _(note)))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for name, text in facts:
        grid.add_row(name, Text(text))
    console.print()
    console.print(grid)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="Words or a number.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many hits to show.")] = 15,
) -> None:
    """Find provisions by words or by number.

    Example: hanoikit convention search bank secrecy
    """
    from rich.table import Table
    from rich.text import Text

    from hanoikit import convention
    from hanoikit.errors import HanoiKitError

    query = " ".join(words)
    hits = convention.search(query)
    if not hits:
        raise HanoiKitError(
            _("Nothing in the Convention's summaries fits “{query}”.").format(query=query),
            next_step=_("Try fewer or other words, or the number of an article."),
        )
    table = Table(expand=True)
    table.add_column(_("provision"), no_wrap=True)
    table.add_column(_("article"), ratio=1)
    table.add_column(_("summary in plain words"), ratio=2)
    for hit in hits[:limit]:
        table.add_row(hit.ref, Text(_(hit.provision.title)), Text(_(hit.provision.summary)))
    console = _console()
    console.print(table)
    if len(hits) > limit:
        more = len(hits) - limit
        text = ngettext("{more} more hit: use --limit.", "{more} more hits: use --limit.", more)
        console.print(text.format(more=more))


@app.command()
def coverage(
    lessons: Annotated[Path | None, typer.Option(help="Folder of the lessons; else the kit's own.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the matrix as JSON.")] = False,
) -> None:
    """Show which lesson covers which article, and which articles are missing.

    Example: hanoikit convention coverage --json
    """
    import json

    from hanoikit import convention, resources

    matrix = convention.coverage(lessons or resources.lessons())
    if as_json:
        typer.echo(json.dumps(matrix.as_dict(), indent=2, ensure_ascii=False))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(expand=False)
    table.add_column(_("art."), justify="right", no_wrap=True)
    table.add_column(_("title"), max_width=48, no_wrap=True, overflow="ellipsis")
    for module in matrix.modules:
        table.add_column(module.id, justify="center", no_wrap=True)
    for article in convention.articles():
        cells = [matrix.cells.get((article.number, m.id)) for m in matrix.modules]
        marks = ["" if cell is None else _("taught") if cell.taught else _("cited") for cell in cells]
        table.add_row(str(article.number), Text(_(article.title)), *marks)
    console = _console()
    console.print(table)
    total = len(convention.articles())
    covered = total - len(matrix.missing)
    text = ngettext(
        "{covered} of {total} articles are covered by {lessons} lesson.",
        "{covered} of {total} articles are covered by {lessons} lessons.",
        len(matrix.modules),
    )
    console.print(text.format(covered=covered, total=total, lessons=len(matrix.modules)))
    if matrix.missing:
        console.print(_("Missing: {numbers}").format(numbers=_ranges(matrix.missing)))


def _ranges(numbers: tuple[int, ...]) -> str:
    """``(1, 2, 3, 7)`` as ``"1-3, 7"``."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], number]
        else:
            spans.append([number])
    return ", ".join("-".join(str(n) for n in span) for span in spans)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Official text: PDF, HTML or plain text, in English.")],
) -> None:
    """Read your own copy of the official text, keep it beside the summaries, and say where they differ.

    The copy stays on this machine. Example: hanoikit convention import A_RES_79_243-EN.pdf
    """
    result = _import_with_progress(file)
    console = _console()
    divided = sum(len(a.provisions) for a in result.copy.articles.values())
    console.print(
        _("Imported {file}: {articles} articles with {provisions} paragraphs, letters and points.").format(
            file=result.copy.file, articles=len(result.copy.articles), provisions=divided
        )
    )
    console.print(_("Kept in {path}").format(path=result.path))
    if not result.findings:
        console.print(_("Articles, titles and paragraphs agree with the kit."))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(expand=True)
    table.add_column(_("where"), no_wrap=True)
    table.add_column(_("kind"), no_wrap=True)
    table.add_column(_("what differs"), ratio=1)
    kinds = {"error": _("error"), "warning": _("check"), "note": _("note")}
    for finding in result.findings:
        table.add_row(finding.where, kinds[finding.severity], Text(finding.message))
    console.print(table)
    console.print(
        _("A difference does not mean that your copy is wrong: the kit's numbers are not all verified.")
    )


def _import_with_progress(file: Path) -> Import:
    """Import with a bar on standard error; it shows only where somebody watches."""
    from rich.console import Console
    from rich.progress import Progress

    from hanoikit.convention import official

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("Reading pages"), total=None)
        return official.import_text(
            file, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )


@app.command()
def status(
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", help="XML of chapter XVIII-16 from the UN Treaty Collection, to use from now on."
        ),
    ] = None,
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of", help="Day on which the file was downloaded: 2026-11-21. Else the file's own day."
        ),
    ] = "",
    reset: Annotated[bool, typer.Option("--reset", help="Use the kit's own table again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole table as JSON.")] = False,
) -> None:
    """Show who signed and who ratified, with the day of every figure, or take a newer table.

    Example: hanoikit convention status --from XVIII-16.en.xml
    """
    import json

    from hanoikit.convention import status as room
    from hanoikit.errors import UsageError

    if reset and source:
        raise UsageError(
            _("--from and --reset say two different things."), next_step=_("Give one of the two.")
        )
    console = _console()
    if reset:
        gone = room.reset()
        if not as_json:
            console.print(
                _("The kit's own table is used again.") if gone else _("The kit's own table is in use.")
            )
    if source:
        done = room.install(source, as_of=_day_of(source, as_of), today=date.today())
        if not as_json:
            _show_installed(console, done)
    table = room.status()
    if as_json:
        typer.echo(json.dumps(room.as_data(table), indent=1, ensure_ascii=False))
        return
    _show_status(console, table)


def _day_of(source: Path, as_of: str) -> date:
    """The day that the user gives, or the day on which the file was last written."""
    from hanoikit.errors import StatusFileRefused, UsageError

    if as_of:
        try:
            return date.fromisoformat(as_of)
        except ValueError as error:
            raise UsageError(
                _("{text} is no day.").format(text=as_of), next_step=_("Write year-month-day: 2026-11-21.")
            ) from error
    try:
        return datetime.fromtimestamp(source.stat().st_mtime).date()
    except OSError as error:
        raise StatusFileRefused(
            _("The file cannot be opened: {reason}.").format(reason=error.strerror or error),
            where=str(source),
            next_step=_("Check the name and the folder of the file."),
        ) from error


def _show_installed(console: Console, done: Installed) -> None:
    from hanoikit.convention.status import names, spoken

    console.print(
        _("Installed: the table of {day}, kept in {path}").format(
            day=spoken(done.table.as_of), path=done.path
        )
    )
    for label, codes in (
        (_("New signatures: {names}"), done.signed),
        (_("New instruments: {names}"), done.deposited),
        (_("No longer in the table: {names}"), done.gone),
    ):
        if codes:
            console.print(label.format(names=", ".join(names()[code].name for code in codes)))
    for finding in done.findings:
        console.print(_("Please check: {finding}").format(finding=finding))
    console.print()


def _show_status(console: Console, table: StatusTable) -> None:
    from rich.table import Table
    from rich.text import Text

    from hanoikit.convention import status as room

    today = date.today()
    console.print(room.banner(table, today=today).text)
    console.print(_("Where the table is from: {name}").format(name=_(table.origin.name)))
    counts = table.counts(max(today, table.as_of))
    console.print()
    console.print(
        _(
            "Signatures: {signed} ({states} States). Instruments: {deposited}. Counted toward the forty: {counted}."
        ).format(
            signed=counts.signatories,
            states=counts.states,
            deposited=counts.instruments,
            counted=counts.toward_forty,
        )
    )
    entry = room.entry_into_force(room.deposits_of(table))
    console.print(
        _("In force since {day}.").format(day=room.spoken(entry.on))
        if entry.on and entry.on <= today
        else _("Enters into force on {day}.").format(day=room.spoken(entry.on))
        if entry.on
        else _("Not in force by this table: {n} instruments are missing.").format(n=entry.missing)
    )
    shown = Table(expand=True)
    shown.add_column(_("code"), no_wrap=True)
    shown.add_column(_("name"), ratio=2)
    shown.add_column(_("signed"), ratio=2)
    shown.add_column(_("instrument"), ratio=3)
    for one in table.participants:
        instrument = one.instrument
        told = ""
        if instrument:
            told = f"{_(instrument.kind)}, {_between(instrument.when)}"
            told += "" if instrument.confirmed else " " + _("(reported)")
        shown.add_row(one.code, Text(one.name), Text(_between(one.signed) if one.signed else ""), Text(told))
    console.print(shown)
    for more in table.unnamed:
        console.print(_("And {n} signatures that no source names.").format(n=more.signatories))
    for statement in table.statements:
        told = _("{name}, {kind} on {refs}: {text}").format(
            name=room.names()[statement.code].name,
            kind=_(statement.kind),
            refs=", ".join(statement.provisions),
            text=_(statement.text),
        )
        console.print(told)
    if table.doubts:
        console.print()
        console.print(_("What is not known:"))
        for doubt in table.doubts:
            console.print("- " + _(doubt))


def _between(when: Any) -> str:
    if when.exact:
        return str(when.earliest.isoformat())
    return _("{first} to {last}").format(first=when.earliest.isoformat(), last=when.latest.isoformat())
