"""The trainees of a class, with any name that people have, and lists of them brought together without loss.

>>> roster = Roster.read(Path("roster.csv"))
>>> merged = roster.merge(Path("from the ministry.xlsx"), on=date(2026, 12, 1))
>>> len(merged.added), [str(finding) for finding in merged.findings]
(30, [])
>>> merged.roster.write(Path("roster.csv"))

An id is given once and stays. Who is no longer on a new list stays in the roster and is marked as having
left: their marks and the ledger name them.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from hanoikit.classroom.roster_files import NAME, Table, read_table
from hanoikit.errors import ClassroomError, Finding
from hanoikit.i18n import _

COLUMNS = ("id", "family_name", "given_name", "email", "group", "note")
STATUS = "status"
"""A column more, in which the day stands on which somebody was no longer on the list."""
AS_GIVEN = "id_as_given"
"""A column more: the id of the list where it cannot be the name of a folder."""

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10))}
_VIETNAMESE = re.compile("[\u1ea0-\u1ef9]")
"""Letters that no other language has; the family name comes first there too."""
_FAMILY_FIRST = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO")


@dataclass(frozen=True, slots=True)
class Trainee:
    """One person of the class. ``id`` names their folders; ``more`` holds the list's other columns."""

    id: str
    family_name: str = ""
    given_name: str = ""
    email: str = ""
    group: str = ""
    note: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name as its people write it: a column ``name`` of the list, else by the script."""
        if whole := self.more.get(NAME, ""):
            return whole
        if not self.family_name or not self.given_name:
            return self.family_name or self.given_name or self.id
        if all(unicodedata.name(c, "").startswith(_FAMILY_FIRST) for c in self.family_name + self.given_name):
            return f"{self.family_name}{self.given_name}"
        if _VIETNAMESE.search(self.family_name + self.given_name):
            return f"{self.family_name} {self.given_name}"
        return f"{self.given_name} {self.family_name}"

    @property
    def left(self) -> bool:
        """Whether they are no longer on the list."""
        return self.more.get(STATUS, "").startswith("left")

    @property
    def _values(self) -> dict[str, str]:
        return {**{name: str(getattr(self, name)) for name in COLUMNS}, **self.more}


@dataclass(frozen=True, slots=True)
class Merged:
    """What a list changed; the lists of ids are in the order of the roster."""

    roster: Roster
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Roster:
    """All trainees, in the order in which they came. Iterating gives them one by one."""

    trainees: tuple[Trainee, ...] = ()

    def __iter__(self) -> Iterator[Trainee]:
        return iter(self.trainees)

    def __len__(self) -> int:
        return len(self.trainees)

    def __contains__(self, id: object) -> bool:
        return any(trainee.id == id for trainee in self.trainees)

    @property
    def present(self) -> tuple[Trainee, ...]:
        """Everybody who has not left."""
        return tuple(trainee for trainee in self.trainees if not trainee.left)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, in order."""
        return tuple(trainee.id for trainee in self.trainees)

    def get(self, id: str) -> Trainee | None:
        """The trainee with this id, or ``None``."""
        return next((trainee for trainee in self.trainees if trainee.id == id), None)

    def find(self, words: str) -> tuple[Trainee, ...]:
        """Everybody whose id, email or name has all these words, however accents and case are written. An
        exact id or email is found alone.
        """
        exact = [t for t in self.trainees if fold(words) in (fold(t.id), fold(t.email)) and words.strip()]
        if exact:
            return tuple(exact)
        wanted = fold(words).split()
        return tuple(
            trainee
            for trainee in self.trainees
            if wanted
            and all(
                word in fold(f"{trainee.name} {trainee.family_name} {trainee.given_name} {trainee.email}")
                for word in wanted
            )
        )

    @classmethod
    def read(cls, path: Path) -> Roster:
        """Read ``roster.csv``; a file that is not there is an empty roster.

        Raises :class:`ClassroomError` with every finding when two rows have one id, or a value cannot be used.
        """
        if not path.is_file():
            return cls()
        merged = cls()._with(read_table(path), on=None, whole=False)
        faults = [finding for finding in merged.findings if finding.severity == "error"]
        if faults:
            raise ClassroomError(
                _("The roster has rows that cannot be used."),
                where=str(path),
                next_step=_("Correct them in a spreadsheet and save the file again."),
                findings=faults,
            )
        return merged.roster

    def write(self, path: Path) -> bool:
        """Write ``roster.csv`` (UTF-8 with byte order mark, for Excel); whether anything changed."""
        extra = list(dict.fromkeys(name for trainee in self.trainees for name in trainee.more))
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([*COLUMNS, *extra])
        for trainee in self.trainees:
            values = trainee._values
            writer.writerow([_guarded(values.get(name, "")) for name in (*COLUMNS, *extra)])
        data = b"\xef\xbb\xbf" + text.getvalue().encode()
        if path.is_file() and path.read_bytes() == data:
            return False
        part = path.with_name(f".{path.name}.part")
        try:
            part.write_bytes(data)
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise ClassroomError(
                _("The roster cannot be written: {reason}.").format(reason=error.strerror or error),
                where=str(path),
                next_step=_("Close it in the spreadsheet program, then run the command again."),
            ) from error
        return True

    def merge(
        self, path: Path, *, on: date | None = None, whole: bool | None = None, encoding: str | None = None
    ) -> Merged:
        """Bring a list (CSV or XLSX) into the roster; nothing and nobody is taken out.

        ``whole`` says whether the list has everybody: who is not on it is then marked as having left on the
        day ``on``. By default it has when at least half of those present are on it. Raises
        :class:`ClassroomError` when the file cannot be read as a list of people.
        """
        return self._with(read_table(path, encoding=encoding), on=on or date.today(), whole=whole)

    def _with(self, table: Table, *, on: date | None, whole: bool | None) -> Merged:
        from hanoikit.classroom.roster_merge import merge

        return merge(self, table, on=on, whole=whole)


def usable(id: str) -> bool:
    """Whether this can be an id: a folder's name on every system, and nothing else."""
    return bool(_ID.fullmatch(id)) and not id.endswith(".") and id.split(".")[0] not in _RESERVED


def fold(text: str) -> str:
    """A text for comparing: without case, accents and doubled spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold()).replace("đ", "d").replace("ı", "i")
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def _guarded(value: str) -> str:
    """A text that a spreadsheet would run as a formula is written as text; reading takes the mark off."""
    return f"'{value}" if value[:1] in {"=", "+", "-", "@"} else value
