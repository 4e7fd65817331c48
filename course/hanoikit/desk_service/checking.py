"""Checking an exported record: nothing altered, nothing missing, everybody signed their own.

>>> check_bundle(Path("exercise.zip"), root=fingerprint_that_was_read_out)
Checked(messages=118, lines=304, signer='Hanoi Kit desk service', root='5b6c...', title='First night on the desk')
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hanoikit.desk_service.record import BUNDLE_TYPE
from hanoikit.errors import Finding, HanoiKitError, NetworkError
from hanoikit.i18n import _
from hanoikit.network.directory import Directory
from hanoikit.network.envelope import Envelope, examine
from hanoikit.trust.certificates import check_signature, fingerprint, load_certificate
from hanoikit.trust.certificates import verify as verify_certificate
from hanoikit.trust.chain import Chain, ChainHead
from hanoikit.trust.chain import verify as verify_chain

MOST_FILES = 2000
MOST_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Checked:
    """A record that holds. ``root`` is the fingerprint of the authority in it: compare it with the one you know."""

    messages: int
    lines: int
    signer: str
    root: str
    title: str


def check_bundle(source: Path | bytes, *, root: str = "") -> Checked:
    """Check a record. Raises ``NetworkError`` with every finding; with ``root``, also for another authority."""
    where = "" if isinstance(source, bytes) else str(source)
    findings: list[Finding] = []
    checked: Checked | None = None
    try:
        files = _files(source)
        checked = _check(files, findings, root)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, HanoiKitError) as error:
        findings.append(Finding("unreadable", str(error) or type(error).__name__))
    if findings or checked is None:
        raise NetworkError(
            _("The record does not hold."),
            where=where or None,
            next_step=_("Keep it as it is, and ask the facilitator for the record again."),
            findings=findings,
        )
    return checked


def _files(source: Path | bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
        inside = archive.infolist()
        if len(inside) > MOST_FILES or sum(one.file_size for one in inside) > MOST_BYTES:
            raise ValueError(_("It is too large to be a record of an exercise."))
        if len({one.filename for one in inside}) != len(inside):
            raise ValueError(_("A file stands in it twice."))
        return {one.filename: archive.read(one) for one in inside}


def _check(files: dict[str, bytes], findings: list[Finding], root: str) -> Checked:
    manifest = json.loads(files["manifest.json"])
    if manifest["type"] != BUNDLE_TYPE:
        raise ValueError(_("It is no record of a desk service."))
    authority = load_certificate(files["certificates/authority.pem"])
    service = load_certificate(files["certificates/service.pem"])
    at = datetime.fromisoformat(manifest["at"])
    if root and fingerprint(authority) != root.lower().replace(":", ""):
        findings.append(
            Finding("other-authority", _("It is the record of another exercise."), "authority.pem")
        )
    try:
        signer = verify_certificate(service, [authority], at)
        check_signature(service, bytes.fromhex(files["manifest.sig"].decode()), files["manifest.json"])
    except HanoiKitError as error:
        findings += error.findings or [Finding("bad-signature", str(error), "manifest.sig")]
        return Checked(0, 0, "", fingerprint(authority), "")
    _check_files(files, manifest, findings)
    exercise = manifest["exercise"]
    head = ChainHead("desk-service", exercise, manifest["head"]["index"], manifest["head"]["hash"])
    log = verify_chain(files["log.jsonl"], heads=[head], owner=exercise)
    findings += [one for one in log if one.severity == "error"]
    lines = Chain.from_bytes(files["log.jsonl"]).lines
    if len(lines) != head.index:
        findings.append(Finding("fork", _("The log has more lines than the signed head says."), "log.jsonl"))
    directory = Directory.from_json(json.loads(files["register.json"]), roots=[authority])
    messages = _check_messages(files, [line.record for line in lines], directory, findings)
    _check_events(files, messages, findings)
    return Checked(len(messages), len(lines), signer.name, fingerprint(authority), str(manifest["title"]))


def _check_files(files: dict[str, bytes], manifest: Any, findings: list[Finding]) -> None:
    stated = manifest["files"]
    present = {name for name in files if name not in ("manifest.json", "manifest.sig")}
    for name in sorted({*stated, *present}):
        if name not in present:
            findings.append(Finding("missing-file", _("The file is missing."), name))
        elif name not in stated:
            findings.append(Finding("unexpected-file", _("The file does not belong to the record."), name))
        elif hashlib.sha256(files[name]).hexdigest() != stated[name]["sha256"]:
            findings.append(Finding("altered-file", _("The file was altered."), name))


def _check_messages(
    files: dict[str, bytes], records: list[Any], directory: Directory, findings: list[Finding]
) -> dict[str, Envelope]:
    """Every message of the log is there, as it was signed, and no other."""
    logged = [record for record in records if record["event"] == "message"]
    raw = [line for line in files["messages.jsonl"].split(b"\n") if line]
    if len(raw) != len(logged):
        text = _("The log has {logged} messages, the file {found}.")
        findings.append(
            Finding("missing-message", text.format(logged=len(logged), found=len(raw)), "messages.jsonl")
        )
    made: dict[str, Envelope] = {}
    for place, (line, record) in enumerate(zip(raw, logged, strict=False), 1):
        where = _("message {number}").format(number=place)
        if hashlib.sha256(line).hexdigest() != record["envelope"]:
            findings.append(Finding("altered-message", _("It is not the message that the log names."), where))
            continue
        story = datetime.fromisoformat(record["story"])
        envelope, problems = examine(line, directory=directory, at=story)
        findings += [
            Finding(str(one.code), one.message, where, one.provisions)
            for one in problems
            if one.code != "ahead-of-our-clock"  # how far ahead was possible depended on the clock's speed
        ]
        if envelope is not None:
            if envelope.id in made:
                findings.append(Finding("doubled", _("The message stands there twice."), where))
            made[envelope.id] = envelope
    return made


def _check_events(files: dict[str, bytes], messages: dict[str, Envelope], findings: list[Finding]) -> None:
    """Every message is once in its sender's and once in its recipient's events, which are counted without a gap."""
    seen: dict[tuple[str, str], int] = {}
    for name, data in files.items():
        if not name.startswith("events/"):
            continue
        desk = name.removeprefix("events/").removesuffix(".jsonl")
        for place, line in enumerate((one for one in data.split(b"\n") if one), 1):
            event = json.loads(line)
            if event["seq"] != place:
                findings.append(Finding("gap", _("An event is missing before it."), f"{name}, {place}"))
            if "message" in event:
                key = (desk, event["message"])
                seen[key] = seen.get(key, 0) + 1
    for id, envelope in messages.items():
        message = envelope.message
        for desk in (message.sender, message.recipient):
            if seen.pop((desk, id), 0) != 1:
                findings.append(
                    Finding("lost-event", _("It is not once in the desk's events."), f"{desk} {id[:16]}")
                )
    for desk, id in seen:
        findings.append(Finding("unknown-message", _("The log does not know it."), f"{desk} {id[:16]}"))
