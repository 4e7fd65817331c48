"""Check a bag against its own manifests (RFC 8493 section 3): complete, unchanged, and nothing added.

>>> state = check(Path("EX-1"))
>>> [str(finding) for finding in state.findings]
['data/notes.txt: The content is not what the manifest says (sha256).']

This is fixity only. Somebody who changes a file *and* writes the manifests again passes every check here;
that is what the signature and the timestamp in :mod:`hanoikit.evidence.package` are for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hanoikit.errors import EvidenceError, Finding
from hanoikit.evidence import bagging
from hanoikit.evidence.bagging import Hashed, printable
from hanoikit.i18n import _

_COMPLETE = ("RFC 8493 3",)


@dataclass(slots=True)
class BagState:
    """What a bag holds and what is wrong with it; ``hashed`` has every readable file by its name."""

    folder: Path
    findings: list[Finding] = field(default_factory=list)
    info: dict[str, list[str]] = field(default_factory=dict)
    hashed: dict[str, Hashed] = field(default_factory=dict)
    algorithms: tuple[str, ...] = ()

    @property
    def payload(self) -> dict[str, Hashed]:
        """The payload files, named as in the manifest (``data/...``)."""
        return {name: hashed for name, hashed in self.hashed.items() if name.startswith("data/")}

    @property
    def payload_size(self) -> int:
        """Bytes of the payload."""
        return sum(hashed.size for hashed in self.payload.values())


def check(
    folder: Path, *, outside: Collection[str] = (), portable: bool = True, workers: int | None = None
) -> BagState:
    """Compare every file of the bag with its manifests and collect all findings.

    ``outside`` names tag files that may lie in the bag without being in a tag manifest. Codes: ``no-bag``,
    ``no-payload``, ``bag-declaration``, ``bag-info``, ``no-manifest``, ``manifest-malformed``,
    ``manifest-duplicate``, ``manifest-differs``, ``unknown-algorithm``, ``weak-algorithm``,
    ``fetch-refused``, ``file-missing``, ``unexpected-file``, ``wrong-checksum``, ``tag-file-missing``,
    ``tag-file-altered``, ``tag-file-unlisted``, ``wrong-oxum``, ``unreadable``, ``symlink``, ``not-a-file``
    and those of :func:`bagging.name_findings`.
    """
    state = BagState(folder)
    if folder.is_symlink() or not folder.is_dir():
        state.findings.append(Finding("no-bag", _("There is no such folder."), str(folder), _COMPLETE))
        return state
    files, findings = bagging.walk(folder)
    state.findings += findings + bagging.name_findings(files, portable=portable)
    _declaration(state, files)
    payload_manifests = _manifests(state, tag=False)
    tag_manifests = _manifests(state, tag=True)
    state.algorithms = tuple(payload_manifests)
    _suitable(state, payload_manifests, tag_manifests)

    wanted = {**payload_manifests, **tag_manifests}
    state.hashed = _hash(state, files, tuple(wanted) or ("sha256",), workers)
    payload = {name for name in files if name.startswith("data/")}
    _compare(state, payload_manifests, payload, payload=True)
    tags = {name for name in files if name not in payload and not name.startswith("tagmanifest-")}
    _compare(state, tag_manifests, tags - set(outside), payload=False)
    _oxum(state)
    return state


def _declaration(state: BagState, files: Mapping[str, Path]) -> None:
    if "bagit.txt" not in files:
        state.findings.append(
            Finding("bag-declaration", _("The file is missing."), "bagit.txt", ("RFC 8493 2.1.1",))
        )
    else:
        try:
            tags = bagging.read_tags(bagging.read_tag_bytes(files["bagit.txt"]))
        except (ValueError, EvidenceError):
            tags = {}
        version = tags.get("BagIt-Version", [""])[0]
        encoding = tags.get("Tag-File-Character-Encoding", [""])[0]
        if version not in {"1.0", "0.97"} or encoding.upper() != "UTF-8":
            message = _("The file must declare version 1.0 (or 0.97) and UTF-8.")
            state.findings.append(Finding("bag-declaration", message, "bagit.txt", ("RFC 8493 2.1.1",)))
    if not (state.folder / "data").is_dir():
        state.findings.append(Finding("no-payload", _("The folder is missing."), "data", ("RFC 8493 2.1.2",)))
    if "fetch.txt" in files:
        message = _("Files that are to be fetched from elsewhere are not accepted: evidence travels whole.")
        state.findings.append(Finding("fetch-refused", message, "fetch.txt", ("RFC 8493 2.2.3",)))
    if "bag-info.txt" in files:
        try:
            state.info = bagging.read_tags(bagging.read_tag_bytes(files["bag-info.txt"]))
        except (ValueError, EvidenceError):
            message = _("The file cannot be read as labels and values.")
            state.findings.append(Finding("bag-info", message, "bag-info.txt", ("RFC 8493 2.2.2",)))


def _manifests(state: BagState, *, tag: bool) -> dict[str, dict[str, str]]:
    found = {}
    for algorithm, path in bagging.manifests(state.folder, tag=tag).items():
        if algorithm not in bagging.KNOWN:
            message = _("The hash algorithm is not known here; it cannot be checked.")
            state.findings.append(Finding("unknown-algorithm", message, path.name, ("RFC 8493 2.4",)))
            continue
        try:
            manifest = bagging.read_manifest(path)
        except EvidenceError as error:
            state.findings.append(Finding("unreadable", error.what, path.name))
            continue
        state.findings += manifest.findings
        entries = {}
        for name, digest in manifest.entries.items():
            found_wrong = bagging.name_findings([name], portable=False)
            if wrong := [finding for finding in found_wrong if finding.severity == "error"]:
                state.findings += wrong
            elif name.startswith("data/") is tag or name.startswith("tagmanifest-"):
                message = _("{name} does not belong in this list.").format(name=printable(name))
                state.findings.append(Finding("manifest-malformed", message, path.name, ("RFC 8493 2.2.1",)))
            else:
                entries[name] = digest
        found[algorithm] = entries
    return found


def _suitable(
    state: BagState, payload: Mapping[str, Mapping[str, str]], tag: Mapping[str, Mapping[str, str]]
) -> None:
    for kind, lists in (("manifest", payload), ("tagmanifest", tag)):
        if not lists:
            message = _("The list of files and digests is missing.")
            state.findings.append(Finding("no-manifest", message, f"{kind}-sha256.txt", ("RFC 8493 2.1.3",)))
        elif not set(lists) & set(bagging.STRONG):
            message = _("MD5 and SHA-1 alone do not protect against somebody who prepares two files.")
            state.findings.append(Finding("weak-algorithm", message, kind, ("RFC 8493 2.4",)))
        # Every manifest must list the same files (version 1.0); else a file could hide from the strong one.
        everything = set().union(*lists.values()) if lists else set()
        for algorithm, entries in lists.items():
            for name in sorted(everything - set(entries)):
                message = _("The file is missing from {name}.").format(name=f"{kind}-{algorithm}.txt")
                state.findings.append(Finding("manifest-differs", message, printable(name), ("RFC 8493 3",)))


def _hash(
    state: BagState, files: Mapping[str, Path], algorithms: tuple[str, ...], workers: int | None
) -> dict[str, Hashed]:
    hashed = {}
    every = dict.fromkeys(files, algorithms)
    for name, result in bagging.hash_files(files, algorithms=every, workers=workers).items():
        if isinstance(result, Hashed):
            hashed[name] = result
        else:
            state.findings.append(Finding("unreadable", result.what, printable(name)))
    return hashed


def _compare(
    state: BagState, lists: Mapping[str, Mapping[str, str]], present: set[str], *, payload: bool
) -> None:
    missing, unexpected, altered = (
        ("file-missing", "unexpected-file", "wrong-checksum")
        if payload
        else ("tag-file-missing", "tag-file-unlisted", "tag-file-altered")
    )
    listed: set[str] = set().union(*lists.values()) if lists else set()
    for name in sorted(listed | present):
        where = printable(name)
        if name not in state.hashed:
            if name not in present:
                message = _("The manifest lists this file, but it is not there.")
                state.findings.append(Finding(missing, message, where, _COMPLETE))
            continue
        if name not in listed:
            message = _("The file is there, but no manifest lists it.")
            state.findings.append(Finding(unexpected, message, where, _COMPLETE))
            continue
        digests = state.hashed[name].digests
        wrong = [
            algorithm
            for algorithm in lists
            if lists[algorithm].get(name, digests[algorithm]) != digests[algorithm]
        ]
        if wrong:
            message = _("The content is not what the manifest says ({algorithms}).").format(
                algorithms=", ".join(wrong)
            )
            state.findings.append(Finding(altered, message, where, _COMPLETE))


def _oxum(state: BagState) -> None:
    stated = state.info.get("Payload-Oxum")
    if stated is None:
        return
    found = f"{state.payload_size}.{len(state.payload)}"
    if stated != [found]:
        message = _("Payload-Oxum says {stated}, the payload is {found} (bytes.files).").format(
            stated=" / ".join(stated), found=found
        )
        state.findings.append(Finding("wrong-oxum", message, "bag-info.txt", ("RFC 8493 2.2.2",)))
