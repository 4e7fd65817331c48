"""The page of one trainee: what was reached, every mark explained, what to read again and why; and nobody else on it.

>>> path = write(Person("t07", "Amal Öz"), entries, sources, folder / "t07.html", history=lines, zone=zone)

Short sentences, for people who read English as their second language. The page needs no network and no script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from hanoikit.classroom import time_on_task
from hanoikit.classroom.analysis import Entry, reached
from hanoikit.classroom.report_class import Person
from hanoikit.classroom.report_parts import (
    HEAD,
    NOTHING,
    framed,
    heading,
    module_of,
    moment,
    share,
)
from hanoikit.grading import AssignmentSource, MarkedAssignment, wording
from hanoikit.grading.page import about_marks, document, marks_parts
from hanoikit.i18n import _, ngettext
from hanoikit.labs.html import Markup, bullets, code, details, join, sentence, table
from hanoikit.trust.chain import Line

ABOUT_OTHERS = frozenset({"sheet-shared"})
"""Findings that name other people; they are for the instructor only."""


@dataclass(frozen=True, slots=True)
class Story:
    """What the grade ledger says about one trainee, and where the file with the proofs is."""

    lines: Sequence[Line] = ()
    file: str = ""
    """Name of the history file that goes with the page; empty when there is none."""


def write(
    one: Person,
    entries: Sequence[Entry],
    sources: Sequence[AssignmentSource],
    path: Path,
    *,
    title: str = "",
    at: datetime | None = None,
    zone: ZoneInfo | None = None,
    story: Story = Story(),
) -> Path:
    """Write the page of one trainee to ``path``. Entries of other people are left out."""
    text = page(one, entries, sources, title=title, at=at, zone=zone, story=story)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def page(
    one: Person,
    entries: Sequence[Entry],
    sources: Sequence[AssignmentSource],
    *,
    title: str = "",
    at: datetime | None = None,
    zone: ZoneInfo | None = None,
    story: Story = Story(),
) -> str:
    """The page as text."""
    mine = {entry.assignment: _private(entry) for entry in entries if entry.trainee == one.id}
    known = [source for source in sources if source.name in mine]
    words = _("Your marks: {name}").format(name=one.shown)
    parts: list[object] = [heading(1, words)]
    about = [_("Class: {title}.").format(title=title)] if title else []
    if at is not None:
        about.append(_("As of {at}.").format(at=moment(at, zone)))
    parts.append(sentence(*about) if about else "")
    if not mine:
        parts.append(sentence(_("You have handed in nothing yet.")))
    else:
        parts += [
            _overview(known, mine, zone),
            _objectives(known, mine),
            _read_again(known, mine),
            _time(known, mine),
            heading(2, _("Every mark explained")),
            sentence(_("Open an assignment to read why each mark was given. What is closed is not printed.")),
            *(_assignment(source, mine[source.name]) for source in known),
        ]
    parts += [_history(story, zone), heading(2, _("About these marks")), about_marks()]
    return document(words, "\n".join(str(part) for part in parts), head=HEAD)


def _private(entry: Entry) -> Entry:
    if entry.marked is None:
        return entry
    kept = tuple(one for one in entry.marked.findings if one.code not in ABOUT_OTHERS)
    return replace(entry, marked=replace(entry.marked, findings=kept))


def _overview(
    sources: Sequence[AssignmentSource], mine: Mapping[str, Entry], zone: ZoneInfo | None
) -> Markup:
    rows = []
    for source in sources:
        entry = mine[source.name]
        facts, marked = entry.hand_in, entry.marked
        came = moment(facts.at, zone) if facts else NOTHING
        if facts and facts.late:
            came += " " + _("(late)")
        if marked is None:
            rows.append([_anchor(source), came, NOTHING, NOTHING, _("not marked yet")])
            continue
        result = _("passed") if marked.passed else _("not passed yet")
        rows.append([_anchor(source), came, f"{marked.percent:.1f} %", _written(marked), result])
    done = sum(entry.marked is not None and entry.marked.passed for entry in mine.values())
    said = ngettext(
        "You handed in {count} assignment and passed {done}.",
        "You handed in {count} assignments and passed {done}.",
        len(mine),
    ).format(count=len(mine), done=done)
    marks = sorted({source.pass_mark for source in sources})
    if len(marks) == 1:
        said += " " + _("The pass mark is {mark} %.").format(mark=wording.number(marks[0]))
    head = [_("Assignment"), _("Handed in"), _("Percent"), _("Written answers"), _("Result")]
    caption = _("Your assignments")
    return join(heading(2, caption), sentence(said), framed(table(caption, head, rows), caption))


def _anchor(source: AssignmentSource) -> Markup:
    words = f"{module_of(source.name)} · {source.title}"
    return Markup(f'<a href="#{escape(source.name)}">{escape(words)}</a>')


def _written(marked: MarkedAssignment) -> str:
    """The points that a person gave, or that a person will give them."""
    by_hand = [mark for mark in marked.questions if mark.by_hand]
    if any(mark.points is None for mark in by_hand):
        return _("your instructor will read it")
    if not by_hand:
        return NOTHING
    return _("{points} of {out_of} points").format(
        points=wording.number(sum(mark.counted for mark in by_hand)),
        out_of=wording.number(sum(mark.out_of for mark in by_hand)),
    )


def _objectives(sources: Sequence[AssignmentSource], mine: Mapping[str, Entry]) -> Markup:
    rows = []
    for source in sources:
        found = reached(mine[source.name])
        for identity, words in source.objectives.items():
            if identity not in found:
                continue
            one = found[identity]
            points = _("{points} of {out_of} points").format(
                points=wording.number(one.points), out_of=wording.number(one.out_of)
            )
            rows.append([words, module_of(source.name), points, share(one.share), _level(one.share, source)])
    caption = _("What you can do, by objective")
    if not rows:
        return join(heading(2, caption), sentence(_("Nothing is marked yet.")))
    head = [_("You can ..."), _("Module"), _("Points"), _("Reached"), _("What to do")]
    return join(
        heading(2, caption),
        sentence(_("Each question belongs to one objective. Here you see what you reached in each.")),
        framed(table(caption, head, rows), caption),
    )


def _level(value: float | None, source: AssignmentSource) -> str:
    if value is None:
        return NOTHING
    if value >= 0.9:
        return _("well done")
    return _("good; look at what was missing") if 100 * value >= source.pass_mark else _("read again")


def _read_again(sources: Sequence[AssignmentSource], mine: Mapping[str, Entry]) -> Markup:
    """Lesson parts, those with most lost points first, each with the reason of the questions that lead to it."""
    parts: dict[str, list[tuple[float, str]]] = {}
    for source in sources:
        marked = mine[source.name].marked
        for mark in marked.questions if marked else ():
            lost = mark.out_of - mark.counted
            if mark.points is None or mark.state == "full" or lost <= 0 or mark.extra or not mark.read_again:
                continue
            why = mark.reason or wording.state_words(mark)
            parts.setdefault(mark.read_again, []).append((lost, f"{mark.title}: {why}"))
    caption = _("What to read again")
    if not parts:
        return join(heading(2, caption), sentence(_("Nothing: no points were lost.")))
    ordered = sorted(parts.items(), key=lambda part: (-sum(lost for lost, _why in part[1]), part[0]))
    rows = []
    for place, whys in ordered:
        points = wording.number(sum(lost for lost, _why in whys))
        rows.append([_place(place), points, bullets(why for _lost, why in whys)])
    head = [_("Part of the lesson"), _("Points lost"), _("Why")]
    return join(
        heading(2, caption),
        sentence(_("Begin at the top: there you can win most.")),
        framed(table(caption, head, rows), caption),
    )


def _place(read_again: str) -> str:
    lesson, _hash, part = read_again.partition("#")
    part = part.replace("-", " ").strip()
    return f"{module_of(lesson)}: {part}" if part else wording.lesson_and_part(read_again)


def _time(sources: Sequence[AssignmentSource], mine: Mapping[str, Entry]) -> Markup:
    caption = _("Your time")
    rows = []
    for source in sources:
        spent = mine[source.name].time
        if not spent.minutes:
            continue
        longest = max(spent.minutes.items(), key=lambda one: one[1])
        rows.append(
            [
                f"{module_of(source.name)} · {source.title}",
                time_on_task.words(spent.total),
                _("{question} ({time})").format(question=longest[0], time=time_on_task.words(longest[1])),
                str(spent.cut),
            ]
        )
    if not rows:
        return join(heading(2, caption), sentence(_("Your answer sheets have no times.")))
    head = [_("Assignment"), _("Time in all"), _("Longest question"), _("Pauses cut")]
    return join(
        heading(2, caption),
        sentence(time_on_task.rule_words(), _("It is no mark. Your instructor sees it, too.")),
        framed(table(caption, head, rows), caption),
    )


def _assignment(source: AssignmentSource, entry: Entry) -> Markup:
    title = heading(3, f"{module_of(source.name)} · {source.title}", source.name)
    if entry.marked is None:
        return join(title, sentence(str(entry.error or _("It is not marked yet."))))
    result = wording.verdict_sentence(entry.marked)
    body = Markup("\n".join(str(part) for part in marks_parts(entry.marked, level=4)))
    return join(title, sentence(result), details(_("Show every mark of this assignment"), body))


def _history(story: Story, zone: ZoneInfo | None) -> Markup:
    title = heading(2, _("The history of your hand-ins and marks"))
    if not story.lines:
        return join(title, sentence(_("There is no grade ledger for these marks.")))
    rows = [
        [str(line.index), moment(line.at, zone), _event(line.record, zone), code(line.hash)]
        for line in story.lines
    ]
    caption = _("Your lines of the grade ledger")
    head = [_("Line"), _("Written"), _("What happened"), _("SHA-256 of the line")]
    said = [
        _(
            "Each hand-in, each marking and each changed mark is one line in the grade ledger of the class. Each "
            "line holds the hash of the line before, and the registrar of the class has signed the end. So nobody can "
            "change a line and not be seen."
        )
    ]
    if story.file:
        said.append(
            _(
                "You can check this without a network. You need the file {file} and the certificate of the class "
                "(class-certificate.pem). Then run:"
            ).format(file=story.file)
        )
    command = (
        Markup(
            f"<p><code>hanoikit receipt {escape(story.file)} --class-certificate class-certificate.pem</code></p>"
        )
        if story.file
        else Markup("")
    )
    return join(title, sentence(*said), command, framed(table(caption, head, rows), caption))


def _event(record: Mapping[str, object], zone: ZoneInfo | None) -> str:
    kind, several = str(record.get("entry", "")), record.get("assignments")
    assignment = str(record.get("assignment", ""))
    if not assignment and isinstance(
        several, (list, tuple)
    ):  # what concerns the whole class names them together
        assignment = ", ".join(map(str, several))
    if kind == "hand-in":
        late = " " + _("It came late.") if record.get("late") else ""
        words = {
            "accepted": _("{assignment} came in. Receipt: {code}."),
            "duplicate": _("{assignment} came in once more, the same file. Receipt: {code}."),
        }.get(str(record.get("state", "")), _("{assignment} came in and was set aside. Receipt: {code}."))
        return words.format(assignment=assignment, code=record.get("code") or NOTHING) + late
    if kind == "marked":
        return _("{assignment} was marked: {points} of {maximum} points.").format(
            assignment=assignment, points=record.get("points"), maximum=record.get("maximum")
        )
    if kind == "changed":
        return (
            _("{question}: a person changed the points from {before} to {after}. {reason}")
            .format(
                question=record.get("question"),
                before=_shown(record.get("before")),
                after=_shown(record.get("after")),
                reason=record.get("reason") or "",
            )
            .strip()
        )
    if kind == "due" and "due" not in record and (record.get("state") or record.get("late")):
        sayings = {
            "open": _("{assignment}: opened."),
            "closed": _("{assignment}: closed."),
            "refuse": _("{assignment}: what comes in late is set aside until the instructor decides."),
            "count": _("{assignment}: what comes in late counts, and is marked as late."),
        }
        said = sayings.get(str(record.get("state") or record.get("late")), "")
        return said.format(assignment=assignment)
    if kind == "due":
        return _("{assignment} is due {due}.").format(
            assignment=assignment, due=record.get("due") or _("at no set time")
        )
    if kind == "dismissed":
        if not record.get("reason"):
            return _("{assignment}: what was set aside is looked at once more.").format(assignment=assignment)
        return _("{assignment}: what was set aside was looked at, and is not marked. {reason}").format(
            assignment=assignment, reason=record["reason"]
        )
    if kind == "record":
        return _("A record of completion was made.")
    if kind == "released":
        return _("{assignment} was given out.").format(assignment=assignment)
    if kind == "feedback":
        return _("Feedback on {assignment} was written.").format(assignment=assignment or _("your work"))
    return kind


def _shown(points: object) -> str:
    return _("open") if points is None else str(points)
