"""A class: its folder, its settings, its keys and its assignments, in one object.

>>> klass = Class.open(Path("autumn"))
>>> klass.assignment("m01-convention").state
'open'
>>> klass.plan("m01-convention", state="closed")

The folder is an nbgrader course directory with some files more. ``class.json`` is public; the private keys
lie in ``keys/`` and are in nothing that is handed out.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hanoikit.classroom.roster import Roster
from hanoikit.errors import ClassroomError, HanoiKitError, UsageError
from hanoikit.grading.course import CourseDirectory
from hanoikit.i18n import _
from hanoikit.workspace.delivery import put

if TYPE_CHECKING:
    from cryptography import x509

    from hanoikit.grading.source import AssignmentSource
    from hanoikit.trust.identity import Identity

FORMAT = "hanoikit.class/1"
FILE = "class.json"
CERTIFICATE = "class-certificate.pem"
STATES = ("planned", "open", "closed")
SOLUTIONS = ("hidden", "released")
REGISTRAR = "Registrar of the class"
"""The name in the certificate that signs receipts, ledger heads and completion records."""

_STATE_OF_CLASS = "XZ"
"""Certificates of the kit name an invented State; a class is in none of the story's."""
_YEARS = 5
_UNCHANGED: Any = ...


def grouped(fingerprint: str) -> str:
    """A fingerprint as people compare it: in groups of four."""
    return " ".join(fingerprint[n : n + 4] for n in range(0, len(fingerprint), 4))


@dataclass(frozen=True, slots=True)
class Assignment:
    """One assignment of a class. ``due`` has a zone; ``solution`` is ``"hidden"`` or ``"released"``.

    ``refuse_late``: what comes in late is set aside until the instructor decides, instead of counting with a flag.
    """

    name: str
    state: str
    due: datetime | None
    solution: str
    refuse_late: bool = False

    @property
    def is_open(self) -> bool:
        """Whether trainees are working on it."""
        return self.state == "open"


class Class:
    """An open class. Settings are read anew where they can change while a program runs."""

    def __init__(self, root: Path, settings: Mapping[str, Any]) -> None:
        self.root = root
        self.id = str(settings["id"])
        self.title = str(settings["title"])
        self.zone = ZoneInfo(str(settings["zone"]))
        self.language = str(settings.get("language") or "en")

    # making and opening

    @classmethod
    def create(
        cls,
        root: Path,
        *,
        title: str,
        zone: str,
        now: datetime,
        assignments: Sequence[AssignmentSource | str] | None = None,
        language: str = "en",
    ) -> Class:
        """Make a class in ``root``: course directory, keys, certificate, ``class.json``.

        ``assignments`` are sources or names of installed ones, default all; an nbgrader course directory that is there
        already keeps its settings and its own assignments. Raises :class:`ClassroomError` when there is a
        class already or the folder is in use, :class:`UsageError` for an unknown zone.
        """
        from hanoikit.trust.identity import CourseAuthority, Role, fingerprint, pem

        if (root / FILE).exists():
            raise ClassroomError(
                _("There is a class in this folder already."),
                where=str(root),
                next_step=_("Open it, or name another folder."),
            )
        known_zone(zone)
        title = " ".join(title.split()) or root.resolve().name
        course = _course(root, assignments)
        root = course.root
        identity = secrets.token_hex(6)
        start = now.replace(microsecond=0) - timedelta(days=31)  # a clock that was ahead may be set right
        authority = CourseAuthority.create(
            # RFC 5280 allows 64 characters; the number tells two classes of one title apart.
            name=f"{title[:40]} ({identity})",
            not_before=start,
            not_after=start + timedelta(days=365 * _YEARS),
        )
        registrar = authority.issue(
            name=REGISTRAR, role=Role.CUSTODIAN, organisation=title[:64], state=_STATE_OF_CLASS
        )
        _save_keys(root, authority.certificate, authority.key, registrar)
        put(root / CERTIFICATE, pem(authority.certificate))
        for folder in ("inbox", "handouts", "reports"):
            (root / folder).mkdir(exist_ok=True)
        settings = {
            "format": FORMAT,
            "id": identity,
            "title": title,
            "zone": zone,
            "language": language,
            "certificate": fingerprint(authority.certificate),
            "assignments": {name: _planned() for name in _sources(course)},
        }
        # Last, because a folder with this file is a whole class.
        put(root / FILE, _dumps(settings))
        return cls.open(root)

    @classmethod
    def exists(cls, root: Path) -> bool:
        """Whether there is a class in this folder."""
        return (root / FILE).is_file()

    @classmethod
    def open(cls, root: Path) -> Class:
        """The class in ``root``; raises :class:`ClassroomError` when there is none, or a broken one."""
        root = root.resolve()
        return cls(root, _read(root))

    # places

    @cached_property
    def course(self) -> CourseDirectory:
        """nbgrader's folders."""
        return CourseDirectory(self.root)

    @property
    def inbox(self) -> Path:
        """Every file that ever came in, under its SHA-256."""
        return self.root / "inbox"

    @property
    def ledger_path(self) -> Path:
        """The grade ledger."""
        return self.root / "ledger.jsonl"

    @property
    def reports(self) -> Path:
        """Pages, records and exports about the class."""
        return self.root / "reports"

    @property
    def handouts(self) -> Path:
        """What is written for trainees."""
        return self.root / "handouts"

    @property
    def roster_path(self) -> Path:
        """The list of trainees."""
        return self.root / "roster.csv"

    @property
    def certificate_path(self) -> Path:
        """The authority's certificate, which trainees receive."""
        return self.root / CERTIFICATE

    # people and keys

    @property
    def roster(self) -> Roster:
        """The trainees, as ``roster.csv`` has them now."""
        return Roster.read(self.roster_path)

    @cached_property
    def authority_certificate(self) -> x509.Certificate:
        """The certificate that everybody compares; checked against the fingerprint in ``class.json``."""
        from hanoikit.trust.identity import fingerprint, load_certificate

        certificate = load_certificate(self.certificate_path)
        if fingerprint(certificate) != _read(self.root).get("certificate"):
            raise ClassroomError(
                _("The certificate of the class is not the one that class.json names."),
                where=str(self.certificate_path),
                next_step=_("Take both files from the same copy of the class."),
            )
        return certificate

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the authority's certificate, in hexadecimal."""
        from hanoikit.trust.identity import fingerprint

        return fingerprint(self.authority_certificate)

    @property
    def code(self) -> str:
        """The short form of the fingerprint, which people read out and compare; see :mod:`hanoikit.handin.codes`."""
        from cryptography.hazmat.primitives.serialization import Encoding

        from hanoikit.handin.codes import code_of

        return code_of(self.authority_certificate.public_bytes(Encoding.DER))

    @cached_property
    def registrar(self) -> Identity:
        """Who signs for the class; raises :class:`~hanoikit.errors.IdentityRejected` when the key is gone."""
        from hanoikit.trust.identity import Identity

        return Identity.load(self.root / "keys" / "registrar")

    # assignments

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """All assignments, in the order of ``class.json``, as it is now."""
        return tuple(_assignment(name, row) for name, row in _read(self.root)["assignments"].items())

    def assignment(self, name: str) -> Assignment:
        """One assignment; raises :class:`UsageError` with the names there are."""
        rows = _read(self.root)["assignments"]
        if name not in rows:
            raise UsageError(
                _("The class has no assignment {name}.").format(name=name[:100]),
                next_step=_("Its assignments are: {names}.").format(names=", ".join(rows) or _("none")),
            )
        return _assignment(name, rows[name])

    def plan(
        self,
        name: str,
        *,
        state: str | None = None,
        due: datetime | None = _UNCHANGED,
        solution: str | None = None,
        refuse_late: bool | None = None,
    ) -> None:
        """Change an assignment in ``class.json``; what is not given stays. ``due=None`` takes the due date away.

        Raises :class:`UsageError` for an unknown assignment or state, or a date without zone.
        """
        if state is not None and state not in STATES:
            raise UsageError(_("This is no state: {state}.").format(state=state))
        if solution is not None and solution not in SOLUTIONS:
            raise UsageError(_("A solution is hidden or released, not {state}.").format(state=solution))
        if isinstance(due, datetime) and due.tzinfo is None:
            raise UsageError(_("A due date needs its zone."))
        self.assignment(name)
        with self._changing() as settings:
            row = settings["assignments"][name]
            if state is not None:
                row["state"] = state
            if due is not _UNCHANGED:
                row["due"] = None if due is None else due.isoformat(timespec="seconds")
            if solution is not None:
                row["solution"] = solution
            if refuse_late is not None:
                row["late"] = "refuse" if refuse_late else "count"

    def add(self, assignments: Sequence[str] | None = None) -> tuple[str, ...]:
        """Take in these assignments of the installed course, and refresh the sources of those that the class
        has (with no names: only that); the names of the new ones.
        """
        from hanoikit.grading.source import installed

        there = installed()
        own = [one.name for one in self.assignments if one.name in there]
        course = _course(self.root, list(dict.fromkeys([*own, *(assignments or ())])))
        with self._changing() as settings:
            rows = settings["assignments"]
            new = tuple(name for name in _sources(course) if name not in rows)
            rows.update({name: _planned() for name in new})
        return new

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """The settings to change; written when the block ends well. Two programs take turns."""
        from filelock import FileLock

        with FileLock(self.root / f".{FILE}.lock"):
            settings = _read(self.root)
            before = _dumps(settings)
            yield settings
            after = _dumps(settings)
            if after != before:
                put(self.root / FILE, after)


def known_zone(name: str) -> ZoneInfo:
    """A zone by its IANA name; raises :class:`UsageError` for a name that there is not."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise UsageError(
            _("There is no time zone {name}.").format(name=name[:60]),
            next_step=_("Write it as a continent and a city: Asia/Ho_Chi_Minh, Europe/Helsinki."),
        ) from error


def _planned() -> dict[str, Any]:
    return {"state": "planned", "due": None, "solution": "hidden"}


def _assignment(name: str, row: Mapping[str, Any]) -> Assignment:
    due = row.get("due")
    return Assignment(
        name=name,
        state=str(row.get("state", "planned")),
        due=datetime.fromisoformat(due) if due else None,
        solution=str(row.get("solution", "hidden")),
        # Classes of older editions have no such member: there, late ones count.
        refuse_late=row.get("late") == "refuse",
    )


def _course(root: Path, assignments: Sequence[AssignmentSource | str] | None) -> CourseDirectory:
    """The course directory, made or refreshed, with the engine that keeps trainees' code apart."""
    from hanoikit.grading.course import course_directory
    from hanoikit.grading.source import AssignmentSource

    own = assignments is None and (root / "nbgrader_config.py").is_file() and not Class.exists(root)
    if own and _sources(CourseDirectory(root)):
        # A course that somebody runs already keeps its own assignments.
        return CourseDirectory(root.resolve())
    if assignments is not None:
        # Before anything is made: a name that is not known leaves no half class behind.
        assignments = [
            one if isinstance(one, AssignmentSource) else AssignmentSource.installed(one)
            for one in assignments
        ]
    try:
        return course_directory(root, assignments=assignments, trusted=True)
    except OSError as error:
        raise ClassroomError(
            _("The folder of the class cannot be written: {reason}.").format(reason=error.strerror or error),
            where=str(error.filename or root),
            next_step=_("Name a folder of your own."),
        ) from error


def _sources(course: CourseDirectory) -> list[str]:
    folder = course.root / "source"
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and any(path.glob("*.ipynb")))


def _save_keys(root: Path, certificate: x509.Certificate, key: Any, registrar: Identity) -> None:
    from hanoikit.trust.identity import Identity

    keys = root / "keys"
    keys.mkdir(exist_ok=True)
    if os.name == "posix":
        keys.chmod(0o700)
    Identity(certificate, key).save(keys / "authority")
    registrar.save(keys / "registrar")


def _read(root: Path) -> dict[str, Any]:
    path = root / FILE
    try:
        settings = json.loads(path.read_text(encoding="utf-8-sig"))
        if settings["format"] != FORMAT:
            raise ValueError(str(settings["format"]))
        if not re.fullmatch(r"[0-9a-f]{12}", settings["id"]):
            raise ValueError("id")
        ZoneInfo(settings["zone"])
        for name, row in settings["assignments"].items():
            _assignment(name, row)
        return dict(settings)
    except FileNotFoundError as error:
        raise ClassroomError(
            _("There is no class in this folder."),
            where=str(root),
            next_step=_("Make one with: hanoikit class init, or go to the folder of your class."),
        ) from error
    except HanoiKitError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ClassroomError(
            _("The settings of the class cannot be read: {reason}.").format(
                reason=f"{type(error).__name__}: {error}"[:200].rstrip(".")
            ),
            where=str(path),
            next_step=_("Correct the file, or put back the copy that you have of it."),
        ) from error


def _dumps(settings: Mapping[str, Any]) -> bytes:
    return (json.dumps(settings, indent=1, ensure_ascii=False) + "\n").encode()
