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

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from hanoikit.casework import Case, Plan
    from hanoikit.evidence.custody import CustodyLog
    from hanoikit.evidence.files import FileEntry
    from hanoikit.evidence.identity import CourseAuthority, Identity
    from hanoikit.evidence.package import Package
    from hanoikit.evidence.recovery import Recovered
    from hanoikit.evidence.seal import Seal
    from hanoikit.evidence.timestamp import LocalTimestampAuthority, TimestampInfo
    from hanoikit.evidence.validators import Verdict

IMAGE = "usb.E01"
ALGORITHMS = ("md5", "sha1", "sha256")
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
        try:
            (self.folder / "recovered").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                _("The bench cannot make its folder: {reason}.").format(reason=error.strerror or error),
                where=str(self.folder),
                next_step=_("Choose a folder that you may write to."),
            ) from error

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
        """The specialist's own log; its first entry says that the image was received."""
        from hanoikit.evidence import hashing
        from hanoikit.evidence.custody import CustodyLog

        if self.log_path.exists():
            return CustodyLog.load(self.log_path)
        log = CustodyLog(case=self.plan.case_number)
        log.append(
            action="received",
            item=self.exhibit,
            actor=self.specialist,
            place=LABORATORY,
            at=self.clock(),
            item_sha256=hashing.digest(self.image_path)["sha256"],
            note="working copy of the image usb.E01",
        )
        log.save(self.log_path)
        return log

    def _note(
        self, action: str, item: str, *, note: str, sha256: str | None = None, source: str = ""
    ) -> None:
        log = self.log()
        last = max((entry.at for entry in log.entries), default=self.clock())
        log.append(
            action=action,
            item=item,
            actor=self.specialist,
            place=LABORATORY,
            at=max(self.clock(), last),
            item_sha256=sha256,
            note=note,
            source=source,
        )
        log.save(self.log_path)

    def check_log(self) -> list[Finding]:
        """What a check of the specialist's own log finds; nothing when it holds."""
        from hanoikit.evidence.custody import verify

        return list(verify(self.log(), roots=[self.authority.certificate]))

    # step by step

    def check_image(self) -> ImageCheck:
        """Read every byte of the image, hash the medium and compare with what the E01 stored; logs ``hashed``.

        Raises ``ImageDamaged`` when the file is no image that can be read.
        """
        from hanoikit.evidence import hashing
        from hanoikit.evidence.acquisition import open_image

        with open_image(self.image_path) as image:
            check = ImageCheck(
                dict(image.headers),
                image.media_size,
                dict(image.stored_hashes),
                dict(image.media_digest(ALGORITHMS)),
                tuple(image.verify()),
            )
        if check.whole:
            self._note(
                "hashed",
                self.exhibit,
                note="medium read again, agrees with the stored hashes; "
                f"SHA-256 of the medium {check.computed['sha256']}",
                sha256=hashing.digest(self.image_path)["sha256"],
            )
        return check

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
        target = self.folder / "recovered" / entry.name
        if target.exists() and target.read_bytes() != found.data:
            self._lay_aside(target)
        known = target.exists()
        if not known:
            target.write_bytes(found.data)
        record = self._records() | {
            entry.name: {
                "inode": entry.inode,
                "sha256": found.sha256,
                "size": len(found.data),
                "complete": found.complete,
            }
        }
        self._write("recovered.json", record)
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
            if path.is_file() and ".before-" not in path.name
        }

    def available(self) -> dict[str, Path]:
        """Everything that can be sealed and packed: the exhibits and what was recovered."""
        exhibits = {row.file: self.case.path(row.file) for row in self.case.exhibits}
        return exhibits | {f"recovered/{name}": path for name, path in self.recovered().items()}

    def seal(self) -> Seal:
        """Seal everything that is available (RFC 9162), signed by the specialist; logs ``sealed``."""
        from hanoikit.evidence import hashing
        from hanoikit.evidence.seal import Seal

        files = {name: hashing.digest(path) for name, path in self.available().items()}
        made = Seal.of(files).sign(self.specialist, case=self.plan.case_number, at=self.clock())
        path = self.folder / "seal.json"
        if path.exists():
            self._lay_aside(path)
        made.save(path)
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
        proof = made.inclusion_proof(name)
        source = self.available().get(name)
        if source is None or made.signed is None:
            raise EvidenceError(
                _("{name} is under the seal but is not on the bench any more.").format(name=name),
                next_step=_("Recover it again, then seal again."),
            )
        verify_inclusion(proof, root=made.root, size=made.size, data=source)
        folder = self.folder / "disclosure" / name.replace("/", "-")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / Path(name).name).write_bytes(source.read_bytes())
        (folder / "proof.json").write_text(proof.to_json(), encoding="utf-8")
        (folder / "root.json").write_text(
            json.dumps(made.signed.to_json(), indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )
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
        (self.folder / "seal.tsr").write_bytes(token.der)
        (self.folder / "seal-statement.json").write_bytes(made.signed.statement)
        return info

    def pack(self, payload: Mapping[str, Path], *, receiver: str = "") -> Package:
        """Make the package for transfer from the chosen files.

        Custody log, seal, timestamp, CASE/UCO description and printable form travel in ``custody/``. An older package
        is laid aside. Raises ``EvidenceError`` when there is no seal or no timestamp yet, ``UsageError`` for no files.
        """
        from hanoikit.evidence import case_export, package
        from hanoikit.evidence.form import custody_form

        if not payload:
            raise UsageError(_("The package would be empty."), next_step=_("Choose at least one file."))
        seal = self.current_seal()
        token = self.folder / "seal.tsr"
        if not token.exists():
            raise EvidenceError(
                _("There is no timestamp yet."), next_step=_("Have the seal timestamped (step 6).")
            )
        target = self.folder / "package"
        if target.exists():
            self._lay_aside(target)
        if receiver:
            self._note("disclosed", self.exhibit, note=f"package of {len(payload)} files for {receiver}")
        log = self.log()
        graph = case_export.export(
            log, self._items(log), title=f"{self.plan.operation}, {self.plan.case_number}"
        )
        custody_form(log, self.folder / "custody-form.pdf", exhibits={self.exhibit: self.exhibit})
        return package.create(
            target,
            dict(payload),
            identity=self.specialist,
            authority=self.timestamps,
            custody=log,
            seal=seal,
            info={
                "Source-Organization": self.specialist.organisation,
                "External-Identifier": self.plan.case_number,
                "Internal-Sender-Description": "digital evidence with its custody log, seal and description",
                **({"Contact-Name": receiver} if receiver else {}),
            },
            tag_files={
                "custody/case.jsonld": case_export.to_bytes(graph),
                "custody/custody-form.pdf": self.folder / "custody-form.pdf",
                "custody/seal.tsr": token,
            },
            also_certificates=[self.authority.certificate, self.timestamps.root],
            at=self.clock(),
        )

    def ask_others(self) -> list[Verdict]:
        """Have programs that are not ours judge the package: bagit, openssl, CASE, the Sleuth Kit."""
        return [ask() for ask in self.judges().values()]

    def judges(self) -> dict[str, Callable[[], Verdict]]:
        """The independent programs by name, each ready to run. Raises ``EvidenceError`` when there is no package."""
        return judges(self.folder / "package", self.timestamps.root, self._records())

    # keeping

    def _items(self, log: CustodyLog) -> list[Any]:
        from hanoikit.evidence.acquisition import open_image
        from hanoikit.evidence.case_export import Item, Tool

        with open_image(self.image_path) as image:
            headers = {key: value for key, value in image.headers.items() if value}
        items = [
            Item(
                self.exhibit,
                "image",
                IMAGE,
                exhibit=self.exhibit,
                size=self.image_path.stat().st_size,
                image_type="E01",
                headers=headers,
            )
        ]
        for name, record in self._records().items():
            item = f"{self.exhibit}-{name}"
            if any(entry.item == item for entry in log.entries):
                items.append(
                    Item(
                        item,
                        "file",
                        name,
                        exhibit=item,
                        size=record["size"],
                        digests={"sha256": record["sha256"]},
                        allocated=False,
                        tool=Tool("The Sleuth Kit"),
                    )
                )
        return items

    def _records(self) -> dict[str, Any]:
        path = self.folder / "recovered.json"
        if not path.exists():
            return {}
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return dict(found) if isinstance(found, dict) else {}

    def _write(self, name: str, value: Any) -> None:
        fresh = self.folder / f"{name}.new"
        fresh.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        fresh.replace(self.folder / name)

    def _lay_aside(self, path: Path) -> None:
        number = 1
        while (other := path.with_name(f"{path.name}.before-{number}")).exists():
            number += 1
        path.rename(other)


def judges(
    package: Path, tsa_root: Certificate, records: Mapping[str, Mapping[str, Any]]
) -> dict[str, Callable[[], Verdict]]:
    """The programs that judge a package made on the bench, by name.

    ``records`` says for each recovered file the inode at which the Sleuth Kit must find the same bytes in the image
    inside the package. Only whole recoveries can be confirmed by a hash; of a file whose blocks were taken by another,
    every tool keeps other bytes.
    """
    from hanoikit.evidence import hashing, validators
    from hanoikit.evidence.certificates import pem

    if not package.is_dir():
        raise EvidenceError(_("There is no package yet."), next_step=_("Make the package first (step 7)."))
    root = pem(tsa_root)
    signed = package / "tagmanifest-sha256.txt"
    found: dict[str, Callable[[], Verdict]] = {
        "bagit": lambda: validators.bagit(package),
        "openssl": lambda: validators.openssl_timestamp(
            package / "signature" / "tagmanifest-sha256.txt.tsr", signed, root
        ),
        "case_validate": lambda: validators.case_validate(package / "custody" / "case.jsonld"),
        "case_prov_check": lambda: validators.case_prov_check(package / "custody" / "case.jsonld"),
    }
    packed = [
        name
        for name, record in records.items()
        if record.get("complete") and (package / "data" / "recovered" / name).is_file()
    ]
    for name in packed:
        sha256 = hashing.digest(package / "data" / "recovered" / name)["sha256"]
        inode = records[name]["inode"]
        found[f"sleuthkit: {name}"] = lambda inode=inode, sha256=sha256: validators.sleuthkit(  # type: ignore[misc]
            package / "data" / IMAGE, inode, sha256
        )
    return found
