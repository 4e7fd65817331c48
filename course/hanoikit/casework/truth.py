"""The truth about a case: what hidden tests compare with. Kept apart from the files that trainees receive.

>>> truth("m04", 2026).attack
'back-date'

For shipped seeds it was recorded when the files were made (``assets/evidence/m04/<seed>/truth.json``); for
any other seed the case is made again, which needs the same programs. Nothing on the trainee's side imports
this module.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit import resources
from hanoikit.casework.plan import CLOCK_CHANGE, DEFAULT_SEED, SHIPPED_SEEDS, Plan, StickFile
from hanoikit.errors import DataInvalid, UsageError

if TYPE_CHECKING:
    from hanoikit.casework.custody_files import Custody

__all__ = ["FileTruth", "Truth", "truth", "truth_of"]


@dataclass(frozen=True, slots=True)
class FileTruth:
    """A deleted file of the stick. ``remains_from`` and ``remains`` say which bytes of it are left (offset,
    count).

    ``listed_as`` is the name in a listing of the image: without its first letter, or "" when no entry
    remains. ``remaining_sha256`` is of the bytes that are left, ``media_offset`` where they begin on the
    medium.
    """

    name: str
    listed_as: str
    size: int
    sha256: str
    modified_local: str
    modified: datetime
    remains_from: int
    remains: int
    remaining_sha256: str
    media_offset: int


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that a hidden test of module 4 may ask. Times are aware and in UTC; hashes are hexadecimal
    SHA-256.
    """

    module: str
    seed: int
    case_number: str
    sha256: Mapping[str, str]
    media_size: int
    media_sha256: str
    media_sha1: str
    media_md5: str
    stick_label: str
    stick_files: tuple[str, ...]
    deleted: FileTruth
    overwritten: FileTruth
    nameless: FileTruth
    payments: int
    payments_total: int
    payments_by_state: Mapping[str, int]
    events: Mapping[str, datetime]
    skew_seconds: int
    latitude: float
    longitude: float
    photo_offset_minutes: int
    photo_has_offset: bool
    dkim: str
    dkim_domain: str
    arc: str
    arc_domain: str
    lure_host: str
    lure_address: str
    crew_address: str
    workstation: str
    username: str
    password: str
    custody_entries: int
    received_entries: int
    attack: str
    first_broken: int
    finding_codes: tuple[str, ...]
    people: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``truth.json``."""
        return dict(_plain(dataclasses.asdict(self)))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Truth:
        """The truth from plain data; ``KeyError``, ``TypeError`` or ``ValueError`` when it is not one."""
        values = dict(data)
        for key in ("deleted", "overwritten", "nameless"):
            entry = dict(values[key])
            entry["modified"] = datetime.fromisoformat(entry["modified"])
            values[key] = FileTruth(**entry)
        values["events"] = {name: datetime.fromisoformat(at) for name, at in values["events"].items()}
        for key in ("stick_files", "finding_codes"):
            values[key] = tuple(values[key])
        return cls(**values)


def truth(module: str = "m04", seed: int = DEFAULT_SEED) -> Truth:
    """The truth about the case of a module for a seed.

    Raises ``UsageError`` for an unknown module, ``DataInvalid`` when the recorded truth cannot be read,
    ``ToolMissing`` when the seed is not shipped and the programs to make the case are not there.
    """
    if module != "m04":
        raise UsageError(f"There is no case for the module {module}.", next_step="Cases exist for: m04.")
    return _truth(module, seed)


@functools.lru_cache(maxsize=64)
def _truth(module: str, seed: int) -> Truth:
    if seed not in SHIPPED_SEEDS:
        from hanoikit.casework.drawing import evidence_case
        from hanoikit.casework.making import make_files

        with tempfile.TemporaryDirectory(prefix="hanoikit-truth-") as scratch:
            return make_files(evidence_case(seed), Path(scratch))
    path = resources.assets() / "evidence" / module / str(seed) / "truth.json"
    try:
        return Truth.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataInvalid(
            "The recorded truth of this case cannot be read.",
            where=str(path),
            next_step="Make the assets again (make assets), or install the course again.",
        ) from error


def truth_of(plan: Plan, *, hashes: Mapping[str, str], media: bytes, photo: bytes, custody: Custody) -> Truth:
    """The truth that follows from the plan, and from the built files where only they can tell (hashes,
    places).
    """
    from hanoikit.casework.stick import stick_files

    stick, moments, net = plan.stick, plan.moments, plan.network
    contents = {**stick_files(plan), stick.photo.name: photo}
    by_state: Counter[str] = Counter()
    for payment in stick.payments:
        by_state[payment.state] += payment.amount

    def file_truth(entry: StickFile, *, listed: bool, start: int) -> FileTruth:
        from hanoikit.casework.plan import local

        content = contents[entry.name]
        left = content[start:]
        return FileTruth(
            name=entry.name,
            listed_as=f"_{entry.name[1:]}" if listed else "",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            modified_local=f"{local(entry.written, 'XA'):%Y-%m-%d %H:%M:%S}",
            modified=entry.written,
            remains_from=start,
            remains=len(left),
            remaining_sha256=hashlib.sha256(left).hexdigest(),
            media_offset=media.index(left),
        )

    return Truth(
        module="m04",
        seed=plan.seed,
        case_number=plan.case_number,
        sha256={name: digest for name, digest in sorted(hashes.items()) if name != "media"},
        media_size=len(media),
        media_sha256=hashes["media"],
        media_sha1=hashlib.sha1(media, usedforsecurity=False).hexdigest(),
        media_md5=hashlib.md5(media, usedforsecurity=False).hexdigest(),
        stick_label=stick.label,
        stick_files=tuple(
            sorted(file.name for file in (stick.notes, stick.photo, stick.overwriter, stick.reuser))
        ),
        deleted=file_truth(stick.deleted, listed=True, start=0),
        overwritten=file_truth(stick.overwritten, listed=True, start=stick.overwritten_start),
        nameless=file_truth(stick.nameless, listed=False, start=stick.nameless_start),
        payments=len(stick.payments),
        payments_total=sum(by_state.values()),
        payments_by_state=dict(sorted(by_state.items())),
        events={
            **{field.name: getattr(moments, field.name) for field in dataclasses.fields(moments)},
            "ledger_written": stick.deleted.written,
            "clock_change": CLOCK_CHANGE,
        },
        skew_seconds=plan.skew_seconds,
        latitude=plan.photo.latitude,
        longitude=plan.photo.longitude,
        photo_offset_minutes=plan.photo.offset_minutes,
        photo_has_offset=plan.photo.has_offset,
        dkim="pass",
        dkim_domain=plan.lure.sender_domain,
        arc="pass",
        arc_domain=plan.lure.forwarder_domain,
        lure_host=net.lure_host,
        lure_address=net.lure_address,
        crew_address=net.crew_address,
        workstation=net.workstation,
        username=net.username,
        password=net.password,
        custody_entries=len(custody.honest),
        received_entries=len(custody.received),
        attack=custody.attack,
        first_broken=custody.first_broken,
        finding_codes=custody.finding_codes,
        people={person.key: person.name for person in plan.people},
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value
