"""The inbox of a class: every file that ever came in, as it came, under its SHA-256. Nothing in it changes.

>>> inbox = Inbox(klass.inbox)
>>> inbox.put(data, shown="stick/Ana m04.ipynb", at=now)
'9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

A file is written beside its place, flushed to the disk and renamed: a name in the inbox is a whole file, whatever was
pulled out or killed. ``index.jsonl`` tells under which names a file came and what it was taken for; it is only added
to. Work that came as loose files is held together by a list: canonical JSON of names and SHA-256, a file like others.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from hanoikit.classroom.collecting_finding import plain_text
from hanoikit.errors import ClassroomError
from hanoikit.i18n import _
from hanoikit.trust.canonical import canonical

LIST_FORMAT = "hanoikit.hand-in-list/1"
INDEX = "index.jsonl"
_NAME = re.compile(r"[0-9a-f]{64}")
_LIST_START = b'{"files":[['


class Inbox:
    """The folder, and what is known of each file in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._shown, self._done = self._read_index()
        except OSError as error:
            raise _refused(folder, error) from error

    def tidy(self) -> None:
        """Throw away what an earlier run half wrote. Only while the ledger is held: then nobody else writes here."""
        for left in self.folder.glob(".new-*"):
            left.unlink(missing_ok=True)

    def put(self, data: bytes, *, shown: str, at: datetime) -> str:
        """Keep these bytes; their SHA-256. ``shown`` is the name under which they came."""
        name, shown = hashlib.sha256(data).hexdigest(), plain_text(shown)
        path = self.folder / name
        try:
            if not path.exists():
                fresh = self.folder / f".new-{name}"
                with fresh.open("wb") as stream:
                    stream.write(data)
                    stream.flush()
                    os.fsync(stream.fileno())
                fresh.chmod(0o444)
                fresh.replace(path)
            if shown not in self._shown.setdefault(name, []):
                self._shown[name].append(shown)
                self._add({"file": name, "name": shown, "size": len(data), "at": at.isoformat()})
        except OSError as error:
            raise _refused(path, error) from error
        return name

    def put_list(self, files: Mapping[str, str], *, made: str, shown: str, at: datetime) -> str:
        """Keep a list of files that belong together (name -> SHA-256); its own SHA-256."""
        value = {"files": sorted(map(list, files.items())), "format": LIST_FORMAT, "made": made}
        return self.put(canonical(value), shown=shown, at=at)

    def done(self, name: str) -> None:
        """Note that this file was dealt with and is no hand-in itself: a zip that only holds others."""
        if name not in self._done:
            self._done.add(name)
            self._add({"file": name, "done": True})

    def read(self, name: str) -> bytes:
        """The bytes of a file; raises :class:`ClassroomError` when it is gone or is not what it was."""
        try:
            data = (self.folder / name).read_bytes()
        except OSError as error:
            raise ClassroomError(
                _("A file of the inbox is missing."),
                where=str(self.folder / name),
                next_step=_("Take it from a copy of the class folder, or collect the hand-in again."),
            ) from error
        if hashlib.sha256(data).hexdigest() != name:
            raise ClassroomError(
                _("A file of the inbox was changed after it came in."),
                where=str(self.folder / name),
                next_step=_("Take it from a copy of the class folder, or collect the hand-in again."),
            )
        return data

    def path(self, name: str) -> Path:
        return self.folder / name

    def listed(self, name: str) -> dict[str, Any] | None:
        """What a list says (``files``, ``made``); ``None`` when the file is no list."""
        with (self.folder / name).open("rb") as stream:
            if stream.read(len(_LIST_START)) != _LIST_START:
                return None
        try:
            value = json.loads(self.read(name))
        except ValueError:
            return None
        if not isinstance(value, dict) or value.get("format") != LIST_FORMAT:
            return None
        return {**value, "files": dict(value["files"])}

    def files(self) -> set[str]:
        """The SHA-256 of every file."""
        return {entry.name for entry in os.scandir(self.folder) if _NAME.fullmatch(entry.name)}

    def shown(self, name: str) -> tuple[str, ...]:
        """The names under which a file came, the first one first."""
        return tuple(self._shown.get(name, ()))

    def left_over(self, known: set[str]) -> Iterator[str]:
        """Files that no entry of the ledger and no list names: an earlier collecting was cut off before it told."""
        rest = self.files() - known - self._done
        lists = {name: value for name in self.files() - self._done if (value := self.listed(name))}
        members = {member for value in lists.values() for member in value["files"].values()}
        yield from sorted(rest - members)

    def sync(self) -> None:
        """Make the names of new files safe as well (POSIX keeps them in the folder)."""
        if os.name == "posix":
            handle = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _add(self, line: Mapping[str, Any]) -> None:
        with (self.folder / INDEX).open("ab") as stream:
            stream.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")

    def _read_index(self) -> tuple[dict[str, list[str]], set[str]]:
        shown: dict[str, list[str]] = {}
        done: set[str] = set()
        path = self.folder / INDEX
        data = path.read_bytes() if path.exists() else b""
        if data and not data.endswith(b"\n"):
            # A line that a crash tore must not spoil the next one.
            with path.open("ab") as stream:
                stream.write(b"\n")
        for raw in data.split(b"\n"):
            try:
                line = json.loads(raw)
                if line.get("done"):
                    done.add(line["file"])
                else:
                    shown.setdefault(line["file"], []).append(line["name"])
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
        return shown, done


def _refused(path: Path, error: OSError) -> ClassroomError:
    return ClassroomError(
        _("The inbox of the class cannot be written: {reason}.").format(reason=error.strerror or error),
        where=str(path),
        next_step=_("Make room on the disk, then collect again. What came in until now is safe."),
    )
