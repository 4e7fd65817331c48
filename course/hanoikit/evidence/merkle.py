"""Merkle trees as in RFC 9162, section 2.1: one hash for many entries, and short proofs about them.

>>> leaves = [leaf_hash(entry) for entry in (b"a", b"b", b"c")]
>>> root = Tree(leaves).root()
>>> check_inclusion(leaves[1], 1, 3, Tree(leaves).inclusion_path(1), root)

A leaf is SHA-256(0x00 || entry), a node SHA-256(0x01 || left || right): the byte in front keeps anybody
from passing a node off as an entry. The functions follow the algorithms of the RFC step by step; the names
of its variables are kept where a reader may want to hold the code against the text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from hanoikit.errors import Finding, ProofRejected, UsageError
from hanoikit.i18n import _

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_SIZE = 32


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The tree over leaf hashes in their order. Inner hashes are kept, so that many proofs cost one pass."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._leaves = list(leaves)
        self._known: dict[tuple[int, int], bytes] = {}

    def __len__(self) -> int:
        return len(self._leaves)

    def root(self, size: int | None = None) -> bytes:
        """The root over the first ``size`` leaves (all without ``size``)."""
        size = len(self) if size is None else size
        if not 0 <= size <= len(self):
            raise UsageError(f"The tree has {len(self)} leaves, not {size}.")
        return self._hash(0, size) if size else EMPTY_ROOT

    def inclusion_path(self, index: int) -> list[bytes]:
        """The hashes that lead from the leaf at ``index`` (from 0) to the root (RFC 9162, 2.1.3.1)."""
        if not 0 <= index < len(self):
            raise UsageError(f"The tree has {len(self)} leaves, none at {index}.")
        path = []
        start, end = 0, len(self)
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._hash(middle, end))
                end = middle
            else:
                path.append(self._hash(start, middle))
                start = middle
        return path[::-1]

    def consistency_path(self, old_size: int) -> list[bytes]:
        """The hashes that show that the first ``old_size`` leaves are unchanged in this tree (RFC 9162,
        2.1.4.1).
        """
        if not 0 < old_size <= len(self):
            raise UsageError(f"A consistency proof needs an old size from 1 to {len(self)}, not {old_size}.")
        return self._subproof(old_size, 0, len(self), True)

    def _subproof(self, m: int, start: int, end: int, whole: bool) -> list[bytes]:
        if m == end - start:
            return [] if whole else [self._hash(start, end)]
        k = _split(end - start)
        if m <= k:
            return [*self._subproof(m, start, start + k, whole), self._hash(start + k, end)]
        return [*self._subproof(m - k, start + k, end, False), self._hash(start, start + k)]

    def _hash(self, start: int, end: int) -> bytes:
        if end - start == 1:
            return self._leaves[start]
        known = self._known.get((start, end))
        if known is None:
            middle = start + _split(end - start)
            known = node_hash(self._hash(start, middle), self._hash(middle, end))
            self._known[start, end] = known
        return known


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise ``ProofRejected`` unless ``path`` leads from ``leaf`` at ``index`` to ``root`` (RFC 9162,
    2.1.3.2).
    """
    provision = "RFC 9162 2.1.3.2"
    if not 0 <= index < size:
        raise _rejected(
            "no-such-leaf", _("There is no entry at this place in a tree of this size."), provision
        )
    fn, sn = index, size - 1
    r = leaf
    for p in path:
        if sn == 0:
            raise _rejected("path-too-long", _("The proof is longer than the tree is high."), provision)
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn != 0:
                fn >>= 1
                sn >>= 1
        else:
            r = node_hash(r, p)
        fn >>= 1
        sn >>= 1
    if sn != 0:
        raise _rejected("path-too-short", _("The proof ends before it reaches the root."), provision)
    if r != root:
        raise _rejected(
            "other-root", _("The proof leads to another root: the entry is not in this seal."), provision
        )


def check_consistency(
    first: int, second: int, path: Sequence[bytes], first_hash: bytes, second_hash: bytes
) -> None:
    """Raise ``ProofRejected`` unless the tree of size ``first`` is the beginning of that of size ``second``.

    RFC 9162, 2.1.4.2; for two trees of one size the roots must be equal and the path empty.
    """
    provision = "RFC 9162 2.1.4.2"
    if not 0 < first <= second:
        raise _rejected(
            "sizes", _("The old tree must have at least one entry and no more than the new one."), provision
        )
    if first == second:
        if path or first_hash != second_hash:
            raise _rejected("other-root", _("Two trees of one size have different roots."), provision)
        return
    hashes = list(path)
    if not hashes:
        raise _rejected("path-too-short", _("The proof is empty."), provision)
    if first & (first - 1) == 0:
        hashes.insert(0, first_hash)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = hashes[0]
    for c in hashes[1:]:
        if sn == 0:
            raise _rejected("path-too-long", _("The proof is longer than the tree is high."), provision)
        if fn & 1 or fn == sn:
            fr = node_hash(c, fr)
            sr = node_hash(c, sr)
            while not fn & 1 and fn != 0:
                fn >>= 1
                sn >>= 1
        else:
            sr = node_hash(sr, c)
        fn >>= 1
        sn >>= 1
    if sn != 0:
        raise _rejected("path-too-short", _("The proof ends before it reaches the root."), provision)
    if fr != first_hash:
        raise _rejected(
            "other-old-root", _("The proof does not lead to the root of the old seal."), provision
        )
    if sr != second_hash:
        raise _rejected("other-root", _("The proof does not lead to the root of the new seal."), provision)


def _split(n: int) -> int:
    """The largest power of two smaller than ``n``."""
    return 1 << ((n - 1).bit_length() - 1)


def _rejected(code: str, message: str, provision: str) -> ProofRejected:
    return ProofRejected(
        message,
        next_step=_("Ask for the proof again, and take the root from the signed seal."),
        findings=[Finding(code, message, "", (provision,))],
    )
