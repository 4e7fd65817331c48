"""Checks the signatures of transactions, and a whole chain of them: nothing is spent twice, nothing comes from nowhere.

>>> check_chain(chain)                                   # doctest: +SKIP
()
>>> insist(chain)        # the same as an exception with every finding

Outputs of the course are paid to a key's hash (P2WPKH). What a signature covers is laid down in BIP 143, the curve is
secp256k1 (SEC 2). The check uses ``cryptography``, not the library that signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from hanoikit.errors import ArtefactUnreadable, Finding
from hanoikit.i18n import _
from hanoikit.recovery.wire import Output, Transaction, twice

_ALL = 1
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


def hash160(data: bytes) -> bytes:
    """RIPEMD-160 of SHA-256: the hash of a key in an address."""
    inner = hashlib.sha256(data).digest()
    try:
        return hashlib.new("ripemd160", inner).digest()
    except ValueError:  # OpenSSL without its old algorithms
        from bitcoinutils.ripemd160 import ripemd160

        return bytes(ripemd160(inner))


def signed_digest(tx: Transaction, n: int, spent: Output) -> bytes:
    """What the signature of input ``n`` covers (BIP 143, all inputs and outputs)."""
    key_hash = spent.script[2:]
    code = b"\x19\x76\xa9\x14" + key_hash + b"\x88\xac"
    one = tx.inputs[n]
    points = b"".join(bytes.fromhex(i.txid)[::-1] + i.index.to_bytes(4, "little") for i in tx.inputs)
    orders = b"".join(i.sequence.to_bytes(4, "little") for i in tx.inputs)
    paid = b"".join(o.value.to_bytes(8, "little") + _length(o.script) + o.script for o in tx.outputs)
    return twice(
        tx.version.to_bytes(4, "little")
        + twice(points)
        + twice(orders)
        + bytes.fromhex(one.txid)[::-1]
        + one.index.to_bytes(4, "little")
        + code
        + spent.value.to_bytes(8, "little")
        + one.sequence.to_bytes(4, "little")
        + twice(paid)
        + tx.locktime.to_bytes(4, "little")
        + _ALL.to_bytes(4, "little")
    )


def _length(script: bytes) -> bytes:
    return bytes([len(script)]) if len(script) < 0xFD else b"\xfd" + len(script).to_bytes(2, "little")


def signature_findings(tx: Transaction, n: int, spent: Output) -> list[Finding]:
    """What is wrong with the signature of input ``n``, which spends ``spent``; empty when it is good."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256

    where = _("input {n} of {txid}").format(n=n, txid=tx.txid)
    if len(spent.script) != 22 or spent.script[:2] != b"\x00\x14":
        return [Finding("script-unknown", _("The output that is spent is not paid to a key's hash."), where)]
    witness = tx.inputs[n].witness
    if len(witness) != 2 or tx.inputs[n].script:
        return [Finding("witness-form", _("The witness must be one signature and one key."), where)]
    signature, key = witness
    if hash160(key) != spent.script[2:]:
        return [Finding("key-other", _("The key is not the one that the output is paid to."), where)]
    if signature[-1:] != bytes([_ALL]):
        return [Finding("signature-kind", _("The signature does not cover the whole transaction."), where)]
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), key)
        if utils.decode_dss_signature(signature[:-1])[1] > _HALF_ORDER:
            return [Finding("signature-high", _("The signature is not in its only allowed form."), where)]
        digest = signed_digest(tx, n, spent)
        public.verify(signature[:-1], digest, ec.ECDSA(utils.Prehashed(SHA256())))
    except (InvalidSignature, ValueError):
        return [Finding("signature-bad", _("The signature does not fit the transaction."), where)]
    return []


def check_chain(transactions: Iterable[Transaction], *, signatures: bool = True) -> tuple[Finding, ...]:
    """Every finding over the transactions, in their order: spent twice, spent before it exists, too much, unsigned.

    Coinbase transactions bring new money; there are no blocks here that could limit it.
    """
    outputs: dict[str, Output] = {}
    spenders: dict[str, str] = {}
    seen: set[str] = set()
    findings: list[Finding] = []
    for tx in transactions:
        txid = tx.txid
        if txid in seen:
            findings.append(Finding("transaction-twice", _("The transaction is there twice."), txid))
            continue
        seen.add(txid)
        if not tx.is_new_money:
            findings += _spending(tx, txid, outputs, spenders, signatures)
        outputs |= {f"{txid}:{n}": output for n, output in enumerate(tx.outputs)}
    return tuple(findings)


def _spending(
    tx: Transaction, txid: str, outputs: dict[str, Output], spenders: dict[str, str], signatures: bool
) -> list[Finding]:
    findings: list[Finding] = []
    available = 0
    for n, one in enumerate(tx.inputs):
        where = _("input {n} of {txid}").format(n=n, txid=txid)
        spent = outputs.get(one.lot)
        if spent is None:
            message = _("It spends {lot}, which is not known before it.").format(lot=one.lot)
            findings.append(Finding("input-unknown", message, where))
            continue
        if one.lot in spenders:
            message = _("{lot} is spent already by {txid}.").format(lot=one.lot, txid=spenders[one.lot])
            findings.append(Finding("spent-twice", message, where))
        spenders[one.lot] = txid
        available += spent.value
        if signatures:
            findings += signature_findings(tx, n, spent)
    if not findings and tx.paid > available:
        findings.append(Finding("pays-too-much", _("It pays more than it spends."), txid))
    return findings


def insist(transactions: Iterable[Transaction], *, signatures: bool = True) -> None:
    """Raises ArtefactUnreadable with every finding of ``check_chain``."""
    findings = check_chain(transactions, signatures=signatures)
    if findings:
        raise ArtefactUnreadable(
            _("The transactions do not hold together: {n} findings.").format(n=len(findings)),
            next_step=_("Trace nothing with them before the findings are explained."),
            findings=findings,
        )
