"""What travels beside the evidence in a package: custody log, certificates, signed root of the seal with its
proofs.

>>> write(bag, log=log, seal=seal, people=[examiner.certificate], payload=hashed)
>>> log, findings = check(bag, state, roots=[course_root])

The seal itself stays with whoever made it, for it names every file. The package carries its signed root and,
for each file that is in the package, the proof that it belongs to the seal: the receiver sees that one file
is genuine and learns nothing about the others (data minimisation, art. 36).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hanoikit.errors import ArtefactUnreadable, Finding, HanoiKitError, ProofRejected, UsageError
from hanoikit.evidence import bagging, custody
from hanoikit.evidence.bagcheck import BagState
from hanoikit.evidence.bagging import Hashed
from hanoikit.evidence.seal import InclusionProof, Seal, SignedRoot, verify_inclusion
from hanoikit.i18n import _
from hanoikit.trust import certificates

if TYPE_CHECKING:
    from cryptography import x509

CUSTODY_LOG = "custody/log.jsonl"
CERTIFICATES = "custody/certificates"
SEAL_ROOT = "custody/seal-root.json"
PROOFS = "custody/seal-proofs.jsonl"
#: Tag files that this module writes.
OWN = frozenset({CUSTODY_LOG, SEAL_ROOT, PROOFS})

_CUSTODY = ("ISO/IEC 27037",)
_SEALED = ("36", "RFC 9162 2.1.3")


def write(
    bag: Path,
    *,
    log: custody.CustodyLog | None,
    seal: Seal | None,
    people: Sequence[x509.Certificate],
    payload: Mapping[str, Hashed],
) -> list[Finding]:
    """Write the companions into the bag; returns a warning for each payload file that the seal does not have.

    Raises :class:`UsageError` for a seal that nobody signed.
    """
    folder = bag / CERTIFICATES
    folder.mkdir(parents=True, exist_ok=True)
    for certificate in [*people, *(log.certificates().values() if log else ())]:
        name = f"{certificates.fingerprint(certificate)[:16]}.pem"
        (folder / name).write_bytes(certificates.pem(certificate))
    if log is not None:
        log.save(bag / CUSTODY_LOG)
    if seal is None:
        return []
    if seal.signed is None:
        raise UsageError(_("Nobody has signed the seal."), next_step=_("Sign it with seal.sign(...) first."))
    signed = json.dumps(seal.signed.to_json(), indent=1) + "\n"
    (bag / SEAL_ROOT).write_bytes(signed.encode("utf-8"))
    sealed = {leaf.name for leaf in seal.leaves}
    proofs = [seal.inclusion_proof(name) for name in sorted(payload) if name in sealed]
    lines = "".join(json.dumps(json.loads(proof.to_json()), ensure_ascii=False) + "\n" for proof in proofs)
    (bag / PROOFS).write_bytes(lines.encode("utf-8"))
    return [_not_sealed(name) for name in sorted(payload) if name not in sealed]


def check(
    bag: Path, state: BagState, roots: Sequence[x509.Certificate]
) -> tuple[custody.CustodyLog | None, list[Finding]]:
    """The log, and what is wrong with it and with the seal.

    Codes: ``custody-missing`` and ``not-in-custody`` (warnings), ``image-by-medium`` (note),
    ``custody-unreadable``, those of :func:`custody.verify`; ``seal-unreadable``, ``seal-not-trusted``,
    ``proof-rejected``, ``not-sealed`` (warning).
    """
    log, findings = _check_log(bag, state, roots)
    return log, findings + _check_seal(bag, state, roots)


def _check_log(
    bag: Path, state: BagState, roots: Sequence[x509.Certificate]
) -> tuple[custody.CustodyLog | None, list[Finding]]:
    if CUSTODY_LOG not in state.hashed:
        message = _("The package has no custody log; who held the evidence is not shown.")
        return None, [Finding("custody-missing", message, CUSTODY_LOG, _CUSTODY, "warning")]
    try:
        log = custody.CustodyLog.load(bag / CUSTODY_LOG)
    except ArtefactUnreadable as error:
        return None, [Finding("custody-unreadable", error.what, CUSTODY_LOG, _CUSTODY)]
    findings = [
        Finding(found.code, found.message, f"{CUSTODY_LOG}, {found.where}", found.provisions, found.severity)
        for found in custody.verify(log, roots=roots)
    ]
    logged = {entry.item_sha256 for entry in log.entries}
    for name, hashed in state.payload.items():
        if hashed.digests.get("sha256") in logged:
            continue
        if name.lower().endswith(".e01"):
            message = _("The log gives the hash of the medium, not of this file; compare what is inside it.")
            findings.append(Finding("image-by-medium", message, bagging.printable(name), _CUSTODY, "note"))
        else:
            message = _("No entry of the custody log has the hash of this file.")
            findings.append(Finding("not-in-custody", message, bagging.printable(name), _CUSTODY, "warning"))
    return log, findings


def _check_seal(bag: Path, state: BagState, roots: Sequence[x509.Certificate]) -> list[Finding]:
    if SEAL_ROOT not in state.hashed:
        return []
    try:
        signed = SignedRoot.from_json(json.loads(bagging.read_tag_bytes(bag / SEAL_ROOT)))
    except (HanoiKitError, ValueError, RecursionError) as error:
        return [
            Finding(
                "seal-unreadable", _("The signed root cannot be read: {why}").format(why=error), SEAL_ROOT
            )
        ]
    findings = []
    try:
        signed.verify(roots)
    except HanoiKitError as error:
        findings.append(Finding("seal-not-trusted", error.explain(), SEAL_ROOT, _SEALED))
    proven: set[str] = set()
    lines = bagging.read_tag_bytes(bag / PROOFS).splitlines() if PROOFS in state.hashed else []
    for number, line in enumerate(lines, start=1):
        try:
            proof = InclusionProof.from_json(line)
            verify_inclusion(proof, root=signed.root, size=signed.size)
        except ProofRejected as error:
            findings.append(Finding("proof-rejected", error.explain(), f"{PROOFS}:{number}", _SEALED))
            continue
        name = f"data/{proof.leaf.name}"
        present = state.hashed.get(name)
        if present is not None and present.digests.get("sha256") != proof.leaf.sha256:
            message = _("The file is not the one that was sealed under this name.")
            findings.append(Finding("proof-rejected", message, bagging.printable(name), _SEALED))
        proven.add(name)
    findings += [_not_sealed(name.removeprefix("data/")) for name in state.payload if name not in proven]
    return findings


def _not_sealed(name: str) -> Finding:
    message = _("The seal does not cover this file.")
    return Finding("not-sealed", message, f"data/{bagging.printable(name)}", _SEALED, "warning")
