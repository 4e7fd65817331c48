"""Opening a bundle that anybody may have sent: nothing is unpacked to the disk, nothing trusted before it is checked.

>>> bundle = examine(Path("m04-evidence-chain--t07--K7QF-2M9X-PT3A.hanoi.zip"))
>>> [finding.code for finding in bundle.findings]
[]

A bundle that a person unpacked and zipped again, whose file name was changed or that got a ``.DS_Store``, is as good as
before: the receipt's signature covers the work, not the zip around it.
"""

from __future__ import annotations

import hashlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hanoikit.errors import Finding, HanoiKitError
from hanoikit.evidence import bagging
from hanoikit.evidence.bagging import Hashed, printable
from hanoikit.handin.files import MAXIMUM_FILES, MAXIMUM_SIZE
from hanoikit.handin.receipt import RECEIPT_TYPE, Receipt, kind_of
from hanoikit.i18n import _

LARGEST_FILE = 256 * 2**20
"""Bytes that the zip itself may have."""

_TAGS = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt", "receipt.json", "tagmanifest-sha256.txt")
_TAG_LIMIT = 4 * 2**20
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    EOFError,
    KeyError,
)
_KINDS = (
    (b"%PDF", "PDF"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"\x1f\x8b", "gzip"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG", "PNG"),
    (b"<!DOCTYPE html", "HTML"),
    (b"<html", "HTML"),
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle holds. ``files`` by their names in the work's folder; ``sha256`` and ``size`` of the zip itself.

    ``receipt`` is None when it cannot be read; findings of severity ``error`` say what is wrong, and then ``files`` are
    only those that could still be read (some may have been altered).
    """

    path: Path
    sha256: str
    size: int
    receipt: Receipt | None
    files: Mapping[str, bytes] = field(repr=False)
    findings: tuple[Finding, ...] = ()

    @property
    def assignment(self) -> str:
        """The name of the assignment, empty without a readable receipt."""
        return self.receipt.assignment if self.receipt else ""

    @property
    def trainee(self) -> str:
        """The trainee's id as they gave it; it may be empty."""
        return self.receipt.trainee if self.receipt else ""

    @property
    def name(self) -> str:
        """The trainee's name as they gave it."""
        return self.receipt.name if self.receipt else ""

    @property
    def sound(self) -> bool:
        """Whether everything is as it was sealed."""
        return not any(finding.severity == "error" for finding in self.findings)

    @property
    def advice(self) -> str:
        """What whoever handed it in can do about it, in a sentence."""
        return _ADVICE.get(next((f.code for f in self.findings if f.severity == "error"), ""), _again)()


def examine(path: Path) -> Bundle:
    """Open a bundle and collect everything that is wrong with it, in reading order. Never raises for any content.

    Codes of errors: ``file-missing`` (of the bundle itself), ``empty``, ``too-large``, ``no-zip``, ``truncated``,
    ``zip-damaged``, ``zip-encrypted``, ``zip-method``, ``too-many``, ``zip-bomb``, ``link``, ``name-twice``, those of
    ``bagging.name_findings``, ``nested``, ``no-bundle``, ``several-bundles``, ``file-damaged``, ``other-version``,
    ``receipt-missing``, ``receipt-unreadable``, ``receipt-form``, ``receipt-code``, ``receipt-signature``,
    ``manifest-missing``, ``manifest-altered``, ``work-missing``, ``work-altered``, ``work-added``. Others are warnings
    and notes.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            return _nothing(
                path, "", size, _found("too-large", _("The file is far too large for a hand-in."))
            )
        data = path.read_bytes()
    except OSError as error:
        message = _("The file cannot be read: {why}.").format(why=error.strerror or error)
        return _nothing(path, "", 0, _found("file-missing", message))
    digest = hashlib.sha256(data).hexdigest()
    members, findings = _members(data)
    if members is None:
        return _nothing(path, digest, len(data), *findings)
    root, problem = _root(members)
    if problem is not None:
        return _nothing(path, digest, len(data), *findings, problem)
    inside: dict[str, bytes] = {}
    for name, content in members.items():
        if name.startswith(root):
            inside[name.removeprefix(root)] = content
        else:
            message = _("It lies beside the hand-in and is left out.")
            findings.append(Finding("beside", message, printable(name), severity="warning"))
    files = {
        name.removeprefix("data/"): content for name, content in inside.items() if name.startswith("data/")
    }
    tags = {name: content for name, content in inside.items() if not name.startswith("data/")}
    receipt, problems = _receipt(tags)
    findings += problems
    findings += _work(files, tags, receipt)
    findings += _tags(tags)
    return Bundle(path, digest, len(data), receipt, files, tuple(findings))


# the zip


def _members(data: bytes) -> tuple[dict[str, bytes] | None, list[Finding]]:
    """The members by name, read whole within limits; None when nothing can be said about them."""
    if not data:
        return None, [_found("empty", _("The file is empty."))]
    if not data.startswith(b"PK"):
        kind = next((name for start, name in _KINDS if data[:64].lstrip().startswith(start)), "")
        message = _("This is no zip file, so no hand-in bundle.")
        if kind:
            message = _("This is a file of the kind {kind}, not a hand-in bundle.").format(kind=kind)
        return None, [_found("no-zip", message)]
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except _BROKEN:
        if data.rfind(b"PK\x05\x06") < 0:
            message = _("The end of the file is missing: it was cut off while it was copied or sent.")
            return None, [_found("truncated", message)]
        return None, [_found("zip-damaged", _("The zip file is damaged."))]
    with archive:
        wanted = [member for member in members if not _junk(member.orig_filename)]
        findings = _judge(wanted)
        if any(finding.severity == "error" for finding in findings):
            return None, findings
        found: dict[str, bytes] = {}
        for member in wanted:
            if member.is_dir():
                continue
            try:
                with archive.open(member) as stream:
                    # What the directory states is not believed: no more than that is ever read.
                    content = stream.read(member.file_size + 1)
                if len(content) != member.file_size:
                    raise zipfile.BadZipFile
            except _BROKEN:
                message = _("This file in the bundle is damaged.")
                findings.append(Finding("file-damaged", message, printable(member.filename)))
                continue
            found[member.filename] = content
    return found, findings


def _judge(members: list[zipfile.ZipInfo]) -> list[Finding]:
    """What forbids to read on: too much, links, codes, names that lead elsewhere or are there twice."""
    if len(members) > MAXIMUM_FILES + 200:
        return [_found("too-many", _("The bundle holds {count} files.").format(count=len(members)))]
    findings: list[Finding] = []
    total = sum(member.file_size for member in members)
    if total > MAXIMUM_SIZE + 8 * _TAG_LIMIT:
        message = _("Unpacked it would have {size} MB; a hand-in has at most {limit}.")
        findings.append(_found("zip-bomb", message.format(size=total // 2**20, limit=MAXIMUM_SIZE // 2**20)))
    seen: set[str] = set()
    for member in members:
        name = member.orig_filename.removesuffix("/")
        where = printable(name)
        if member.flag_bits & 0x1:
            findings.append(Finding("zip-encrypted", _("It is locked with a password."), where))
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            findings.append(Finding("zip-method", _("It is packed in an unusual way."), where))
        mode = member.external_attr >> 16
        if member.create_system == 3 and stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
            findings.append(Finding("link", _("It is a link or a device, not a file."), where))
        if name in seen:
            findings.append(Finding("name-twice", _("The name is there twice."), where))
        seen.add(name)
    return findings + bagging.name_findings(sorted(seen))


def _junk(name: str) -> bool:
    """What systems put into every folder and zip that they touch."""
    last = name.rpartition("/")[2].lower()
    return (
        name.startswith("__MACOSX/")
        or last.startswith("._")
        or last in {".ds_store", "thumbs.db", "desktop.ini"}
    )


def _root(members: Mapping[str, bytes]) -> tuple[str, Finding | None]:
    """The folder of the bag inside the zip, with its slash; or what the zip is instead."""
    # Only a bag of ours has a receipt beside bagit.txt; the data of one may hold another bag.
    roots = sorted(
        (
            name.removesuffix("bagit.txt")
            for name in members
            if re.fullmatch(r"([^/]+/){0,2}bagit\.txt", name)
        ),
        key=lambda root: root.count("/"),
    )
    roots = [root for root in roots if not any(root.startswith(f"{other}data/") for other in roots)]
    if len(roots) > 1:
        return "", _found("several-bundles", _("The zip holds several hand-ins."))
    if roots:
        return roots[0], None
    inner = [name for name in members if name.lower().endswith(".zip")]
    if inner:
        message = _("The bundle was packed into another zip ({name}).").format(name=printable(inner[0]))
        return "", _found("nested", message)
    return "", _found("no-bundle", _("This zip is no hand-in bundle of the course."))


# what is in it


def _receipt(tags: Mapping[str, bytes]) -> tuple[Receipt | None, list[Finding]]:
    data = tags.get("receipt.json")
    if data is None:
        return None, [_found("receipt-missing", _("The receipt is missing."), "receipt.json")]
    kind = kind_of(data)
    if kind != RECEIPT_TYPE and kind.startswith(RECEIPT_TYPE.partition("/")[0] + "/"):
        message = _("The bundle was made by another version of the course ({form}).").format(form=kind[:60])
        return None, [_found("other-version", message, "receipt.json")]
    try:
        receipt = Receipt.from_json(data)
    except HanoiKitError as error:
        return None, list(error.findings)
    try:
        receipt.verify()
    except HanoiKitError as error:
        return receipt, list(error.findings)
    return receipt, []


def _work(files: Mapping[str, bytes], tags: Mapping[str, bytes], receipt: Receipt | None) -> list[Finding]:
    """Whether the files are those of the manifest, and the manifest that of the receipt."""
    manifest = tags.get("manifest-sha256.txt")
    if manifest is None:
        return [_found("manifest-missing", _("The list of the files is missing."), "manifest-sha256.txt")]
    findings: list[Finding] = []
    if receipt is not None and hashlib.sha256(manifest).hexdigest() != receipt.manifest:
        message = _("The list of the files is not the one that was signed.")
        findings.append(_found("manifest-altered", message, "manifest-sha256.txt"))
    listed = _listed(manifest)
    for name in sorted(listed.keys() | files.keys()):
        where = printable(name)
        if name not in files:
            findings.append(Finding("work-missing", _("It was sealed and is not there."), where))
        elif name not in listed:
            findings.append(Finding("work-added", _("It was put in after the sealing."), where))
        elif hashlib.sha256(files[name]).hexdigest() != listed[name]:
            findings.append(Finding("work-altered", _("It was altered after the sealing."), where))
    if not findings and receipt is not None:
        size = sum(len(content) for content in files.values())
        if (receipt.files, receipt.size) != (len(files), size):
            message = _("The receipt states another number or size of files.")
            findings.append(_found("manifest-altered", message, "receipt.json"))
    return findings


def _listed(manifest: bytes) -> dict[str, str]:
    """Names under ``data/`` and their digests; a line that is none of a manifest counts as a file that is missing."""
    listed: dict[str, str] = {}
    for line in manifest.decode("utf-8", "replace").split("\n"):
        if line.strip():
            digest, _space, name = line.partition("  ")
            listed[bagging.decode_name(name).removeprefix("data/") or line[:80]] = digest
    return listed


def _tags(tags: Mapping[str, bytes]) -> list[Finding]:
    """The files about the work: what the receipt does not sign is told, and counts for nothing."""
    findings: list[Finding] = []
    known = {name: content for name, content in tags.items() if name in _TAGS}
    rest = {name: content for name, content in known.items() if name != "tagmanifest-sha256.txt"}
    hashed = {
        name: Hashed(len(data), {"sha256": hashlib.sha256(data).hexdigest()}) for name, data in rest.items()
    }
    if set(known) == set(_TAGS) and known["tagmanifest-sha256.txt"] != bagging.manifest_bytes(
        hashed, "sha256"
    ):
        message = _("A file about the hand-in was altered; the work itself is not concerned.")
        findings.append(Finding("tag-altered", message, "tagmanifest-sha256.txt", severity="warning"))
    for name in ("bag-info.txt", "tagmanifest-sha256.txt"):
        if name not in tags:
            message = _("This file about the hand-in is missing; the work itself is not concerned.")
            findings.append(Finding("tag-missing", message, name, severity="warning"))
    for name in sorted(tags.keys() - set(_TAGS)):
        message = _("It lies beside the work and is left out.")
        findings.append(Finding("beside", message, printable(name), severity="warning"))
    return findings


def _found(code: str, message: str, where: str = "") -> Finding:
    return Finding(code, message, where)


def _nothing(path: Path, digest: str, size: int, *findings: Finding) -> Bundle:
    return Bundle(path, digest, size, None, {}, tuple(findings))


def _again() -> str:
    return _("Ask for the file again; a copy lies in the trainee's course folder, under handed-in.")


_ADVICE = {
    "nested": lambda: _("Unpack it once, and take the file that ends in .hanoi.zip."),
    "several-bundles": lambda: _("Hand in each of them as it is."),
    "no-bundle": lambda: _("Hand in with the page “Hand in” of the course folder, or with hanoikit submit."),
    "no-zip": lambda: _("Hand in with the page “Hand in” of the course folder, or with hanoikit submit."),
    "other-version": lambda: _("Update the course on one of the two machines."),
    "zip-encrypted": lambda: _("Hand in the file as the course made it, without a password."),
}
