"""The files of a hand-in, read without trusting them and handed over without a shared folder.

>>> parcel = Parcel.collect(folder, limits)
>>> sorted(parcel.files), [finding.code for finding in parcel.findings]
(['answers.jsonl', 'work/notes.txt'], ['link-left-out'])

Links, pipes and devices are left out and named; so is what has a name that no file should have. Sizes are
counted while reading, because a file can grow.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hanoikit.errors import Finding, GradingError
from hanoikit.grading.trusted.limits import Limits
from hanoikit.grading.trusted.wire import Channel, Refused
from hanoikit.i18n import _

LEAVE_OUT = {".ipynb_checkpoints", "__pycache__", ".git", "feedback"}
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Parcel:
    """Files by their path below the hand-in's folder (forward slashes), and what was left out."""

    files: Mapping[str, bytes]
    findings: tuple[Finding, ...] = field(default=())

    @classmethod
    def collect(
        cls, folder: Path, limits: Limits, *, leave_out: Callable[[str], bool] = LEAVE_OUT.__contains__
    ) -> Parcel:
        """Read the folder, but for the names that ``leave_out`` says; raises :class:`GradingError` when it
        holds too much, or is not there.
        """
        files: dict[str, bytes] = {}
        findings: list[Finding] = []
        total = 0
        try:
            top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise GradingError(
                _("There is no folder to mark."),
                where=str(folder),
                next_step=_("Name the folder of the assignment, or its notebook."),
            ) from error
        try:
            for name, content in _walk(top, "", 0, findings, leave_out, limits):
                total += len(content)
                files[name] = content
                if len(files) > limits.hand_in_files or total > limits.hand_in_bytes:
                    raise _too_much(folder, limits)
        finally:
            os.close(top)
        return cls(dict(sorted(files.items())), tuple(findings))

    def hand_over(self, channel: Channel, *, seconds: float, what: str = "files") -> None:
        """Send all files to a child."""
        listing = [[name, len(content)] for name, content in self.files.items()]
        channel.send({"do": what, "files": listing}, seconds=seconds)
        if self.files:
            channel.send_bytes(b"".join(self.files.values()), seconds=seconds)


def unpack(order: Mapping[str, Any], channel: Channel, *, below: str = "") -> None:
    """In a child: write the announced files below the current folder, or below a folder in it."""
    for name, size in order["files"]:
        content = channel.receive_bytes(size)
        parts = name.split("/")
        if name.startswith("/") or any(part in ("", ".", "..") for part in parts):
            raise Refused("a file has no proper name")
        parts = [below, *parts] if below else parts
        if len(parts) > 1:
            os.makedirs("/".join(parts[:-1]), exist_ok=True)  # noqa: PTH103
        with open("/".join(parts), "wb") as file:  # noqa: PTH123
            file.write(content)


def _walk(
    folder: int,
    prefix: str,
    depth: int,
    findings: list[Finding],
    leave_out: Callable[[str], bool],
    limits: Limits,
) -> Iterator[tuple[str, bytes]]:
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries)
    for name in names:
        if leave_out(name) or name.endswith(".pyc"):
            continue
        path = f"{prefix}{name}"
        if not _proper(name):
            findings.append(_left_out("name-left-out", _("A file with an improper name was left out."), path))
            continue
        try:
            # Opened without following links and without waiting at a pipe; looked at only then.
            place = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        except OSError as error:
            message = _("A link, or a file that cannot be opened, was left out: {reason}.").format(
                reason=error.strerror
            )
            findings.append(_left_out("link-left-out", message, path))
            continue
        try:
            mode = os.fstat(place).st_mode
            if stat.S_ISDIR(mode) and depth < _DEEPEST:
                yield from _walk(place, f"{path}/", depth + 1, findings, leave_out, limits)
            elif stat.S_ISREG(mode):
                yield path, _read(place, path, limits)
            else:
                message = _("This is no ordinary file; it was left out.")
                findings.append(_left_out("special-left-out", message, path))
        finally:
            os.close(place)


def _read(place: int, path: str, limits: Limits) -> bytes:
    parts = []
    left = limits.hand_in_bytes + 1
    while left > 0 and (part := os.read(place, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise _too_much(Path(path), limits)
    return b"".join(parts)


def _proper(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return name.isprintable() and "\\" not in name and len(name) <= 200


def _left_out(code: str, message: str, path: str) -> Finding:
    shown = path.encode("utf-8", "backslashreplace").decode()
    return Finding(code, message, shown[:200], severity="warning")


def _too_much(path: Path, limits: Limits) -> GradingError:
    return GradingError(
        _("The hand-in is larger than {size} MB, or has more than {count} files.").format(
            size=limits.hand_in_bytes >> 20, count=limits.hand_in_files
        ),
        where=path.name,
        next_step=_("Remove files that the assignment does not ask for, then mark it again."),
    )
