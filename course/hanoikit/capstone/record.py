"""The record of a run of the whole case, alone or live: checked, and then the same plain view of both.

>>> record = read(Path("exercise.zip"))                # the signed bundle of a live room
>>> record = read(Path("work/desk.jsonl"))             # the log of one who worked alone
>>> record.sent[0].message.kind, record.teams
('preservation-request', ('XA', 'XB', 'XC', 'XD'))

A record that does not hold is refused with every finding: an altered line, a lost message, another's signature.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from hanoikit.capstone import plan as plans
from hanoikit.capstone.decisions import Decision
from hanoikit.errors import ScenarioInvalid, UsageError
from hanoikit.i18n import _
from hanoikit.network.desk import Desk
from hanoikit.network.directory import Directory
from hanoikit.network.envelope import Envelope
from hanoikit.network.messages import Message
from hanoikit.network.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Sent:
    """A message on its way, when it was sent; ``by`` is ``story`` for what the story sent, ``script`` for a script."""

    at: datetime
    message: Message
    by: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """A note in a team's case file; ``root`` is the id of the message that began the file."""

    at: datetime
    desk: str
    what: str
    text: str
    root: str

    @property
    def decision(self) -> Decision | None:
        """The decision that the note holds, if it is one that can be read."""
        if self.what != "decision":
            return None
        try:
            return Decision.read(self.text)
        except UsageError:
            return None


@dataclass(frozen=True, slots=True)
class Said:
    """Words of the story or the facilitator to a desk, or to ``all``; ``inject`` names the story's."""

    at: datetime
    to: str
    text: str
    inject: str = ""


@dataclass(frozen=True, slots=True)
class Stood:
    """A pause of the facilitator: where the story's clock stood, and for how much real time."""

    at: datetime
    lasted: timedelta


@dataclass(frozen=True)
class Record:
    """What happened, in order. ``injects`` maps the story's messages to their ids; ``until`` is how far the story ran.

    ``about`` says in a sentence what was checked: signatures, chain, completeness.
    """

    scenario: Scenario
    teams: tuple[str, ...]
    sent: tuple[Sent, ...]
    notes: tuple[Noted, ...]
    said: tuple[Said, ...]
    injects: Mapping[str, str]
    until: datetime
    desks: Mapping[str, Desk]
    directory: Directory
    live: bool
    about: tuple[str, ...] = ()
    stood: tuple[Stood, ...] = ()
    skipped: tuple[datetime, ...] = ()

    @property
    def short(self) -> bool:
        return plans.is_short(self.scenario)

    @cached_property
    def by_id(self) -> Mapping[str, Sent]:
        """The messages by their id."""
        return {one.message.id: one for one in self.sent}

    def from_(self, desk: str, *kinds: str, to: Iterable[str] = ()) -> list[Sent]:
        """What this desk sent of these kinds, to these desks (to any without ``to``), in order."""
        wanted = tuple(to)
        return [
            one
            for one in self.sent
            if one.message.sender == desk
            and (not kinds or one.message.kind in kinds)
            and (not wanted or one.message.recipient in wanted)
        ]

    def answers(self, to: str, by: Iterable[str], *kinds: str) -> list[Sent]:
        """Answers of these desks to the message with this id, or to another of its case file, in order."""
        senders = tuple(by)
        return [
            one
            for one in self.sent
            if one.message.sender in senders
            and one.message.kind in kinds
            and (one.message.regarding == to or self._root(one.message) == to)
        ]

    def _root(self, message: Message) -> str:
        """The id of the first message of a chain of answers."""
        seen = set()
        while message.regarding and message.regarding not in seen:
            seen.add(message.regarding)
            before = self.by_id.get(message.regarding)
            if before is None:
                return message.regarding
            message = before.message
        return message.id

    def decisions(self, desk: str, matter: str) -> list[tuple[Noted, Decision]]:
        """The decisions of a desk about a matter of the story, in order: the last one stands."""
        about = self.injects.get(matter, "-")
        found = []
        for note in self.notes:
            decision = note.decision
            if (
                note.desk == desk
                and decision is not None
                and (note.root == about or decision.matter == matter)
            ):
                found.append((note, decision))
        return found


def read(path: Path | str) -> Record:
    """The record in a file, checked.

    Raises ``UsageError`` for a file that is none, ``NetworkError`` or ``MessageUnreadable`` for one that does not hold.
    """
    place = Path(path)
    if place.is_dir():
        place = place / "desk.jsonl"
    if not place.is_file():
        raise UsageError(
            _("There is no record here."),
            where=str(place),
            next_step=_("Name the signed record (zip) of the room, or the file desk.jsonl."),
        )
    if zipfile.is_zipfile(place):
        return _live(place)
    short = b"whole-case-alone-short" in place.read_bytes()[:400]
    return alone(place, short=short)


def alone(log: Path | str, *, short: bool) -> Record:
    """The record in the log of one person's desk. Raises as :class:`hanoikit.network.handed_in.DeskCheck`."""
    from hanoikit.network.handed_in import DeskCheck

    scenario = plans.scenario(short=short, alone=True)
    exercise = DeskCheck(log, scenario).exercise
    team = scenario.teams[0]
    sent, notes = _events({team: exercise.desks[team].events}, {team: exercise.desks[team]})
    others = {name: desk for name, desk in exercise.desks.items() if name != team}
    more, _none = _events({name: desk.events for name, desk in others.items()}, others)
    stories = set(exercise.inject_ids.values())
    merged = {one.message.id: one for one in (*sent, *more)}
    return Record(
        scenario=scenario,
        teams=(team,),
        sent=tuple(
            Sent(one.at, one.message, _author(one.message, stories, exercise.scripts))
            for one in sorted(merged.values(), key=lambda one: one.at)
        ),
        notes=tuple(notes),
        said=tuple(
            Said(one.at, one.desk, one.text, _inject_of(one.text))
            for one in exercise.happenings
            if one.kind == "briefing"
        ),
        injects=dict(exercise.inject_ids),
        until=exercise.now,
        desks=dict(exercise.desks),
        directory=exercise.directory,
        live=False,
        about=(
            _("The chain of the log holds from its first line to its last."),
            _("Every message in it is signed by the desk that sent it."),
            _("The story, done again from the log, allows each step at its time."),
        ),
    )


def _live(path: Path) -> Record:
    from hanoikit.desk_service.checking import check_bundle
    from hanoikit.trust.certificates import load_certificate
    from hanoikit.trust.chain import Chain

    checked = check_bundle(path)
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    scenario = _played(checked.title)
    directory = Directory.from_json(
        json.loads(files["register.json"]), roots=[load_certificate(files["certificates/authority.pem"])]
    )
    lines = [line.record for line in Chain.from_bytes(files["log.jsonl"]).lines]
    envelopes = {}
    for line in files["messages.jsonl"].splitlines():
        envelope = Envelope.read(line)
        envelopes[envelope.id] = envelope
    events: dict[str, list[dict[str, Any]]] = {}
    said: list[Said] = []
    until = scenario.begins
    for name, data in files.items():
        if not name.startswith("events/"):
            continue
        desk = name.removeprefix("events/").removesuffix(".jsonl")
        for line in data.splitlines():
            event = json.loads(line)
            if event["event"] in ("received", "sent", "noted"):
                if "message" in event:
                    event["envelope"] = envelopes[event["message"]].to_json()
                events.setdefault(desk, []).append(event)
            elif event["event"] == "announced":
                said.append(
                    Said(datetime.fromisoformat(event["at"]), desk, event["text"], _inject_of(event["text"]))
                )
            until = max(until, datetime.fromisoformat(event["at"]))
    desks = {
        desk: Desk.replay(desk, happened, directory=directory)
        for desk, happened in events.items()
        if desk in directory
    }
    sent, notes = _events(events, desks)
    injects = {
        record["by"].removeprefix("inject "): record["id"]
        for record in lines
        if record["event"] == "message" and record["by"].startswith("inject ")
    }
    stories = set(injects.values())
    stood, skipped = _run(Chain.from_bytes(files["log.jsonl"]).lines)
    return Record(
        stood=stood,
        skipped=skipped,
        scenario=scenario,
        teams=scenario.teams,
        sent=tuple(Sent(one.at, one.message, "story" if one.message.id in stories else "") for one in sent),
        notes=tuple(notes),
        said=tuple(sorted(said, key=lambda one: one.at)),
        injects=injects,
        until=until,
        desks=desks,
        directory=directory,
        live=True,
        about=(
            _(
                "The record holds: {messages} messages, {lines} lines of the log, none altered, none missing."
            ).format(messages=checked.messages, lines=checked.lines),
            _("Signed by {name}. Fingerprint of the exercise's authority: {root}.").format(
                name=checked.signer, root=checked.root
            ),
            _("Compare the fingerprint with the one that was read out at the beginning."),
            *_interrupted(stood, skipped),
        ),
    )


def _interrupted(stood: tuple[Stood, ...], skipped: tuple[datetime, ...]) -> Iterable[str]:
    """What the facilitator did to the clock, in words."""
    if stood:
        longest = sum((one.lasted for one in stood), timedelta(0))
        yield _("Pauses of the facilitator: {count}; minutes in all: {minutes}.").format(
            count=len(stood), minutes=max(1, round(longest.total_seconds() / 60))
        )
    if skipped:
        yield _("Parts of which the rest was left out: {count}.").format(count=len(skipped))


def _run(lines: Iterable[Any]) -> tuple[tuple[Stood, ...], tuple[datetime, ...]]:
    """When the clock stood after it had begun to run, and after which moments a part was left out."""
    stood: list[Stood] = []
    skipped: list[datetime] = []
    begun = False
    since: tuple[datetime, datetime] | None = None
    for line in lines:
        record = line.record
        if "clock" not in record:
            continue
        clock = record["clock"]
        at = datetime.fromisoformat(clock["story"])
        real = datetime.fromisoformat(clock["real"])
        if record["event"] == "skipped":
            skipped.append(at)
        if clock["running"]:
            if since is not None and begun and real > since[1]:
                stood.append(Stood(since[0], real - since[1]))
            since, begun = None, True
        elif since is None:
            since = (at, real)
    return tuple(stood), tuple(skipped)


def _played(title: str) -> Scenario:
    for short in (False, True):
        scenario = plans.scenario(short=short)
        if scenario.title == title:
            return scenario
    raise ScenarioInvalid(
        _("This is the record of another exercise: “{title}”.").format(title=title[:80]),
        next_step=_("The debrief is for the scenarios whole-case and whole-case-short."),
    )


def _events(
    events: Mapping[str, Iterable[Mapping[str, Any]]], desks: Mapping[str, Desk]
) -> tuple[list[Sent], list[Noted]]:
    """The messages, each once at the time at which it was sent, and the notes, both in the order of time."""
    sent: dict[str, Sent] = {}
    notes: list[Noted] = []
    for desk, happened in events.items():
        for event in happened:
            at = datetime.fromisoformat(event["at"])
            if event["event"] == "noted":
                case = desks[desk].cases.get(event["case"]) if desk in desks else None
                notes.append(
                    Noted(at, desk, event["what"], event["text"], case.root.id if case is not None else "")
                )
            else:
                message = Envelope.from_json(event["envelope"]).message
                known = sent.get(message.id)
                if known is None or at < known.at:
                    sent[message.id] = Sent(at, message)
    return sorted(sent.values(), key=lambda one: one.at), sorted(notes, key=lambda one: one.at)


def _author(message: Message, stories: set[str], scripts: Mapping[str, Any]) -> str:
    if message.id in stories:
        return "story"
    return "script" if message.sender in scripts else ""


def _inject_of(text: str) -> str:
    """The name of the story's words; empty for words of a facilitator."""
    wanted = " ".join(text.split())
    for name, inject in plans.plan().injects.items():
        if " ".join(inject.get("text", "").split()) == wanted:
            return name
    return ""
