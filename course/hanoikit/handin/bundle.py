"""Hand-in bundles: a zip that holds a BagIt bag (RFC 8493) of the work, and a receipt that its maker signed.

>>> sealed = seal(Path("exercises/m04-evidence-chain"), assignment="m04-evidence-chain", who=me.who, key=me.key,
...               class_id="3f9a01c2d4e5", to=Path("/media/stick"), at=now)
>>> sealed.path.name, sealed.receipt.code
('m04-evidence-chain--t07--K7QF-2M9X-PT3A.hanoi.zip', 'K7QF-2M9X-PT3A')
>>> read(sealed.path).files["answers.jsonl"]
b'{"hanoikit-answers":1,...'

Inside, in one folder: ``bagit.txt``, ``bag-info.txt``, ``manifest-sha256.txt``, ``receipt.json``,
``tagmanifest-sha256.txt`` and ``data/`` with the notebook, ``answers.jsonl`` and the files that were made. The receipt
signs the SHA-256 of the manifest, so it covers every name and every byte of the work. ``unzip`` opens a bundle, the
``bagit`` library and the Library of Congress's tools accept what is in it. The same work and the same time give the
same bytes.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hanoikit.errors import Finding, HandInUnreadable, UsageError
from hanoikit.evidence import bagging
from hanoikit.evidence.bagging import Hashed
from hanoikit.handin.files import Taken, take
from hanoikit.handin.me import Who
from hanoikit.handin.opening import Bundle, examine
from hanoikit.handin.places import lay
from hanoikit.handin.receipt import Receipt
from hanoikit.i18n import _

__all__ = ["ENDING", "Bundle", "Sealed", "examine", "name_of", "pack", "read", "seal"]

ENDING = ".hanoi.zip"
_NOBODY = "no-id"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A bundle that lies at ``path`` and was read back; ``findings`` tells what the trainee should know."""

    path: Path
    receipt: Receipt
    findings: tuple[Finding, ...] = ()
    size: int = 0


def seal(
    folder: Path,
    *,
    assignment: str,
    who: Who,
    key: Ed25519PrivateKey,
    class_id: str,
    to: Path,
    at: datetime,
    number: int = 1,
    delivered: Mapping[str, str] | None = None,
) -> Sealed:
    """Seal the work in ``folder`` into a bundle in the folder ``to``, and read it back from there.

    ``at`` is aware; ``number`` counts the hand-ins of this assignment; ``delivered`` as in :func:`files.take`. Raises
    :class:`HandInError` when there is nothing to hand in, or when the place refuses; nothing is ever overwritten.
    """
    taken = take(folder, assignment, delivered=delivered)
    data, receipt = pack(
        taken, assignment=assignment, who=who, key=key, class_id=class_id, at=at, number=number
    )
    path = lay(data, to, name_of(receipt), check=lambda written: _same(written, data))
    return Sealed(path, receipt, taken.findings, len(data))


def pack(
    taken: Taken,
    *,
    assignment: str,
    who: Who,
    key: Ed25519PrivateKey,
    class_id: str,
    at: datetime,
    number: int = 1,
) -> tuple[bytes, Receipt]:
    """The bytes of a bundle and its receipt; nothing is read or written here."""
    if not who:
        raise UsageError(
            _("A hand-in needs your name."),
            next_step=_('Say who you are: hanoikit submit --name "Your Name".'),
        )
    payload = {f"data/{name}": data for name, data in sorted(taken.files.items())}
    manifest = manifest_of(payload)
    receipt = Receipt.sign(
        assignment=assignment,
        trainee=who.id,
        name=who.name,
        class_id=class_id,
        at=at,
        number=number,
        files=len(payload),
        size=taken.size,
        manifest=hashlib.sha256(manifest).hexdigest(),
        key=key,
        renamed=taken.renamed,
    )
    tags = {
        "bag-info.txt": bagging.tag_lines(
            {
                "Bagging-Date": receipt.at.date().isoformat(),
                "Contact-Name": who.name or who.id,
                "External-Identifier": receipt.code,
                "Internal-Sender-Identifier": assignment,
                "Payload-Oxum": f"{receipt.size}.{receipt.files}",
            }
        ),
        "bagit.txt": bagging.BAGIT_TXT,
        "manifest-sha256.txt": manifest,
        "receipt.json": receipt.to_json().encode(),
    }
    members = {**tags, "tagmanifest-sha256.txt": manifest_of(tags), **payload}
    return _zip(members, _stem(receipt), receipt.at), receipt


def read(path: Path) -> Bundle:
    """A bundle whose every file is what the receipt says, and whose receipt is signed.

    Raises :class:`HandInUnreadable` with every finding otherwise. Whose key it is, and whether the hand-in was
    expected, the collection judges.
    """
    bundle = examine(path)
    broken = [finding for finding in bundle.findings if finding.severity == "error"]
    if broken:
        raise HandInUnreadable(
            broken[0].message,
            where=Path(path).name,
            next_step=bundle.advice,
            findings=bundle.findings,
        )
    return bundle


def name_of(receipt: Receipt) -> str:
    """The file name of the bundle with this receipt."""
    return _stem(receipt) + ENDING


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """A bag's manifest over these files."""
    hashed = {
        name: Hashed(len(data), {"sha256": hashlib.sha256(data).hexdigest()}) for name, data in files.items()
    }
    return bagging.manifest_bytes(hashed, "sha256")


def _stem(receipt: Receipt) -> str:
    return f"{receipt.assignment}--{receipt.trainee or _NOBODY}--{receipt.code}"


def _zip(members: Mapping[str, bytes], folder: str, at: datetime) -> bytes:
    stream = io.BytesIO()
    moment = (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second)
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            member = zipfile.ZipInfo(f"{folder}/{name}", moment)
            member.create_system = 3  # the same on every system, so that the bytes are
            member.external_attr = 0o100644 << 16
            member.compress_type = zipfile.ZIP_DEFLATED if _shrinks(data) else zipfile.ZIP_STORED
            archive.writestr(member, data, compresslevel=6)
    return stream.getvalue()


def _shrinks(data: bytes) -> bool:
    """Whether compressing is worth it; disk images and pictures are small already."""
    sample = data[: 1 << 16]
    return len(data) > 64 and len(zlib.compress(sample, 1)) < 0.95 * len(sample)


def _same(written: Path, data: bytes) -> bool:
    """Whether what lies there is what was written, and opens as a bundle."""
    return written.read_bytes() == data and not any(
        finding.severity == "error" for finding in examine(written).findings
    )
