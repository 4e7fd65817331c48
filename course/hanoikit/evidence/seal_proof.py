"""Proofs about a seal, as data: this file is in it; the older seal is the beginning of the newer one.

>>> proof = InclusionProof.from_json(Path("proof.json").read_bytes())
>>> verify_inclusion(proof, root=signed.root, size=signed.size, data=Path("lure.eml"))

Whoever checks needs the proof and the root from the signed seal, nothing else: neither the seal file nor
the other files. ``seal`` makes the proofs; the arithmetic is in ``merkle``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanoikit.errors import Finding, ProofRejected, UsageError
from hanoikit.evidence.merkle import HASH_SIZE, check_consistency, check_inclusion, leaf_hash
from hanoikit.i18n import _
from hanoikit.trust.canonical import canonical

LEAF_TYPE = "hanoikit.seal-leaf/1"
INCLUSION_TYPE = "hanoikit.inclusion-proof/1"
CONSISTENCY_TYPE = "hanoikit.consistency-proof/1"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One file in a seal. ``size`` in bytes, or ``None`` when only the digest was known; ``salt`` in
    hexadecimal.
    """

    name: str
    sha256: str
    size: int | None = None
    salt: str = ""

    @property
    def entry(self) -> bytes:
        """The bytes that the tree is built over."""
        return canonical({**self.to_json(), "type": LEAF_TYPE})

    @property
    def hash(self) -> bytes:
        return leaf_hash(self.entry)

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "salt": self.salt, "sha256": self.sha256, "size": self.size}

    @classmethod
    def from_json(cls, value: Any) -> Leaf:
        """Raises ``ValueError`` for anything else than what ``to_json`` gives."""
        if not isinstance(value, dict) or set(value) != {"name", "salt", "sha256", "size"}:
            raise ValueError("a leaf has name, salt, sha256 and size")
        if not all(isinstance(value[key], str) for key in ("name", "salt", "sha256")):
            raise ValueError("name, salt and sha256 of a leaf are text")
        if value["size"] is not None and type(value["size"]) is not int:
            raise ValueError("the size of a leaf is a whole number or null")
        hash_from_hex(value["sha256"])
        return cls(value["name"], value["sha256"], value["size"], value["salt"])


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That one leaf is in the tree of ``tree_size`` leaves, at ``index`` (from 0). Complete but for the
    root.
    """

    leaf: Leaf
    index: int
    tree_size: int
    path: tuple[str, ...]

    def to_json(self) -> str:
        value = {
            "index": self.index,
            "leaf": self.leaf.to_json(),
            "path": list(self.path),
            "tree_size": self.tree_size,
            "type": INCLUSION_TYPE,
        }
        return json.dumps(value, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> InclusionProof:
        """Raises ``ProofRejected`` when the text is no such proof."""
        value = _parse(text, INCLUSION_TYPE, {"index": int, "leaf": dict, "path": list, "tree_size": int})
        try:
            return cls(
                Leaf.from_json(value["leaf"]), value["index"], value["tree_size"], _path(value["path"])
            )
        except ValueError as error:
            raise _malformed(error) from error


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That the first ``old_size`` leaves are the same in the tree of ``new_size`` leaves: nothing was taken
    out.
    """

    old_size: int
    new_size: int
    path: tuple[str, ...]

    def to_json(self) -> str:
        value = {
            "new_size": self.new_size,
            "old_size": self.old_size,
            "path": list(self.path),
            "type": CONSISTENCY_TYPE,
        }
        return json.dumps(value, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> ConsistencyProof:
        """Raises ``ProofRejected`` when the text is no such proof."""
        value = _parse(text, CONSISTENCY_TYPE, {"new_size": int, "old_size": int, "path": list})
        try:
            return cls(value["old_size"], value["new_size"], _path(value["path"]))
        except ValueError as error:
            raise _malformed(error) from error


def verify_inclusion(
    proof: InclusionProof, *, root: str, size: int | None = None, data: bytes | Path | None = None
) -> None:
    """Raise ``ProofRejected`` unless ``proof`` shows that its leaf is in the seal with ``root`` (RFC 9162,
    2.1.3.2).

    Take ``root`` and ``size`` from the signed seal, never from the sender of the proof. With ``data``
    (bytes or a path) the file itself is checked too: without it a proof speaks of a name and a hash only.
    """
    if size is not None and size != proof.tree_size:
        message = _("The proof is for a seal of {proof} files; the signed seal has {size}.")
        raise _rejected("other-size", message.format(proof=proof.tree_size, size=size))
    if data is not None:
        content = data if isinstance(data, bytes) else Path(data).read_bytes()
        if hashlib.sha256(content).hexdigest() != proof.leaf.sha256:
            message = _("The file is not the one that was sealed as {name}: its hash differs.")
            raise _rejected("other-data", message.format(name=proof.leaf.name))
        if proof.leaf.size is not None and proof.leaf.size != len(content):
            raise _rejected("other-data", _("The file has not the size that was sealed."))
    path = [bytes.fromhex(each) for each in proof.path]
    check_inclusion(proof.leaf.hash, proof.index, proof.tree_size, path, _root(root))


def verify_consistency(proof: ConsistencyProof, *, old_root: str, new_root: str) -> None:
    """Raise ``ProofRejected`` unless the old seal is the beginning of the new one (RFC 9162, 2.1.4.2)."""
    path = [bytes.fromhex(each) for each in proof.path]
    check_consistency(proof.old_size, proof.new_size, path, _root(old_root), _root(new_root))


def _parse(text: str | bytes, kind: str, members: Mapping[str, type]) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _malformed(error) from error
    if not isinstance(value, dict) or value.get("type") != kind:
        raise _rejected("malformed", _("This is no proof of the kind {kind}.").format(kind=kind))
    for name, wanted in members.items():
        if type(value.get(name)) is not wanted:
            raise _rejected("malformed", _("The proof has no proper {member}.").format(member=name))
    return value


def _path(values: list[Any]) -> tuple[str, ...]:
    for value in values:
        hash_from_hex(value)
    return tuple(values)


def hash_from_hex(value: Any) -> bytes:
    """The bytes of a SHA-256 written in lower-case hexadecimal. Raises ``ValueError`` for anything else."""
    # fromhex would also take capitals and spaces; one hash has one spelling.
    if not isinstance(value, str) or len(value) != 2 * HASH_SIZE or bytes.fromhex(value).hex() != value:
        raise ValueError("a hash is 64 lower-case hexadecimal digits")
    return bytes.fromhex(value)


def _root(text: str) -> bytes:
    try:
        return hash_from_hex(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a root: 64 hexadecimal digits.") from None


def _malformed(error: Exception) -> ProofRejected:
    return _rejected("malformed", _("The proof cannot be read ({detail}).").format(detail=error))


def _rejected(code: str, message: str) -> ProofRejected:
    return ProofRejected(message, findings=[Finding(code, message, "", ("RFC 9162 2.1.3.2",))])
