"""The seal: one hash over all files of a case, and proofs that show one file without showing the others.

>>> seal = Seal.of_folder(Path("case"))
>>> proof = seal.inclusion_proof("mail/lure.eml")
>>> verify_inclusion(proof, root=seal.root, data=Path("case/mail/lure.eml").read_bytes())
>>> sealed = seal.sign(anh, case="XA-2026-0417", at=at)
>>> sealed.signed.verify([authority.certificate]).name
'Lan Anh Tran'

A Merkle tree (RFC 9162, 2.1) over one leaf for each file: canonical JSON of name, size, SHA-256 and a
random salt. Whoever has the 64 characters of the root can check one disclosed file with a proof of a few
hundred bytes. So a request for one file can be answered with one file (data minimisation, art. 36), and
still be shown to be part of what was sealed.

**What a proof reveals**: the disclosed file's name, size and hash; the number of files; the file's place
among the sorted names; a few hashes of the others. Without salts somebody could guess a neighbour's name
and content ("is that list of names in there?") and check the guess against its hash. The salt of a leaf, 16
random bytes, stops this; it is disclosed with its own leaf only. The seal file itself holds every name and
salt: it stays with whoever sealed.

**What a seal does not say**: who made it (sign it), when (have it timestamped), and what is in empty folders.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hanoikit.errors import ArtefactUnreadable, Finding, HanoiKitError, IdentityRejected, UsageError
from hanoikit.evidence.merkle import Tree
from hanoikit.evidence.seal_proof import (
    ConsistencyProof,
    InclusionProof,
    Leaf,
    hash_from_hex,
    verify_consistency,
    verify_inclusion,
)
from hanoikit.i18n import _
from hanoikit.trust.canonical import canonical
from hanoikit.trust.certificates import Person, check_signature, load_certificate, require_zone
from hanoikit.trust.certificates import verify as verify_certificate
from hanoikit.trust.identity import Identity

__all__ = [
    "ConsistencyProof",
    "InclusionProof",
    "Leaf",
    "Seal",
    "SignedRoot",
    "verify_consistency",
    "verify_inclusion",
]

SEAL_TYPE = "hanoikit.seal/1"
ROOT_TYPE = "hanoikit.seal-root/1"


SALT_SIZE = 16


class _Digested(Protocol):
    """A file's digests as the hashing module gives them."""

    @property
    def size(self) -> int: ...

    def __getitem__(self, algorithm: str, /) -> str: ...


Content = bytes | str | _Digested


@dataclass(frozen=True, slots=True)
class SignedRoot:
    """Root and size of a seal, signed: what may be given to everybody. It names no file."""

    root: str
    size: int
    case: str
    at: str
    certificate: x509.Certificate
    signature: bytes = field(repr=False)

    @property
    def statement(self) -> bytes:
        """The bytes that are signed (canonical JSON); also what to have timestamped."""
        return _statement(self.root, self.size, self.case, self.at)

    @property
    def time(self) -> datetime:
        """The time that the signer wrote. Only a timestamp shows it."""
        return datetime.fromisoformat(self.at)

    def verify(self, roots: Sequence[x509.Certificate], *, at: datetime | None = None) -> Person:
        """Who signed. ``at`` (default: the time that the signer wrote) is when the certificate must have
        been valid.

        Raises ``IdentityRejected`` when the certificate or the signature is not good.
        """
        signer = verify_certificate(self.certificate, roots, at or self.time)
        check_signature(self.certificate, self.signature, self.statement)
        return signer

    def to_json(self) -> dict[str, Any]:
        return {
            "at": self.at,
            "case": self.case,
            "certificate": base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode(),
            "root": self.root,
            "signature": self.signature.hex(),
            "size": self.size,
            "type": ROOT_TYPE,
        }

    @classmethod
    def from_json(cls, value: Any) -> SignedRoot:
        """Raises ``ArtefactUnreadable`` when ``value`` is no signed root."""
        try:
            if value["type"] != ROOT_TYPE or type(value["size"]) is not int:
                raise ValueError("it is no signed root")
            certificate = load_certificate(base64.b64decode(value["certificate"], validate=True))
            require_zone(datetime.fromisoformat(value["at"]))
            hash_from_hex(value["root"])
            return cls(
                value["root"],
                value["size"],
                str(value["case"]),
                value["at"],
                certificate,
                bytes.fromhex(value["signature"]),
            )
        except (ValueError, TypeError, KeyError, UsageError, IdentityRejected) as error:
            raise ArtefactUnreadable(
                _("The signature of the seal cannot be read ({detail}).").format(detail=error)
            ) from error


@dataclass(frozen=True, slots=True)
class Seal:
    """The leaves of a seal in their order, and its signed root if it was signed."""

    leaves: tuple[Leaf, ...]
    signed: SignedRoot | None = None
    _tree: Tree = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [leaf.name for leaf in self.leaves]
        if len(set(names)) != len(names):
            raise UsageError("A seal holds each name once.")
        object.__setattr__(self, "_tree", Tree([leaf.hash for leaf in self.leaves]))

    @classmethod
    def of(
        cls,
        files: Mapping[str, Content],
        *,
        salted: bool = True,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> Seal:
        """A seal over files given by name: their bytes, their SHA-256 in hexadecimal, or digests with a size.

        Leaves are in the order of the names' UTF-8 bytes. ``random_bytes`` draws the salts; with
        ``salted=False`` there are none, and a reader of a proof can test guesses about the other files.
        """
        leaves = []
        for name in sorted(files, key=lambda each: each.encode("utf-8", "surrogatepass")):
            _refuse_bad_name(name)
            sha256, size = _digest(files[name])
            leaves.append(Leaf(name, sha256, size, random_bytes(SALT_SIZE).hex() if salted else ""))
        return cls(tuple(leaves))

    @classmethod
    def of_folder(
        cls,
        folder: Path,
        *,
        salted: bool = True,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> Seal:
        """A seal over all files under ``folder``, by their relative names with ``/``.

        Raises ``UsageError`` for a symbolic link (it could lead anywhere) and for a name that is not Unicode.
        """
        from hanoikit.evidence.hashing import digest

        files: dict[str, Content] = {name: digest(path) for name, path in _files(Path(folder)).items()}
        return cls.of(files, salted=salted, random_bytes=random_bytes)

    @property
    def root(self) -> str:
        """The root hash in hexadecimal (64 characters)."""
        return self._tree.root().hex()

    @property
    def size(self) -> int:
        """The number of files."""
        return len(self.leaves)

    def root_at(self, size: int) -> str:
        """The root over the first ``size`` leaves: what the seal was when it had that many."""
        return self._tree.root(size).hex()

    def extended(
        self,
        files: Mapping[str, Content],
        *,
        salted: bool = True,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> Seal:
        """A seal with more files after the present ones, so that ``consistency_proof`` can show that none
        was lost.
        """
        added = Seal.of(files, salted=salted, random_bytes=random_bytes)
        return Seal(self.leaves + added.leaves)

    def inclusion_proof(self, name: str) -> InclusionProof:
        """The proof for one file. Raises ``UsageError`` when the seal has no file of that name."""
        for index, leaf in enumerate(self.leaves):
            if leaf.name == name:
                path = tuple(each.hex() for each in self._tree.inclusion_path(index))
                return InclusionProof(leaf, index, self.size, path)
        raise UsageError(f"The seal has no file {name!r}.")

    def consistency_proof(self, old_size: int) -> ConsistencyProof:
        """The proof that the seal of the first ``old_size`` files is the beginning of this one."""
        path = tuple(each.hex() for each in self._tree.consistency_path(old_size))
        return ConsistencyProof(old_size, self.size, path)

    def sign(self, signer: Identity, *, case: str, at: datetime) -> Seal:
        """The same seal with its root signed by ``signer``; ``at`` is the time that they state (aware)."""
        require_zone(at)
        statement = _statement(self.root, self.size, case, at.isoformat())
        signed = SignedRoot(
            self.root, self.size, case, at.isoformat(), signer.certificate, signer.sign(statement)
        )
        return replace(self, signed=signed)

    def check_folder(self, folder: Path) -> list[Finding]:
        """What differs between the seal and the files in ``folder`` now: missing, altered and unsealed
        files.
        """
        from hanoikit.evidence.hashing import digest

        findings = []
        present = _files(Path(folder))
        for leaf in self.leaves:
            if leaf.name not in present:
                findings.append(
                    Finding("missing-file", _("It was sealed and is not there."), leaf.name, _SEALED)
                )
            elif digest(present[leaf.name])["sha256"] != leaf.sha256:
                message = _("It was altered since it was sealed.")
                findings.append(Finding("altered-file", message, leaf.name, _SEALED))
        sealed = {leaf.name for leaf in self.leaves}
        for name in sorted(set(present) - sealed):
            findings.append(Finding("unsealed-file", _("It is there and was not sealed."), name, _SEALED))
        return findings

    def save(self, path: Path) -> None:
        """Write the seal as JSON: every name and salt, and the signed root. Keep it; give out proofs."""
        value = {
            "leaves": [leaf.to_json() for leaf in self.leaves],
            "root": self.root,
            "signed": self.signed.to_json() if self.signed else None,
            "size": self.size,
            "type": SEAL_TYPE,
        }
        Path(path).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Seal:
        """Read a seal and compute its root anew.

        Raises ``ArtefactUnreadable`` for a file that is no seal, or whose leaves do not give the root that
        it states or that was signed. Whether the signature is good, ``seal.signed.verify`` says.
        """
        try:
            value = json.loads(Path(path).read_bytes())
            if value["type"] != SEAL_TYPE:
                raise ValueError("it is of another type")
            signed = SignedRoot.from_json(value["signed"]) if value["signed"] is not None else None
            seal = cls(tuple(Leaf.from_json(leaf) for leaf in value["leaves"]), signed)
            if seal.root != value["root"] or seal.size != value["size"]:
                raise ValueError("its files do not give the root that it states")
            if signed is not None and (signed.root, signed.size) != (seal.root, seal.size):
                raise ValueError("the signed root is another one")
        except (OSError, ValueError, TypeError, KeyError, HanoiKitError, RecursionError) as error:
            raise ArtefactUnreadable(
                _("The seal cannot be used ({detail}).").format(detail=error),
                where=str(path),
                next_step=_("Ask for the file again; do not mend it by hand."),
            ) from error
        return seal


_SEALED = ("28(3)(c)", "RFC 9162 2.1")


def _statement(root: str, size: int, case: str, at: str) -> bytes:
    return canonical({"at": at, "case": case, "root": root, "size": size, "type": ROOT_TYPE})


def _digest(content: Content) -> tuple[str, int | None]:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest(), len(content)
    if isinstance(content, str):
        try:
            hash_from_hex(content)
        except ValueError:
            raise UsageError(f"{content!r} is not a SHA-256 digest in lower-case hexadecimal.") from None
        return content, None
    return content["sha256"], content.size


def _refuse_bad_name(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"The name {name!r} is not Unicode text; it cannot be sealed as it stands."
        ) from None
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or path.as_posix() != name:
        raise UsageError(f"{name!r} is not a relative name with '/' between its parts.")


def _files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder.")
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise UsageError(
                f"{path.relative_to(folder).as_posix()} is a symbolic link; a seal covers files only.",
                next_step="Copy the file to its place, or leave the link out.",
            )
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = path
    return found
