"""The request workshop without its screen: one case, a draft, letters, and the rounds with the other State.

>>> room = RequestRoom(Path("work/requests"), WorkshopCase.named("porto-cloud"))
>>> room.send(request).answer["decision"]
'ask'
>>> RequestRoom(room.folder, room.case).rounds == room.rounds           # after a restart the room is as it was
True

Every round is in ``rounds.jsonl`` (a :class:`hanoikit.trust.chain.LogFile`) before it shows, with the request and the
answer as they were; what is being written is in ``draft.json``. Nothing is deleted: a letter that is written again lays
the older one aside with a number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hanoikit import resources
from hanoikit.cooperation.circumstances import Circumstances
from hanoikit.cooperation.instruments import Fit, Matter, fitting
from hanoikit.cooperation.letters import Letter, write_pdf, write_word
from hanoikit.cooperation.letters_seal import pdf_seal
from hanoikit.cooperation.requests import Request, from_json, to_bytes, to_json
from hanoikit.cooperation.responder import respond
from hanoikit.cooperation.state_rules import law
from hanoikit.errors import DataInvalid, Finding, UsageError, WorkspaceError
from hanoikit.i18n import _
from hanoikit.labs.bench_folder import lay_aside, read_json, write_json, writing
from hanoikit.trust.chain import Chain, LogFile, verify

if TYPE_CHECKING:
    from hanoikit.evidence.timestamp import LocalTimestampAuthority
    from hanoikit.trust.identity import CourseAuthority, Identity

KIND = "request-workshop"
ROUNDS, DRAFT, REQUEST = "rounds.jsonl", "draft.json", "request.json"
SEED = 2026
"""The seed of the course's keys, as in module 4; they are no secrets."""
_NINE = time(9, 0)


@dataclass(frozen=True, slots=True)
class WorkshopCase:
    """A starting case of ``assets/cooperation/cases``. ``draft`` are values of the form, bad on purpose."""

    name: str
    title: str
    kind: str
    requesting: str
    requested: str
    on: date
    zone: str
    briefing: tuple[str, ...]
    matter: Matter
    lines: Mapping[str, int]
    draft: Mapping[str, Any]
    circumstances: Circumstances

    @property
    def place(self) -> str:
        """The place whose clock the form uses."""
        from hanoikit.casework.world import STATES

        return next((state.capital for state in STATES.values() if state.zone == self.zone), self.zone)

    @classmethod
    def named(cls, name: str) -> WorkshopCase:
        """The case of this name. Raises ``UsageError`` when there is none, ``DataInvalid`` for an unsound file."""
        folder = resources.assets() / "cooperation" / "cases"
        names = sorted(path.stem for path in folder.glob("*.json") if path.stem != "schema")
        if name not in names:
            raise UsageError(
                _("There is no case {name} for the workshop.").format(name=ascii(name)[:40]),
                next_step=_("Use one of: {names}.").format(names=", ".join(names)),
            )
        return cls.from_json(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> WorkshopCase:
        """A case from its data. Raises ``DataInvalid`` with every finding."""
        import jsonschema

        schema = json.loads(
            (resources.assets() / "cooperation" / "cases" / "schema.json").read_text(encoding="utf-8")
        )
        findings = [
            Finding("case", error.message, "/".join(map(str, error.absolute_path)))
            for error in jsonschema.Draft202012Validator(schema).iter_errors(value)
        ]
        if findings:
            raise DataInvalid(_("The case of the workshop does not fit its schema."), findings=findings)
        matter = {**value["matter"], "articles": tuple(value["matter"].get("articles", ()))}
        return cls(
            name=value["case"],
            title=value["title"],
            kind=value["kind"],
            requesting=value["requesting"],
            requested=value["requested"],
            on=date.fromisoformat(value["on"]),
            zone=value["zone"],
            briefing=tuple(value["briefing"]),
            matter=Matter(**matter),
            lines=value["lines"],
            draft=value["draft"],
            circumstances=Circumstances.from_json(value["circumstances"]),
        )

    def fits(self) -> list[Fit]:
        """Every treaty judged for this case, those that fit first."""
        return fitting(self.requesting, self.requested, self.matter, self.on)


@dataclass(frozen=True, slots=True)
class Round:
    """One request with its answer, both as plain data. ``number`` counts from 1."""

    number: int
    at: datetime
    request: Mapping[str, Any]
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is being written: the form's number (a new form has another), its values by path, how many lines it has,
    and the choice of treaty and channel."""

    number: int
    values: Mapping[str, Any]
    lines: Mapping[str, int]
    fit: Mapping[str, str]


def _pairs(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


class RequestRoom:
    """The work on one case, kept in ``folder``. ``sync=False`` leaves writing to the system (trials).

    Raises ``ArtefactUnreadable`` when the log in the folder is damaged or of another case, ``WorkspaceError`` when the
    folder cannot be used.
    """

    def __init__(self, folder: Path | str, case: WorkshopCase, *, sync: bool = True) -> None:
        self.folder = Path(folder)
        self.case = case
        self._sync = sync
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        self._open()

    def _open(self) -> None:
        with LogFile.open(self.log_path, kind=KIND, owner=self.case.name, sync=self._sync):
            pass
        lines = Chain.from_bytes(self.log_path.read_bytes()).lines
        self.rounds = [
            Round(number, line.at, line.record["request"], line.record["answer"])
            for number, line in enumerate(lines, 1)
        ]

    @property
    def log_path(self) -> Path:
        return self.folder / ROUNDS

    def check_log(self) -> list[Finding]:
        """Everything wrong with the log on the disk; empty when it holds."""
        return verify(self.log_path.read_bytes(), kind=KIND, owner=self.case.name)

    # the draft

    def draft(self) -> Draft:
        """What is being written; the colleague's draft at the beginning, and where the file cannot be read."""
        found = read_json(self.folder / DRAFT)
        values, fit, lines = (found.get(name) for name in ("values", "fit", "lines"))
        number = found.get("number")
        return Draft(
            number=number if type(number) is int and number > 0 else 1,
            values=values if isinstance(values, dict) else dict(self.case.draft),
            lines={name: one for name, one in _pairs(lines) if name in self.case.lines and one in range(10)},
            fit={name: one for name, one in _pairs(fit) if isinstance(one, str)},
        )

    def keep(self, draft: Draft) -> None:
        """Put the draft on the disk; a crash leaves the old one or the new one."""
        with writing(self.folder):
            write_json(
                self.folder / DRAFT,
                {
                    "fit": dict(draft.fit),
                    "lines": dict(draft.lines),
                    "number": draft.number,
                    "values": dict(draft.values),
                },
            )

    def export(self, request: Request) -> Path:
        """Write the request as JSON, the form that other States' programs read."""
        path = self.folder / REQUEST
        data = to_bytes(request)
        with writing(self.folder):
            if not (path.is_file() and path.read_bytes() == data):
                lay_aside(path)
                path.write_bytes(data)
        return path

    # the letters

    @cached_property
    def timestamps(self) -> LocalTimestampAuthority:
        from hanoikit.evidence.timestamp import LocalTimestampAuthority

        return LocalTimestampAuthority.create(seed=SEED)

    @cached_property
    def authority(self) -> CourseAuthority:
        from hanoikit.trust.identity import CourseAuthority

        return CourseAuthority.create(seed=SEED)

    def signer(self, one: Letter) -> Identity:
        """Who signs for the central authority, with a course certificate."""
        from hanoikit.trust.identity import Role

        return self.authority.issue(
            name=one.form.signatory,
            role=Role.CENTRAL_AUTHORITY,
            organisation=f"{one.form.body}, {one.form.unit}",
            state=one.state,
        )

    def signed_at(self, request: Mapping[str, Any]) -> datetime:
        """The story's time of a signature: nine in the morning of the letter's date, on the clock of the case."""
        try:
            day = date.fromisoformat(str(request.get("date") or ""))
        except ValueError:
            day = self.case.on
        return datetime.combine(day, _NINE, ZoneInfo(self.case.zone))

    def write_letter(self, one: Letter, request: Mapping[str, Any], kind: str) -> tuple[Path, ...]:
        """Write the letter as ``letter.pdf`` or ``letter.docx`` (``kind`` pdf or word) with what belongs to it.

        A draft is not signed and has ``draft`` in its name.
        """
        at = self.signed_at(request)
        signer = None if one.draft else self.signer(one)
        stamps = None if one.draft else self.timestamps
        stem = "letter-draft" if one.draft else "letter"
        path = self.folder / f"{stem}.{'pdf' if kind == 'pdf' else 'docx'}"
        with writing(self.folder):
            for old in (path, path.with_name(f"{path.name}.sig.json"), path.with_name(f"{path.name}.tsr")):
                lay_aside(old)
            if kind == "pdf":
                seal = None if signer is None else pdf_seal(signer, self.authority)
                return (write_pdf(one, path, signer=seal, timestamps=stamps, at=at),)
            return write_word(one, path, signer=signer, timestamps=stamps, at=at)

    def certificates(self) -> tuple[Path, Path]:
        """Write the two roots with which anybody can check signature and timestamp."""
        from hanoikit.trust.certificates import pem

        people, stamps = self.folder / "course-authority.pem", self.folder / "timestamp-root.pem"
        with writing(self.folder):
            people.write_bytes(pem(self.authority.certificate))
            stamps.write_bytes(pem(self.timestamps.root))
        return people, stamps

    # the rounds

    def send(self, request: Request) -> Round:
        """Send the request; the other State answers at once, by its rules. The round is on the disk when this returns.

        Raises ``UsageError`` for a request to another State than the case's, and for a kind that is not answered.
        """
        if (request.requesting, request.requested) != (self.case.requesting, self.case.requested):
            raise UsageError(
                _("This case goes from {one} to {other}.").format(
                    one=self.case.requesting, other=self.case.requested
                ),
                next_step=_("Write the request to that State."),
            )
        plain = to_json(request)
        known = self.case.circumstances
        last = self.rounds[-1] if self.rounds else None
        if last is not None and last.answer["decision"] == "ask" and last.request == plain:
            # The same letter again is no answer to the questions of the first one.
            known = Circumstances.from_json({**known.to_json(), "asked_before": True})
        answer = respond(request, law(self.case.requested), known).to_json()
        at = self.signed_at(plain) + timedelta(days=len(self.rounds))
        if last is not None:
            at = max(at, last.at)
        with LogFile.open(self.log_path, kind=KIND, owner=self.case.name, sync=self._sync) as log:
            if log.head.index != len(self.rounds):
                self._open()
                raise WorkspaceError(
                    _("Another window has sent a request of this case."),
                    next_step=_("Look at the rounds below, then send again."),
                )
            log.append({"answer": answer, "request": plain}, at=at)
        self.rounds.append(Round(len(self.rounds) + 1, at, plain, answer))
        return self.rounds[-1]

    def request_of(self, number: int) -> Request:
        """The request of an earlier round. Raises ``UsageError`` when there is no such round."""
        for one in self.rounds:
            if one.number == number:
                made: Request = from_json(one.request)
                return made
        raise UsageError(
            _("There is no round {number}.").format(number=number), next_step=_("Send a request first.")
        )
