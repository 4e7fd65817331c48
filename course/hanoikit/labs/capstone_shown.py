"""What the whole case looks like in its panel: parts, tasks, matters, documents, the record and the score as HTML.

>>> tasks(run.tasks(), "Europe/Helsinki")     # what was told so far, the newest on top
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from hanoikit.capstone.decisions import Decision
from hanoikit.errors import UsageError
from hanoikit.i18n import _, ngettext
from hanoikit.labs import desk_shown
from hanoikit.labs.capstone_inside import inside
from hanoikit.labs.html import Markup, bullets, code, details, join, sentence, strong, table
from hanoikit.labs.panel import Result
from hanoikit.network.envelope import Envelope
from hanoikit.network.labels import choice_label, note_label
from hanoikit.network.messages import Document, Message

if TYPE_CHECKING:
    from hanoikit.capstone import CapstoneRun, Element, Matter, Product, Task
    from hanoikit.capstone.plan import Part
    from hanoikit.errors import Finding
    from hanoikit.network.desk import Desk
    from hanoikit.network.directory import Directory
    from hanoikit.network.exercise import Happening
    from hanoikit.trust.chain import Line

_FRESH = timedelta(minutes=15)
"""What was told within a quarter of an hour stands together."""


def parts(run: CapstoneRun, zone: str, *, stop: datetime | None = None) -> Markup:
    """Where the story stands; with ``stop`` only how long the rehearsal lasts."""
    now = desk_shown.moment(run.now, zone)
    here = strong(_("It is {now} at your desk.").format(now=now))
    if stop is not None:
        ends = _("The rehearsal ends at {when}.").format(when=desk_shown.moment(stop, zone))
        return sentence(here, ends)
    rows = [
        (
            one.title,
            desk_shown.moment(one.begins, zone),
            desk_shown.moment(one.ends, zone),
            _standing(run, one),
        )
        for one in run.parts
    ]
    head = (_("Part"), _("Begins (your time)"), _("Ends (your time)"), _("Where you are"))
    if run.over:
        told = _("The story is over. Look back in step 8.")
    else:
        told = _("Part: {title}, until {when}.").format(
            title=run.part.title, when=desk_shown.moment(run.part.ends, zone)
        )
    return join(
        sentence(here, told),
        details(_("The parts of the story"), table(_("The parts of the story"), head, rows)),
    )


def _standing(run: CapstoneRun, one: Part) -> object:
    if one.ends <= run.now:
        return _("over")
    return strong(_("now")) if one.id == run.part.id else _("to come")


def tasks(found: Sequence[Task], zone: str) -> Markup:
    """What was told so far: the newest open, the older ones folded."""
    if not found:
        return Markup("")
    newest = max(one.at for one in found)
    fresh = [one for one in found if newest - one.at <= _FRESH]
    older = [one for one in found if newest - one.at > _FRESH]
    shown = join(*(sentence(strong(desk_shown.moment(one.at, zone)), one.text) for one in fresh))
    if not older:
        return shown
    count = ngettext("What you were told before ({n})", "What you were told before ({n})", len(older))
    rows = [(desk_shown.moment(one.at, zone), one.text) for one in reversed(older)]
    told = table(_("Told before, the newest first"), (_("When (your time)"), _("What")), rows)
    return join(shown, details(count.format(n=len(older)), told))


def rejected(happenings: Iterable[Happening], zone: str) -> Markup:
    """Messages that never reached the inbox, with the reason."""
    rows = [
        (desk_shown.moment(one.at, zone), " ".join(finding.message for finding in one.findings))
        for one in happenings
        if one.kind == "rejected"
    ]
    if not rows:
        return Markup("")
    return table(_("Not accepted, and not in your inbox"), (_("When"), _("Why")), rows)


def matters(found: Sequence[Matter], directory: Directory, zone: str) -> Markup:
    """What came in to be decided, in the order of arrival."""
    if not found:
        return sentence(_("Nothing has come in yet."))
    rows = [
        (
            one.title,
            sender(one.sender, directory),
            choice_label(one.message.urgency),
            desk_shown.moment(one.at, zone),
            strong(_("OPEN")) if one.decided is None else _("decided"),
        )
        for one in found
    ]
    head = (
        _("Matter"),
        _("From"),
        _("Marked by the sender as"),
        _("Arrived (your time)"),
        _("Where it stands"),
    )
    return table(_("What came in to be decided"), head, rows)


def sender(desk: str, directory: Directory) -> str:
    """The name of a desk, with its code."""
    names = {entry.desk: entry.name for entry in directory}
    return f"{names[desk]} ({desk[:2]})" if desk in names else desk


def matter(one: Matter, directory: Directory, zone: str) -> Markup:
    """One matter before it is decided: who asks, and what for."""
    sent = _("From {sender}, {when}.").format(
        sender=sender(one.sender, directory), when=desk_shown.moment(one.at, zone)
    )
    shown = [sentence(strong(one.title)), sentence(sent, one.question if one.question != one.title else "")]
    if len(one.parts) > 1 and one.decided is not None:
        shown.append(bullets(f"({letter}) {text}" for letter, text in one.parts))
    return join(*shown)


def decided(one: Matter, zone: str) -> Markup:
    """The decision on a matter with the facts that carry it, where there is one; and the message as it came."""
    whole = details(_("The whole message"), message(one.message, zone))
    if one.decided is None:
        return whole
    outcome = dict(one.outcomes).get(one.decided.outcome, one.decided.outcome)
    rows = [
        (("✓ " if name in one.decided.facts else "") + place, text)
        for (name, _text), (place, text) in zip(one.facts, numbered(one.facts), strict=True)
    ]
    return join(
        sentence(strong(_("Your decision: {outcome}.").format(outcome=outcome)), one.decided.reason),
        table(_("The facts; ✓ carries your decision"), (_("No."), _("Fact")), rows),
        sentence(_("Provision: {provision}.").format(provision=", ".join(one.decided.provisions) or "–")),
        whole,
    )


def carries(one: Matter) -> bool:
    """Whether a document came with the matter that can be checked."""
    body = one.message.body
    return isinstance(body, Document) and bool(body.content)


def numbered(facts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The facts with a number each, as they are read."""
    return [(name if name.isdigit() else str(place), text) for place, (name, text) in enumerate(facts, 1)]


def message(one: Message, zone: str) -> Markup:
    """A message, with the document that it carries set out below."""
    body = one.body
    if not isinstance(body, Document) or not body.content:
        return desk_shown.whole(one, zone)
    bare = replace(one, body=replace(body, content=""))
    return join(desk_shown.whole(bare, zone), inside(body.content))


def product_label(one: Product) -> str:
    """A document in a list: its title and where it goes."""
    label = _("{title} → {desk}").format(title=one.title, desk=one.to)
    return label if one.source == "prepared" else _("{label} (your own)").format(label=label)


def product(one: Product) -> Markup:
    """A document before it is sent: for whom, what is in it, and its hash."""
    rows: list[tuple[object, object]] = [
        (_("Goes to"), one.to),
        (_("Kind"), choice_label(one.kind)),
        (_("About"), one.about or "–"),
        (_("SHA-256"), code(one.digest)),
    ]
    return join(table(one.title, (_("What"), _("What it says")), rows), inside(one.content))


def checked(label: str, findings: Sequence[Finding], shown: Markup) -> Result:
    """What the check of a document found."""
    errors = [one for one in findings if one.severity == "error"]
    if errors:
        count = len(errors)
        said = ngettext("{label}: {n} fault found.", "{label}: {n} faults found.", count)
        said = said.format(label=label, n=count)
    else:
        said = _("{label}: nothing wrong found. Whether it is true and right, you judge.").format(label=label)
    return Result(
        join(sentence(strong(said)), bullets(str(one) for one in findings), shown), say=said, ok=not errors
    )


def record(lines: Sequence[Line], run: CapstoneRun, zone: str) -> Markup:
    """What the log says, line by line; lines that only move the clock are counted."""
    known = {one.id: one for one in run.matters()}
    rows = []
    for line in lines:
        told = _told(line, run.desk, known)
        if told:
            rows.append((line.index, desk_shown.moment(line.at, zone), told, code(line.hash[:8])))
    moved = len(lines) - len(rows)
    note = ngettext("{n} line only moves the clock.", "{n} lines only move the clock.", moved).format(n=moved)
    if not rows:
        return sentence(note)
    head = (_("Line"), _("When (your time)"), _("What"), _("Hash"))
    return join(table(_("The record"), head, rows), sentence(note))


def _told(line: Line, desk: Desk, known: Mapping[str, Matter]) -> str:
    did = line.record.get("did")
    if did == "sent":
        sent = Envelope.from_json(line.record["envelope"]).message
        return _("Sent to {desk}: {what}").format(desk=sent.recipient, what=_named(sent))
    if did != "noted":
        return ""
    what, text = str(line.record.get("what", "")), str(line.record.get("text", ""))
    if what == "decision":
        return _decision(text, known)
    if what == "read":
        return _("Read: {what}").format(what=_named(desk.message(text))) if desk.knows(text) else ""
    return f"{note_label(what)}: {text[:160]}"


def _named(one: Message) -> str:
    body = one.body
    return body.title if isinstance(body, Document) and body.title else desk_shown.label(one)


def _decision(text: str, known: Mapping[str, Matter]) -> str:
    try:
        found = Decision.read(text)
    except UsageError:
        return text[:160]
    about = known.get(found.matter)
    told = _("Decided: {matter}: {outcome}. Facts {facts}; {provisions}. {reason}")
    return told.format(
        matter=about.title if about else found.matter,
        outcome=dict(about.outcomes).get(found.outcome, found.outcome) if about else found.outcome,
        facts=", ".join(_numbers(found.facts, about)) or "–",
        provisions=", ".join(found.provisions) or "–",
        reason=found.reason[:160],
    )


def _numbers(facts: Sequence[str], about: Matter | None) -> list[str]:
    """The facts by the numbers under which they were shown."""
    if about is None:
        return list(facts)
    places = {name: place for (name, _t), (place, _u) in zip(about.facts, numbered(about.facts), strict=True)}
    return [places.get(name, name) for name in facts]


def score(elements: Iterable[Element], zone: str) -> Markup:
    """Each thing that counts, with what was met and what was not, and why it matters."""
    rows = [
        (
            one.title,
            f"{one.earned:.1f} / {one.points:g}",
            bullets((("✓ " if test.met else "✕ ") + f"{test.label}. {test.reason}") for test in one.tests),
            desk_shown.moment(one.moment, zone) if one.moment is not None else "–",
            one.done if one.share == 1 else one.undone,
        )
        for one in elements
        if one.asked
    ]
    head = (_("What counts"), _("Points"), _("✓ met, ✕ not met"), _("Decided at"), _("Why it matters"))
    return table(_("What became of it"), head, rows)


def frame(page: str, title: str) -> Markup:
    """A whole page inside the result. It has no origin: its own script runs, and reaches nothing outside the page."""
    # Without a base of its own a link to a place in the page leads to JupyterLab's address.
    page = page.replace("<head>", '<head><base href="about:srcdoc">', 1)
    return Markup(
        f'<iframe sandbox="allow-scripts" title="{escape(title)}" tabindex="0" style="width: 100%; height: 70vh; '
        f'border: 1px solid var(--jp-border-color1, GrayText)" srcdoc="{escape(page)}"></iframe>'
    )
