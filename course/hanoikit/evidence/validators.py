"""Programs that are not ours, run over a package: their verdict counts because we did not write them.

>>> verdict = bagit(Path("EX-1"))
>>> verdict.accepted, verdict.program, verdict.version
(True, 'bagit-python', '1.9.0')
>>> print(verdict.command)
bagit.py --validate EX-1

Each runs in a process of its own, without network, with a time limit and a limit on what it may print. Where many
packages are examined one after the other, :mod:`hanoikit.evidence.standby` has what is slow loaded before. A
program that is not installed raises :class:`ToolMissing`: a check that did not run is never a pass.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import IO, Any

from hanoikit.errors import EvidenceError, ToolMissing, UsageError
from hanoikit.evidence import standby
from hanoikit.i18n import _

#: Seconds that a program may take; the slowest (case_validate, started afresh) needs 4 to 6, and ten times as
#: long when a whole cohort is being marked beside it.
TIME_LIMIT = 300.0
#: Characters of a program's output that are kept.
OUTPUT_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a program said: ``accepted`` as its exit status means it, ``command`` as one would type it.

    ``took`` is in seconds; ``output`` is what it printed (standard output, then standard error), shortened at
    ``OUTPUT_LIMIT`` characters, with temporary paths left out.
    """

    accepted: bool
    program: str
    version: str
    command: str
    output: str
    took: float

    def __str__(self) -> str:
        word = _("accepts") if self.accepted else _("rejects")
        return f"{self.program} {self.version} {word}: {self.command}"


def bagit(folder: Path) -> Verdict:
    """Whether bagit-python, the Library of Congress' own program, finds the bag complete and unchanged.

    It knows nothing of signatures: a bag whose manifests were written again passes.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise EvidenceError(_("There is no such folder."), where=str(folder))
    _need_module("bagit", "bagit")
    command = _python("bagit", "--validate", str(folder.resolve()))
    return _run(
        command,
        program="bagit-python",
        version=metadata.version("bagit"),
        shown=f"bagit.py --validate {folder.name}",
        hide={str(folder.resolve()): folder.name},
    )


def openssl_timestamp(token: Path | bytes, data: Path | bytes, ca_pem: Path | bytes) -> Verdict:
    """Whether ``openssl ts -verify`` accepts the timestamp over the data, trusting the certificates in
    ``ca_pem``.

    ``token`` is a timestamp reply (RFC 3161 TimeStampResp, DER) or a bare token (TimeStampToken).
    """
    openssl = _need_program("openssl", debian="openssl", windows=_("the OpenSSL installer for Windows"))
    with _files(token=token, data=data, ca=ca_pem) as paths:
        reply = (
            ["-in", paths["token"]]
            if _is_reply(Path(paths["token"]))
            else ["-in", paths["token"], "-token_in"]
        )
        command = [openssl, "ts", "-verify", *reply, "-data", paths["data"], "-CAfile", paths["ca"]]
        return _run(
            command,
            program="openssl",
            version=_openssl_version(openssl),
            hide=_names(paths, {"token": token, "data": data, "ca": ca_pem}, openssl),
        )


def openssl_signature(signature: bytes, data: Path | bytes, certificate_pem: bytes) -> Verdict:
    """Whether ``openssl pkeyutl -verify`` accepts the Ed25519 signature over the data (OpenSSL 3.0 or
    later).
    """
    openssl = _need_program("openssl", debian="openssl", windows=_("the OpenSSL installer for Windows"))
    with _files(signature=signature, data=data, certificate=certificate_pem) as paths:
        command = [openssl, "pkeyutl", "-verify", "-certin", "-inkey", paths["certificate"], "-rawin"]
        command += ["-in", paths["data"], "-sigfile", paths["signature"]]
        given = {"signature": signature, "data": data, "certificate": certificate_pem}
        return _run(
            command, program="openssl", version=_openssl_version(openssl), hide=_names(paths, given, openssl)
        )


def case_validate(graph: Path | Mapping[str, Any]) -> Verdict:
    """Whether ``case_validate`` finds the graph conformant to CASE/UCO 1.5; a misspelt concept is not."""
    _need_module("case_utils", "case-utils")
    with _graph(graph) as path:
        return _run_python(
            "case_utils.case_validate",
            "--built-version",
            "case-1.5.0",
            path,
            program="case_validate",
            version=metadata.version("case-utils"),
            shown=f"case_validate --built-version case-1.5.0 {_graph_name(graph)}",
            hide={path: _graph_name(graph)},
        )


def case_prov_check(graph: Path | Mapping[str, Any]) -> Verdict:
    """Whether ``case_prov_check`` can follow every exhibit back to its origin.

    First ``case_prov_rdf`` turns the actions into W3C PROV; the check then reads both graphs.
    """
    _need_module("case_prov", "case-prov")
    version = metadata.version("case-prov")
    with _graph(graph) as path, tempfile.TemporaryDirectory(prefix="hanoikit-") as place:
        prov = str(Path(place) / "prov.ttl")
        hide = {path: _graph_name(graph), prov: "prov.ttl"}
        made = _run_python(
            "case_prov.case_prov_rdf",
            "--use-deterministic-uuids",
            prov,
            path,
            program="case_prov_rdf",
            version=version,
            shown=f"case_prov_rdf --use-deterministic-uuids prov.ttl {_graph_name(graph)}",
            hide=hide,
        )
        if not made.accepted:
            return made
        return _run_python(
            "case_prov.case_prov_check",
            path,
            prov,
            program="case_prov_check",
            version=version,
            shown=f"case_prov_check {_graph_name(graph)} prov.ttl",
            hide=hide,
        )


def sleuthkit(image: Path, inode: int | str, sha256: str, *, offset: int = 0) -> Verdict:
    """Whether The Sleuth Kit recovers, at this inode of the image, a file with this SHA-256.

    Runs ``icat -r`` where the program is installed, else the same library through pytsk3 in a fresh process;
    ``program`` says which. ``offset`` is the file system's first sector (512 bytes each).
    """
    image = Path(image)
    inode = str(inode)
    if not re.fullmatch(r"\d+(-\d+){0,2}", inode):
        raise UsageError(_("{inode!r} is not an inode.").format(inode=inode))
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise UsageError(_("{text!r} is not a SHA-256 in hexadecimal.").format(text=sha256))
    if not image.is_file():
        raise EvidenceError(_("There is no such image."), where=str(image))
    icat = shutil.which("icat")
    if icat is not None:
        command = [icat, "-r", "-o", str(offset), str(image.resolve()), inode]
        shown = f"icat -r -o {offset} {image.name} {inode} | sha256sum"
        version = _first_line([icat, "-V"]).removeprefix("The Sleuth Kit ver ")
        return _by_hash(command, program="icat", version=version, shown=shown, image=image, sha256=sha256)
    _need_module("pytsk3", "pytsk3")
    reader = str(Path(__file__).with_name("_icat.py"))
    command = [sys.executable, "-I", reader, str(image.resolve()), inode, str(offset * 512)]
    shown = f"pytsk3 {image.name} {inode} | sha256sum"
    version = metadata.version("pytsk3")
    return _by_hash(command, program="pytsk3", version=version, shown=shown, image=image, sha256=sha256)


# running


def _python(module: str, *arguments: str) -> list[str]:
    # Runs the program's own main() in a fresh interpreter that can reach no network.
    start = "\n".join(
        (
            "import socket, sys",
            "def no(*args, **named): raise OSError('the network is off')",
            "socket.socket.connect = socket.socket.connect_ex = no",
            "socket.getaddrinfo = socket.create_connection = no",
            f"sys.argv[0] = {module!r}",
            f"from {module} import main",
            "sys.exit(main())",
        )
    )
    return [sys.executable, "-I", "-c", start, *arguments]


def _run_python(
    module: str, *arguments: str, program: str, version: str, shown: str, hide: Mapping[str, str]
) -> Verdict:
    """Run a Python program's own ``main``: where it is on standby in a fork, else in a fresh interpreter."""

    def ready(out: IO[bytes], err: IO[bytes]) -> int | None:
        return standby.run(
            module, arguments, out=out, err=err, environment=_environment(), seconds=TIME_LIMIT
        )

    command = _python(module, *arguments)
    return _run(command, program=program, version=version, shown=shown, hide=hide, ready=ready)


def _by_hash(
    command: list[str], *, program: str, version: str, shown: str, image: Path, sha256: str
) -> Verdict:
    with tempfile.TemporaryFile() as content:
        verdict = _run(
            command,
            program=program,
            version=version,
            shown=shown,
            hide={str(image.resolve()): image.name},
            into=content,
        )
        if not verdict.accepted:
            return verdict
        content.seek(0)
        found = hashlib.file_digest(content, "sha256").hexdigest()
        size = content.tell()
    same = found == sha256.lower()
    lines = [f"{found}  -", _("{size} bytes recovered").format(size=size)]
    if not same:
        lines.append(_("expected {sha256}").format(sha256=sha256.lower()))
    return Verdict(same, program, version, shown, "\n".join(lines), verdict.took)


def _run(
    command: Sequence[str],
    *,
    program: str,
    version: str,
    shown: str | None = None,
    hide: Mapping[str, str],
    into: IO[bytes] | None = None,
    ready: Callable[[IO[bytes], IO[bytes]], int | None] = lambda out, err: None,
) -> Verdict:
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        note = ""
        try:
            status = ready(out, err)
            if status is None:
                status = subprocess.run(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=into or out,
                    stderr=err,
                    env=_environment(),
                    timeout=TIME_LIMIT,
                ).returncode
        except subprocess.TimeoutExpired:
            status, note = -1, _("It was stopped after {seconds:.0f} seconds.").format(seconds=TIME_LIMIT)
        except OSError as error:
            raise ToolMissing(
                _("{program} cannot be started: {why}.").format(program=program, why=error.strerror or error)
            ) from error
        said = "\n".join(part for part in (_text(out), _text(err), note) if part)
    # The place of the installation is nobody's business and differs from machine to machine.
    hide = {**hide, sys.prefix: "python", str(Path.home()): "~"}
    for secret, name in sorted(hide.items(), key=lambda pair: -len(pair[0])):
        said = said.replace(secret, name)
    said = re.sub(r" at 0x[0-9a-f]+\b", "", said)  # a place in memory is another one each time
    shown = shown or " ".join(hide.get(word, word) for word in command)
    return Verdict(status == 0, program, version, shown, said, time.perf_counter() - start)


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    text = stream.read(OUTPUT_LIMIT * 4).decode("utf-8", "replace").strip()
    if len(text) <= OUTPUT_LIMIT:
        return text
    return text[:OUTPUT_LIMIT] + "\n" + _("... (the rest is left out)")


def _environment() -> dict[str, str]:
    # FAT times must not follow the machine's zone, nor messages its language.
    kept = {
        name: os.environ[name]
        for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
        if name in os.environ
    }
    return {**kept, "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


def _need_program(name: str, *, debian: str, windows: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise ToolMissing(
            _("The program {name} is not installed; the check did not run.").format(name=name),
            next_step=_("On Debian or Ubuntu install the package {debian}; on Windows use {windows}.").format(
                debian=debian, windows=windows
            ),
        )
    return path


def _need_module(name: str, package: str) -> None:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError as error:
        raise ToolMissing(
            _("The Python package {package} is not installed; the check did not run.").format(
                package=package
            ),
            next_step=_("Install it with: pip install {package}").format(package=package),
        ) from error


def _openssl_version(openssl: str) -> str:
    words = _first_line([openssl, "version"]).split()
    return words[1] if len(words) > 1 else "?"


def _first_line(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, env=_environment(), timeout=TIME_LIMIT
        )
    except (OSError, subprocess.TimeoutExpired):
        return "?"
    return (done.stdout or done.stderr).decode("utf-8", "replace").strip().partition("\n")[0]


def _is_reply(token: Path) -> bool:
    # Both are a DER SEQUENCE; a reply starts with the status (a SEQUENCE), a bare token with an object
    # identifier.
    head = token.read_bytes()[:8]
    if len(head) < 3 or head[0] != 0x30:
        return True
    first = 2 if head[1] < 0x80 else 2 + (head[1] & 0x7F)
    return not (first < len(head) and head[first] == 0x06)


@contextmanager
def _files(**given: Path | bytes) -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="hanoikit-") as place:
        paths = {}
        for name, source in given.items():
            if isinstance(source, bytes):
                path = Path(place) / name
                path.write_bytes(source)
            else:
                path = Path(source).resolve()
                if not path.is_file():
                    raise EvidenceError(_("There is no such file."), where=str(source))
            paths[name] = str(path)
        yield paths


def _names(paths: Mapping[str, str], given: Mapping[str, Path | bytes], openssl: str) -> dict[str, str]:
    shown = {
        path: f"{name}.{'pem' if name in {'ca', 'certificate'} else 'bin'}"
        if isinstance(given[name], bytes)
        else Path(path).name
        for name, path in paths.items()
    }
    return {**shown, openssl: "openssl"}


@contextmanager
def _graph(graph: Path | Mapping[str, Any]) -> Iterator[str]:
    if isinstance(graph, Mapping):
        with tempfile.TemporaryDirectory(prefix="hanoikit-") as place:
            path = Path(place) / "case.jsonld"
            path.write_text(json.dumps(graph), encoding="utf-8")
            yield str(path)
    else:
        path = Path(graph).resolve()
        if not path.is_file():
            raise EvidenceError(_("There is no such file."), where=str(graph))
        yield str(path)


def _graph_name(graph: Path | Mapping[str, Any]) -> str:
    return "case.jsonld" if isinstance(graph, Mapping) else Path(graph).name
