"""What a desk looks like: messages, clocks of the world, timers and case files as HTML and as a picture.

>>> world_clocks(now)                 # a table: what time it is where, and which central authority is open
>>> timers(desk, now)                 # every clock that runs, the first to end on top, with a warning in words
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hanoikit.convention.offence.states import states
from hanoikit.convention.power.workdays import next_open
from hanoikit.i18n import _
from hanoikit.labs.html import Markup, bullets, code, details, join, sentence, strong, table
from hanoikit.labs.picture import Picture
from hanoikit.network import tables
from hanoikit.network.case import Case, status_label
from hanoikit.network.checking import Remark
from hanoikit.network.deadlines import Standing, in_words, standing
from hanoikit.network.desk import Desk, Entry
from hanoikit.network.labels import choice_label, note_label
from hanoikit.network.messages import Message

EMERGENCY = timedelta(hours=24)
"""The course's own limit for an emergency that nobody answered; the Convention names none."""
_SOON = timedelta(hours=23)


@dataclass(frozen=True, slots=True)
class Timer:
    """One clock of the desk, ready to be shown. ``left`` is None for a clock without an end yet."""

    case: str
    name: str
    ends: datetime | None
    standing: Standing
    left: timedelta | None
    text: str
    provisions: tuple[str, ...]


def moment(when: datetime, zone: str) -> str:
    """A moment on the wall of a zone: weekday, date, time."""
    here = when.astimezone(ZoneInfo(zone))
    day = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))[here.weekday()]
    return f"{day} {here:%Y-%m-%d %H:%M}"


def world_clocks(now: datetime) -> Markup:
    """What time it is where, and whether the central authority is open: the desks always are (41(1))."""
    rows: list[Sequence[object]] = [("UTC", moment(now, "UTC"), "", "")]
    register = tables.all_rules()
    for code_, rules in register.items():
        opens = next_open(now, rules.law)
        office = (
            _("open now")
            if opens <= now.astimezone(UTC)
            else _("opens {when}").format(when=moment(opens, rules.zone))
        )
        rows.append((f"{rules.name} ({code_})", moment(now, rules.zone), _("at every hour"), office))
    clocks = table(
        _("The clocks of the world"),
        (_("Place"), _("Local time"), _("24/7 desk"), _("Central authority (local time)")),
        rows,
    )
    absent = ", ".join(f"{law.name} ({law.code})" for law in states() if law.code not in register)
    if not absent:
        return clocks
    text = _("Not in the register: {names}. A State without a desk cannot be reached through the network.")
    return join(clocks, sentence(text.format(names=absent)))


def all_timers(desk: Desk, now: datetime) -> list[Timer]:
    """The desk's clocks, and one for each emergency that waits for an answer."""
    found = [
        Timer(one.case, clock_name(one.name), one.ends, one.standing, one.left, one.text, one.provisions)
        for one in desk.clocks(now)
    ]
    for case in desk.cases.values():
        for entry in case.waiting_for_us():
            if entry.message.kind == "emergency-data":
                ends = entry.at + EMERGENCY
                stands, left = standing(ends, now, warn=_SOON)
                text = _("An emergency waits. Minutes count; 24 hours are the course's outermost limit.")
                name = _("emergency unanswered")
                found.append(Timer(case.number, name, ends, stands, left, text, ("41(3)(e)",)))
    far = datetime.max.replace(tzinfo=UTC)
    return sorted(found, key=lambda one: one.ends or far)


def clock_name(name: str) -> str:
    return {
        "vanishes": _("data vanish"),
        "answer": _("answer promised"),
        "keep": _("preservation, 60 days or more"),
        "order": _("order at home"),
        "renew": _("last day to renew the order"),
        "assistance": _("request for assistance announced"),
    }.get(name, name)


def warning(timer: Timer) -> str:
    """How a timer stands, in a word that needs no colour."""
    return {
        Standing.RUNNING: _("runs"),
        Standing.SOON: _("SOON"),
        Standing.LATE: _("PAST"),
        Standing.OPEN: _("no end yet"),
    }[timer.standing]


def timers(found: Sequence[Timer], zone: str) -> Markup:
    """The timers as a table, what ends first on top."""
    if not found:
        return sentence(_("No timer runs."))
    rows = [
        (
            one.case,
            one.name,
            moment(one.ends, zone) if one.ends is not None else _("until the decision"),
            in_words(one.left) if one.left is not None else "",
            strong(warning(one)) if one.standing in (Standing.SOON, Standing.LATE) else warning(one),
            join(one.text, " ", code(", ".join(one.provisions))),
        )
        for one in found
    ]
    head = (_("Case"), _("Timer"), _("Ends (your time)"), _("Left"), _("Warning"), _("What it means"))
    return table(_("Timers"), head, rows)


def timer_picture(found: Sequence[Timer]) -> tuple[Picture, ...]:
    """What is left of each timer, from an hour to months, on one axis; nothing where no timer has an end."""
    shown = [one for one in found if one.left is not None][:12]
    if not shown:
        return ()
    hours = [max((one.left or timedelta()).total_seconds() / 3600, 0.2) for one in shown]
    names = [f"{one.case}<br>{one.name}" for one in shown]
    symbols = {Standing.LATE: "x", Standing.SOON: "diamond", Standing.RUNNING: "circle"}
    bars: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": hours,
        "width": 0.12,
        "hoverinfo": "skip",
        "showlegend": False,
        "marker": {"color": "#595959"},
    }
    points: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers+text",
        "y": names,
        "x": hours,
        "text": [f" {warning(one)}: {in_words(one.left or timedelta())}" for one in shown],
        "textposition": "middle right",
        "cliponaxis": False,
        "showlegend": False,
        "hoverinfo": "skip",
        "marker": {"size": 11, "symbol": [symbols[one.standing] for one in shown], "color": "#0072B2"},
    }
    first = shown[0]
    late = sum(1 for one in shown if one.standing is Standing.LATE)
    alt = _("{count} timers run. The first to end: {name} of {case}, {left}.").format(
        count=len(shown), name=first.name, case=first.case, left=in_words(first.left or timedelta())
    )
    if late:
        alt += " " + _("{late} of them are past.").format(late=late)
    layout = {
        "title": {"text": _("What is left"), "x": 0},
        "xaxis": {
            "type": "log",
            "range": [-0.75, 4.1],
            "tickvals": [1, 6, 24, 24 * 7, 24 * 30, 24 * 90],
            "ticktext": [_("1 h"), _("6 h"), _("1 d"), _("7 d"), _("30 d"), _("90 d")],
        },
        "yaxis": {"autorange": "reversed"},
    }
    return (Picture([bars, points], layout, alt=alt, height=110 + 46 * len(shown), least=520),)


def waiting(entries: Iterable[Entry], unread: Iterable[str], zone: str) -> Markup:
    """What waits for an answer, in the order of arrival: nothing here says what is pressing."""
    new = set(unread)
    rows = [
        (
            label(entry.message),
            choice_label(entry.message.urgency),
            moment(entry.at, zone),
            _("new") if entry.message.id in new else _("read"),
        )
        for entry in sorted(entries, key=lambda one: one.at)
    ]
    if not rows:
        return sentence(_("Nothing waits for an answer of yours."))
    head = (_("Message"), _("Marked by the sender as"), _("Arrived (your time)"), _("Opened"))
    return table(_("Waiting for you, in the order of arrival"), head, rows)


def label(message: Message) -> str:
    """A message in a list: who, what, and its sender's reference."""
    reference = f" · {message.reference}" if message.reference else ""
    return f"{message.sender}: {_(tables.kind(message.kind).name)}{reference}"


def whole(message: Message, zone: str) -> Markup:
    """A message with everything that it states, each with the provision that asks for it."""
    kind = tables.kind(message.kind)
    rows: list[Sequence[object]] = [
        (_("From, to"), f"{message.sender} → {message.recipient}", ""),
        (_("Sent (your time)"), moment(message.sent, zone), ""),
        (_("Urgency"), choice_label(message.urgency), ""),
        (_("Reference"), message.reference or _("none"), ""),
    ]
    for one in kind.elements:
        value = getattr(message.body, one.name)
        if value in ("", (), None, 0, False):
            if one.need == "must":
                rows.append((_(one.label), strong(_("not stated")), code(one.provision)))
            continue
        rows.append((_(one.label), _stated(one, value, zone), code(one.provision)))
    return table(_(kind.name), (_("Element"), _("What it says"), _("Provision")), rows)


def _stated(one: tables.Element, value: Any, zone: str) -> object:
    if one.type == "data":
        return bullets(_line(each, zone) for each in value)
    if one.type == "lines":
        return ", ".join(value)
    if one.type == "time":
        return moment(value, zone)
    if one.type == "flag":
        return _("yes")
    if one.type == "choice":
        return choice_label(value)
    if one.type == "ground":
        return f"{value}: {_(tables.ground(value).name)}"
    return str(value)


def _line(each: Any, zone: str) -> str:
    period = ""
    if each.since is not None or each.until is not None:
        since = moment(each.since, zone) if each.since is not None else "?"
        until = moment(each.until, zone) if each.until is not None else "?"
        period = _(", from {since} until {until} (your time)").format(since=since, until=until)
    return f"{choice_label(each.category)}: {each.description} · {each.identifier}{period}"


def remarks(found: Sequence[Remark], good: str) -> Markup:
    """Findings about a message: errors first told apart from what only costs time; ``good`` where there are none."""
    if not found:
        return sentence(strong(good))
    errors = [one for one in found if one.severity == "error"]
    costs = [one for one in found if one.severity != "error"]
    parts: list[Markup] = []
    if errors:
        parts.append(sentence(strong(_("Missing or wrong: {count}").format(count=len(errors)))))
        parts.append(bullets(_remark(one) for one in errors))
    if costs:
        parts.append(sentence(_("Costs time: {count}").format(count=len(costs))))
        parts.append(bullets(_remark(one) for one in costs))
    return join(*parts)


def _remark(one: Remark) -> Markup:
    return join(strong(one.where), ": ", one.message, " ", code(", ".join(one.provisions)))


def case_file(case: Case, desk: Desk, now: datetime, zone: str) -> Markup:
    """Everything in a case file: messages, notes, orders, where it stands."""
    status = _("{number}: {status}. Opened by {who}.").format(
        number=case.number,
        status=status_label(case.status),
        who=_("your desk") if case.ours else _("the desk {desk}").format(desk=case.other),
    )
    entries: list[tuple[datetime, Sequence[object]]] = []
    for entry in case.entries:
        way = _("in") if entry.incoming else _("out")
        told = details(_("read it"), whole(entry.message, zone))
        row = (moment(entry.at, zone), way, label(entry.message), told)
        entries.append((entry.at, row))
    for note in case.notes:
        text = "" if note.what == "read" else note.text
        entries.append((note.at, (moment(note.at, zone), _("note"), note_label(note.what), text)))
    rows = [row for _at, row in sorted(entries, key=lambda one: one[0])]
    head = (_("When (your time)"), _("Way"), _("What"), _("Text"))
    acts = [
        _("{kind} ({provision})").format(kind=_(tables.kind(act.kind).name), provision=act.provision)
        for act in desk.allowed(case, now)
    ]
    following = join(sentence(_("What may come next:")), bullets(dict.fromkeys(acts))) if acts else Markup("")
    return join(sentence(strong(status)), table(_("The case file"), head, rows), following)
