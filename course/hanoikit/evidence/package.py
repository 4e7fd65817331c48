"""The package for transfer: a BagIt bag, signed and timestamped, that a stranger can check.

>>> package = create(Path("EX-1"), {"EX-1.E01": image}, identity=examiner, authority=tsa, custody=log)
>>> report = verify(Path("EX-1"), roots=[course_root], tsa_roots=[tsa_root])
>>> report.signer, report.signed_by_time
('A. Example', datetime.datetime(2026, 3, 3, 9, 30, tzinfo=datetime.timezone.utc))

Layout (RFC 8493, version 1.0)::

    bagit.txt  bag-info.txt  manifest-sha256.txt  tagmanifest-sha256.txt
    data/...                                     the evidence
    custody/log.jsonl                            the custody log
    custody/certificates/*.pem                   of everybody who signed
    custody/seal-root.json, seal-proofs.jsonl    root of the seal, and a proof for each file
    custody/...                                  what else travels along: CASE graph, form
    signature/tagmanifest-sha256.txt.sig.json    Ed25519 over tagmanifest-sha256.txt
    signature/tagmanifest-sha256.txt.tsr         RFC 3161 timestamp over tagmanifest-sha256.txt

The tag manifest holds the digest of the manifest, which holds the digests of the evidence, so one signature
covers all. The two files in ``signature/`` cannot be in the list that they sign (RFC 8493 section 2.2.1 says
a tag manifest *should* list the other tag files; it need not).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hanoikit import __version__
from hanoikit.errors import (
    EvidenceError,
    Finding,
    PackageInvalid,
    TokenRejected,
    UsageError,
)
from hanoikit.evidence import bagcheck, bagging, companions, detached, timestamp
from hanoikit.evidence.atomic import refusing, temporary
from hanoikit.evidence.bagging import Hashed
from hanoikit.i18n import _
from hanoikit.trust import certificates

if TYPE_CHECKING:
    from cryptography import x509

    from hanoikit.evidence.custody import CustodyLog
    from hanoikit.evidence.seal import Seal
    from hanoikit.evidence.timestamp import LocalTimestampAuthority, TimestampInfo
    from hanoikit.trust.certificates import Person
    from hanoikit.trust.identity import Identity

SIGNED = "tagmanifest-sha256.txt"
SIGNATURE = f"signature/{SIGNED}.sig.json"
TOKEN = f"signature/{SIGNED}.tsr"
CUSTODY_LOG = companions.CUSTODY_LOG
#: Tag files of which the signature cannot speak, because they hold it.
OUTSIDE = frozenset({SIGNATURE, TOKEN})

_OWN_TAG_FILES = re.compile(
    r"^(bagit\.txt|bag-info\.txt|fetch\.txt|(tag)?manifest-.*|data(/.*)?|signature(/.*)?)$"
)
_OWN_LABELS = {"payload-oxum", "bagging-date", "bag-software-agent"}


@dataclass(frozen=True, slots=True)
class Package:
    """A package as it was made; ``files`` are the payload names, ``size`` their bytes."""

    folder: Path
    files: Mapping[str, Hashed]
    size: int
    warnings: tuple[Finding, ...] = ()

    @property
    def signed_file(self) -> Path:
        """The file that the signature and the timestamp are over."""
        return self.folder / SIGNED

    @property
    def token(self) -> Path:
        """The timestamp reply (RFC 3161, DER), for ``openssl ts -verify -in``."""
        return self.folder / TOKEN


@dataclass(frozen=True, slots=True)
class PackageReport:
    """What a package that holds shows: who sealed it, when at the latest, and what it contains."""

    folder: Path
    files: Mapping[str, Hashed]
    size: int
    algorithms: tuple[str, ...]
    info: Mapping[str, tuple[str, ...]]
    signer: Person | None
    timestamp: TimestampInfo | None
    custody: CustodyLog | None
    warnings: tuple[Finding, ...] = field(default=())

    @property
    def signed_by_time(self) -> datetime | None:
        """The manifest existed not later than this time (genTime); it does not say when the evidence was
        taken.
        """
        return self.timestamp.gen_time if self.timestamp else None


def payload_of(folder: Path, *, prefix: str = "") -> dict[str, Path]:
    """Every file under the folder as payload names for :func:`create`; raises :class:`EvidenceError` for
    links.
    """
    files, findings = bagging.walk(Path(folder))
    if findings:
        raise EvidenceError(
            _("The folder holds something that is not an ordinary file."),
            where=str(folder),
            findings=findings,
        )
    return {prefix + name: path for name, path in files.items()}


def create(
    folder: Path,
    payload: Mapping[str, Path | str],
    *,
    identity: Identity,
    authority: LocalTimestampAuthority | None,
    custody: CustodyLog | None = None,
    seal: Seal | None = None,
    info: Mapping[str, str] | None = None,
    tag_files: Mapping[str, bytes | Path] | None = None,
    also_certificates: Sequence[x509.Certificate] = (),
    at: datetime | None = None,
    algorithms: Sequence[str] = ("sha256",),
    portable: bool = True,
    workers: int | None = None,
) -> Package:
    """Copy the payload into a new signed and timestamped bag at ``folder``.

    ``seal`` (signed) travels as its root and a proof for each file, see :mod:`hanoikit.evidence.companions`.
    ``payload`` maps a name under ``data/`` to the file to copy; ``info`` holds labels of bag-info.txt
    (Source-Organization, External-Identifier ...); ``tag_files`` further files by their name in the bag
    (``"custody/case.jsonld"``); ``also_certificates`` are stored
    beside those of the log and the packer, for the receiver. ``at`` is the
    time of packing (aware; now if left out), ``authority=None`` makes a package without timestamp, which
    :func:`verify` refuses unless told otherwise. ``portable=False`` lets names pass that Windows cannot
    hold.

    The folder appears whole or not at all. Raises :class:`EvidenceError` (folder exists, source unreadable,
    disk full), :class:`PackageInvalid` (names, with findings), :class:`UsageError`.
    """
    folder = Path(folder)
    sources = {name: Path(path) for name, path in payload.items()}
    moment = _aware(at)
    algorithms = _algorithms(algorithms)
    extra = dict(tag_files or {})
    warnings = _judge_names(folder, sources, extra, portable)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise EvidenceError(
            _("There is something of this name already."),
            where=str(folder),
            next_step=_("Choose a new folder."),
        )
    with refusing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with temporary(folder) as bag:
            bag.mkdir()
            (bag / "signature").mkdir()
            hashed = bagging.copy_and_hash(sources, bag / "data", algorithms=algorithms, workers=workers)
            size = sum(file.size for file in hashed.values())
            fields = _info(info or {}, moment, f"{size}.{len(hashed)}")
            _write_tag_files(bag, extra)
            people = [*also_certificates, identity.certificate]
            warnings += companions.write(bag, log=custody, seal=seal, people=people, payload=hashed)
            (bag / "bagit.txt").write_bytes(bagging.BAGIT_TXT)
            (bag / "bag-info.txt").write_bytes(bagging.tag_lines(fields))
            in_data = {f"data/{name}": file for name, file in hashed.items()}
            for algorithm in algorithms:
                (bag / f"manifest-{algorithm}.txt").write_bytes(bagging.manifest_bytes(in_data, algorithm))
            _write_tag_manifests(bag, algorithms)
            sign_again(bag, identity=identity, authority=authority, at=moment)
            bag.rename(folder)
    return Package(folder, hashed, size, tuple(warnings))


def sign_again(
    folder: Path, *, identity: Identity, authority: LocalTimestampAuthority | None, at: datetime | None = None
) -> None:
    """Sign and timestamp the tag manifest as it stands, replacing what was there.

    For a bag that another program made; it does not ask whether the bag is valid.
    """
    data = (folder / SIGNED).read_bytes()
    (folder / "signature").mkdir(exist_ok=True)
    (folder / SIGNATURE).write_bytes(detached.sign(data, file=SIGNED, identity=identity))
    if authority is None:
        (folder / TOKEN).unlink(missing_ok=True)
    else:
        (folder / TOKEN).write_bytes(authority.stamp(data, at=_aware(at)).der)


def verify(
    folder: Path,
    roots: Sequence[x509.Certificate],
    *,
    tsa_roots: Sequence[x509.Certificate] | None = None,
    at: datetime | None = None,
    without_timestamp: bool = False,
    broken_custody_accepted: bool = False,
    portable: bool = True,
    workers: int | None = None,
) -> PackageReport:
    """Check everything that a receiver can check, and return what the package shows.

    ``roots`` vouch for the packer, ``tsa_roots`` for the timestamp authority (``roots`` if left out). The
    packer's certificate must be valid at the time of the token, or at ``at`` (now) when
    ``without_timestamp`` accepts a package that has none. Raises :class:`PackageInvalid` with all findings
    in reading order: those of :func:`bagcheck.check`, then ``signature-missing``, ``signature-malformed``,
    ``signature-wrong``, ``signer-not-trusted``, ``timestamp-missing``, ``timestamp-rejected``, then those of
    :func:`companions.check`. A gap in custody is no damage to the package: with ``broken_custody_accepted``
    what is wrong with the log or the seal becomes warnings of the report.
    """
    folder = Path(folder)
    state = bagcheck.check(folder, outside=OUTSIDE, portable=portable, workers=workers)
    findings = list(state.findings)
    signed = _signed_bytes(folder, state)
    token, info = _check_timestamp(
        folder, state, signed, roots if tsa_roots is None else tsa_roots, without_timestamp
    )
    moment = info.gen_time if info else _aware(at)
    signature, signer = _check_signature(folder, state, signed, roots, moment)
    findings += signature + token
    log, beside = companions.check(folder, state, roots)
    if broken_custody_accepted:
        beside = [replace(it, severity="warning") if it.severity == "error" else it for it in beside]
    findings += beside
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise PackageInvalid(
            _("The package is not accepted: {count} things are wrong with it.").format(count=len(errors))
            if len(errors) > 1
            else _("The package is not accepted."),
            where=str(folder),
            next_step=_("Do not use it as evidence; keep it as it is and ask the sender for a new one."),
            findings=findings,
        )
    return PackageReport(
        folder=folder,
        files={name.removeprefix("data/"): hashed for name, hashed in state.payload.items()},
        size=state.payload_size,
        algorithms=state.algorithms,
        info={label: tuple(values) for label, values in state.info.items()},
        signer=signer,
        timestamp=info,
        custody=log,
        warnings=tuple(findings),
    )


# making


def _judge_names(
    folder: Path, sources: Mapping[str, Path], extra: Mapping[str, bytes | Path], portable: bool
) -> list[Finding]:
    if not sources:
        raise UsageError(_("There is nothing to pack."), next_step=_("Name at least one file of evidence."))
    own = [name for name in extra if _OWN_TAG_FILES.match(name) or name in companions.OWN]
    if own:
        raise UsageError(_("{name} is written by the package itself.").format(name=own[0]))
    findings = bagging.name_findings([f"data/{name}" for name in sources], portable=portable)
    findings += bagging.name_findings(extra)
    if any(finding.severity == "error" for finding in findings):
        raise PackageInvalid(
            _("Some files cannot travel under these names; nothing was packed."),
            where=str(folder),
            next_step=_(
                "Give them other names in the package; the log says which file is which by its hash."
            ),
            findings=findings,
        )
    for name in sources:
        if "%" in name or "\n" in name or "\r" in name:
            # bagit-python 1.9 does not decode %25, so it calls a correct bag of such a file incomplete.
            message = _("The name needs the encoding of RFC 8493; bagit-python will reject the bag.")
            findings.append(
                Finding("name-encoded", message, bagging.printable(name), ("RFC 8493 2.1.3",), "warning")
            )
    return findings


def _algorithms(algorithms: Sequence[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(("sha256", *algorithms)))
    if unknown := set(chosen) - set(bagging.STRONG):
        raise UsageError(
            _("{names} is not used for new packages.").format(names=", ".join(sorted(unknown))),
            next_step=_("Use sha256, and sha512 as well if you wish."),
        )
    return chosen


def _aware(at: datetime | None) -> datetime:
    if at is None:
        return datetime.now(UTC)
    if at.tzinfo is None:
        raise UsageError(
            _("The time has no zone."), next_step=_("Give a time with its zone, for example UTC.")
        )
    return at


def _info(info: Mapping[str, str], at: datetime, oxum: str) -> dict[str, str]:
    if fixed := [label for label in info if label.lower() in _OWN_LABELS]:
        raise UsageError(_("{label} is written by the package itself.").format(label=fixed[0]))
    return {
        **info,
        "Bagging-Date": at.astimezone(UTC).strftime("%Y-%m-%d"),
        "Bag-Software-Agent": f"hanoikit {__version__}",
        "Payload-Oxum": oxum,
    }


def _write_tag_files(bag: Path, extra: Mapping[str, bytes | Path]) -> None:
    bagging.copy_and_hash({name: path for name, path in extra.items() if not isinstance(path, bytes)}, bag)
    for name, content in extra.items():
        if isinstance(content, bytes):
            (bag / name).parent.mkdir(parents=True, exist_ok=True)
            (bag / name).write_bytes(content)


def _write_tag_manifests(bag: Path, algorithms: Sequence[str]) -> None:
    files, _links = bagging.walk(bag)
    tags = {name: path for name, path in files.items() if not name.startswith("data/")}
    hashed = bagging.hash_files(tags, algorithms=dict.fromkeys(tags, algorithms), workers=1)
    good = {name: result for name, result in hashed.items() if isinstance(result, Hashed)}
    for algorithm in algorithms:
        (bag / f"tagmanifest-{algorithm}.txt").write_bytes(bagging.manifest_bytes(good, algorithm))


# checking


def _signed_bytes(folder: Path, state: bagcheck.BagState) -> bytes | None:
    if SIGNED not in state.hashed:
        return None
    try:
        return bagging.read_tag_bytes(folder / SIGNED)
    except EvidenceError:
        return None


def _check_signature(
    folder: Path,
    state: bagcheck.BagState,
    signed: bytes | None,
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> tuple[list[Finding], Person | None]:
    if SIGNATURE not in state.hashed:
        message = _("Nobody has signed the package; anybody could have written its manifests.")
        return [Finding("signature-missing", message, SIGNATURE)], None
    try:
        envelope = detached.read(bagging.read_tag_bytes(folder / SIGNATURE))
    except (ValueError, EvidenceError):
        message = _("The signature file cannot be read as one.")
        return [Finding("signature-malformed", message, SIGNATURE)], None
    found = detached.findings(envelope, signed or b"", file=SIGNED, where=SIGNATURE, roots=roots, at=at)
    return found, certificates.person(envelope.certificate)


def _check_timestamp(
    folder: Path,
    state: bagcheck.BagState,
    signed: bytes | None,
    roots: Sequence[x509.Certificate],
    optional: bool,
) -> tuple[list[Finding], TimestampInfo | None]:
    if TOKEN not in state.hashed:
        if optional:
            return [], None
        message = _("There is no timestamp; nobody else vouches for when the package was sealed.")
        return [Finding("timestamp-missing", message, TOKEN, ("RFC 3161",))], None
    try:
        token = bagging.read_tag_bytes(folder / TOKEN)
        return [], timestamp.verify(token, data=signed or b"", roots=roots)
    except (TokenRejected, EvidenceError) as error:
        why = "; ".join(finding.message for finding in error.findings) or error.what
        return [Finding("timestamp-rejected", why, TOKEN, ("RFC 3161",))], None
