"""The evidence bench without its screen: one specialist's work on one case, kept in a folder.

>>> bench = Workbench(case, Path("work"))
>>> bench.check_image()
>>> deleted = [entry for entry in bench.files("Europe/Helsinki") if entry.deleted]
>>> bench.recover(deleted[0].inode, "Europe/Helsinki")
>>> bench.seal()
>>> bench.stamp()
>>> bench.pack(bench.available())
>>> [verdict.accepted for verdict in bench.ask_others()]
[True, True, True, True, True]

Everything that the bench knows lies in the folder, so that a new bench on the same folder goes on where the old one
stopped: ``custody.jsonl`` (the specialist's own custody log), ``recovered/``, ``seal.json``, ``seal.tsr``,
``disclosure/`` and ``package/``. Nothing is deleted: what is made again lays the older one aside with a number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit.casework import evidence_case, identities, timestamp_authority
from hanoikit.errors import EvidenceError, Finding, UsageError, WorkspaceError
from hanoikit.i18n import _
from hanoikit.labs.bench_folder import holds, is_laid_aside, lay_aside, read_json, write_json, writing
from hanoikit.labs.judging import IMAGE, asked, judges

if TYPE_CHECKING:
    from hanoikit.casework import Case, Plan
    from hanoikit.evidence.custody import CustodyLog
    from hanoikit.evidence.files import FileEntry
    from hanoikit.evidence.identity import CourseAuthority, Identity
    from hanoikit.evidence.package import Package
    from hanoikit.evidence.recovery import Recovered
    from hanoikit.evidence.seal import Seal
    from hanoikit.evidence.timestamp import LocalTimestampAuthority, TimestampInfo
    from hanoikit.evidence.validators import Verdict

ALGORITHMS = ("md5", "sha1", "sha256")
STAMP = ("seal.tsr", "seal-statement.json")
LABORATORY = "Digital evidence laboratory, Fjordholm"
Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class ImageCheck:
    """What reading the whole image again showed. ``stored`` and ``computed`` map algorithm to hexadecimal digest."""

    headers: Mapping[str, str]
    size: int
    stored: Mapping[str, str]
    computed: Mapping[str, str]
    findings: tuple[Finding, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing speaks against the copy."""
        return not any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One file shown with its proof: the folder for the receiver, and what the receiver can read in it."""

    folder: Path
    name: str
    index: int
    tree_size: int
    proof_hashes: int
    root: str


class Workbench:
    """The specialist's bench for one case.

    ``folder`` is made if it is missing; ``clock`` gives the time that is written into the log (aware; UTC now if left
    out). Every act that changes something is written into the specialist's own custody log, signed with the course
    identity of the specialist. Raises ``WorkspaceError`` when the folder cannot be written.
    """

    def __init__(self, case: Case, folder: Path | str, *, clock: Clock = _now) -> None:
        self.case = case
        self.folder = Path(folder)
        self.clock = clock
        with writing(self.folder):
            (self.folder / "recovered").mkdir(parents=True, exist_ok=True)

    # who and what

    @cached_property
    def plan(self) -> Plan:
        return evidence_case(self.case.seed)

    @cached_property
    def specialist(self) -> Identity:
        """The part that the trainee plays."""
        return identities(self.plan)["specialist"]

    @cached_property
    def authority(self) -> CourseAuthority:
        from hanoikit.casework.people import course_authority

        return course_authority(self.plan)

    @cached_property
    def timestamps(self) -> LocalTimestampAuthority:
        return timestamp_authority(self.plan)

    @property
    def exhibit(self) -> str:
        """The exhibit number of the stick."""
        return next(row.number for row in self.case.exhibits if row.file == IMAGE)

    @property
    def image_path(self) -> Path:
        return self.case.path(IMAGE)

    # the specialist's own log

    @property
    def log_path(self) -> Path:
        return self.folder / "custody.jsonl"

    def log(self) -> CustodyLog:
        """The specialist's own log; its first entry says that the image was received.

        Raises ``WorkspaceError`` when the folder holds the work on another case, ``EvidenceError`` when the log would
        begin with an image that is not the exhibit.
        """
        from hanoikit.evidence.custody import CustodyLog

        if self.log_path.exists():
            log = CustodyLog.load(self.log_path)
            if log.case != self.plan.case_number:
                raise WorkspaceError(
                    _("This folder holds the work on another case, {case}.").format(case=log.case),
                    where=str(self.folder),
                    next_step=_("Give the bench another folder; the work in this one is kept."),
                )
            return log
        log = CustodyLog(case=self.plan.case_number)
        sha256 = self._exhibit_digest(IMAGE)
        log.append(
            action="received",
            item=self.exhibit,
            actor=self.specialist,
            place=LABORATORY,
            at=self.clock(),
            item_sha256=sha256,
            note="working copy of the image usb.E01",
        )
        with writing(self.folder):
            log.save(self.log_path)
        return log

    def _note(
        self, action: str, item: str, *, note: str, sha256: str | None = None, source: str = ""
    ) -> None:
        log = self.log()
        log.append(
            action=action,
            item=item,
            actor=self.specialist,
            place=LABORATORY,
            at=self.now_after(log),
            item_sha256=sha256,
            note=note,
            source=source,
        )
        with writing(self.folder):
            log.save(self.log_path)

    def now_after(self, log: CustodyLog) -> datetime:
        # A laptop's clock that was set back must not stop the work; the order of the entries stays right.
        return max(self.clock(), *(entry.at for entry in log.entries))

    def check_log(self) -> list[Finding]:
        """What a check of the specialist's own log finds; nothing when it holds."""
        from hanoikit.evidence.custody import verify

        return list(verify(self.log(), roots=[self.authority.certificate]))

    # step by step

    def check_image(self) -> ImageCheck:
        """Read every byte of the image, hash the medium and compare with what the E01 stored; logs ``hashed``.

        The file itself is compared with the list of exhibits: whoever alters an image can also store new hashes in it.
        Raises ``ImageDamaged`` when the file is no image that can be read.
        """
        from hanoikit.evidence.acquisition import open_image

        with open_image(self.image_path) as image:
            check = ImageCheck(
                dict(image.headers),
                image.media_size,
                dict(image.stored_hashes),
                dict(image.media_digest(ALGORITHMS)),
                (*image.verify(), *self._not_the_exhibit(IMAGE)),
            )
        if check.whole:
            self._note(
                "hashed",
                self.exhibit,
                note="medium read again, agrees with the stored hashes; "
                f"SHA-256 of the medium {check.computed['sha256']}",
                sha256=self._exhibit_digest(IMAGE),
            )
        return check

    def _not_the_exhibit(self, name: str) -> list[Finding]:
        """A finding when the file differs from the list of exhibits; none for a file that is not in the list."""
        from hanoikit.evidence import hashing

        listed = {row.file: row.sha256 for row in self.case.exhibits}
        if name not in listed or hashing.digest(self.case.path(name))["sha256"] == listed[name]:
            return []
        message = _("The file is not the one in the list of exhibits: its SHA-256 is another one.")
        return [Finding("not-the-exhibit", message, name, ("ISO/IEC 27037",))]

    def refuse_changed(self, *names: str) -> None:
        if findings := [finding for name in names for finding in self._not_the_exhibit(name)]:
            raise EvidenceError(
                _("The files of the case have changed since they were handed to you."),
                next_step=_(
                    "Open the case again: run the first code cell of this page. Your version is kept."
                ),
                findings=findings,
            )

    def _exhibit_digest(self, name: str) -> str:
        from hanoikit.evidence import hashing

        self.refuse_changed(name)
        return hashing.digest(self.case.path(name))["sha256"]

    def files(self, zone: str = "UTC") -> list[FileEntry]:
        """What the file system lists, deleted files included; local times are read in ``zone``."""
        from hanoikit.evidence.acquisition import open_image

        with open_image(self.image_path) as image:
            return [entry for entry in image.files(zone=zone) if not entry.is_directory]

    def recover(self, inode: int, zone: str = "UTC") -> tuple[Path, Recovered]:
        """Recover one listed file into ``recovered/``; logs ``copied`` with the completeness in its note."""
        from hanoikit.evidence.acquisition import open_image

        with open_image(self.image_path) as image:
            entry = next((one for one in image.files(zone=zone) if one.inode == inode), None)
            if entry is None:
                raise UsageError(
                    _("The image lists no file with this number."),
                    next_step=_("Choose a file from the list."),
                )
            found = image.recover(entry)
        self.log()  # the image has to be the exhibit before anything is taken from it
        target = self.folder / "recovered" / entry.name
        with writing(self.folder):
            if target.exists() and target.read_bytes() != found.data:
                lay_aside(target)
            known = target.exists()
            if not known:
                target.write_bytes(found.data)
        record = self.records() | {
            entry.name: {
                "inode": entry.inode,
                "sha256": found.sha256,
                "size": len(found.data),
                "complete": found.complete,
            }
        }
        with writing(self.folder):
            write_json(self.folder / "recovered.json", record)
        if not known:
            self._note(
                "copied",
                f"{self.exhibit}-{entry.name}",
                note=f"{entry.path} recovered: {found.size_recovered} of {found.size_recorded} bytes",
                sha256=found.sha256,
                source=self.exhibit,
            )
        return target, found

    def recovered(self) -> dict[str, Path]:
        """The files recovered so far."""
        return {
            path.name: path
            for path in sorted((self.folder / "recovered").iterdir())
            if path.is_file() and not is_laid_aside(path)
        }

    def available(self) -> dict[str, Path]:
        """Everything that can be sealed and packed: the exhibits and what was recovered."""
        exhibits = {row.file: self.case.path(row.file) for row in self.case.exhibits}
        return exhibits | {f"recovered/{name}": path for name, path in self.recovered().items()}

    def seal(self) -> Seal:
        """Seal everything that is available (RFC 9162), signed by the specialist; logs ``sealed``.

        The timestamp of an older seal is laid aside with it: it says nothing about the new one.
        """
        from hanoikit.evidence import hashing
        from hanoikit.evidence.seal import Seal

        available = self.available()
        self.refuse_changed(*available)
        files = {name: hashing.digest(path) for name, path in available.items()}
        made = Seal.of(files).sign(self.specialist, case=self.plan.case_number, at=self.clock())
        with writing(self.folder):
            for name in ("seal.json", *STAMP):
                lay_aside(self.folder / name)
            made.save(self.folder / "seal.json")
        self._note("sealed", self.exhibit, note=f"{made.size} files under the root {made.root}")
        return made

    def current_seal(self) -> Seal:
        """The seal that was made last. Raises ``EvidenceError`` when there is none."""
        from hanoikit.evidence.seal import Seal

        path = self.folder / "seal.json"
        if not path.exists():
            raise EvidenceError(_("There is no seal yet."), next_step=_("Seal the exhibits first (step 5)."))
        return Seal.load(path)

    def disclose(self, name: str) -> Disclosure:
        """Lay one file, its inclusion proof and the signed root into ``disclosure/``, and check them as a receiver."""
        from hanoikit.evidence.seal import verify_inclusion

        made = self.current_seal()
        if name not in {leaf.name for leaf in made.leaves}:
            raise UsageError(
                _("{name} is not under the seal.").format(name=name),
                next_step=_("Seal again (step 5); the new seal covers everything on the bench."),
            )
        proof = made.inclusion_proof(name)
        source = self.available().get(name)
        if source is None or made.signed is None:
            raise EvidenceError(
                _("{name} is under the seal but is not on the bench any more.").format(name=name),
                next_step=_("Recover it again, then seal again."),
            )
        verify_inclusion(proof, root=made.root, size=made.size, data=source)
        folder = self.folder / "disclosure" / name.replace("/", "-")
        contents = {
            Path(name).name: source.read_bytes(),
            "proof.json": proof.to_json().encode("utf-8"),
            "root.json": json.dumps(made.signed.to_json(), indent=1, sort_keys=True).encode("utf-8") + b"\n",
        }
        with writing(self.folder):
            if any(not holds(folder / part, content) for part, content in contents.items()):
                lay_aside(folder)
            folder.mkdir(parents=True, exist_ok=True)
            for part, content in contents.items():
                (folder / part).write_bytes(content)
        self._note(
            "disclosed", self.exhibit, note=f"only {name}, with an inclusion proof for the root {made.root}"
        )
        return Disclosure(folder, name, proof.index, proof.tree_size, len(proof.path), made.root)

    def stamp(self) -> TimestampInfo:
        """A timestamp (RFC 3161) of the course authority over the seal's signed root; kept as ``seal.tsr``."""
        from hanoikit.evidence import timestamp

        made = self.current_seal()
        if made.signed is None:
            raise EvidenceError(
                _("The seal is not signed."), next_step=_("Seal the exhibits again (step 5).")
            )
        token = self.timestamps.stamp(made.signed.statement, at=self.clock())
        info = timestamp.verify(token, data=made.signed.statement, roots=[self.timestamps.root])
        with writing(self.folder):
            for name, content in zip(STAMP, (token.der, made.signed.statement), strict=True):
                lay_aside(self.folder / name)
                (self.folder / name).write_bytes(content)
        return info

    def pack(self, payload: Mapping[str, Path], *, receiver: str = "") -> Package:
        """Make the package for transfer from the chosen files; see :func:`hanoikit.labs.packing.pack`."""
        from hanoikit.labs.packing import pack

        return pack(self, payload, receiver=receiver)

    def ask_others(self) -> list[Verdict]:
        """Have programs that are not ours judge the package: bagit, openssl, CASE, the Sleuth Kit.

        A program that could not run gives a verdict without a version, which does not accept.
        """
        return [asked(name, ask) for name, ask in self.judges().items()]

    def judges(self) -> dict[str, Callable[[], Verdict]]:
        """The independent programs by name, each ready to run. Raises ``EvidenceError`` when there is no package."""
        return judges(self.folder / "package", self.timestamps.root, self.records())

    # keeping

    def records(self) -> dict[str, Any]:
        return read_json(self.folder / "recovered.json")
