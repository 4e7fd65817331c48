"""Authors' notebooks that were derived before, kept for one person: deriving one takes seconds, most of them
imports, and who marks his own work waits for it.

>>> shelf = Shelf.of_user()
>>> key = shelf.key(text)
>>> shelf.put(key, {"notebook": ..., "release": ...})
>>> shelf.get(key)["notebook"]

A key is made of the author's text, the kit's version and the files that the derivation depends on; nothing stale is
ever found. Entries hold hidden tests: folder and files are for this person alone, and marked code sees neither (see
``trusted.outer``). Each entry carries a code (HMAC-SHA256) under a secret of this person's, kept elsewhere; one that
does not fit, or that another person could have written, is as good as none. A shelf that cannot be used costs time,
never a mark.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import stat
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import hanoikit
from hanoikit import resources

FORMAT = "1"
_MOST_ENTRIES = 200
_MOST_BYTES = 64 << 20
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of entries, and the file with the secret."""

    folder: Path
    secret: Path

    @classmethod
    def of_user(cls) -> Shelf:
        """Where this system keeps such things for the person who runs this."""
        from platformdirs import user_cache_path, user_state_path

        return cls(user_cache_path("hanoikit") / "derived", user_state_path("hanoikit") / "derived.key")

    def key(self, text: bytes, name: str) -> str:
        """The name of the entry for this text of the assignment ``name``, with this kit."""
        digest = hashlib.sha256()
        for part in (FORMAT.encode(), hanoikit.__version__.encode(), kit_print(), name.encode(), text):
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()

    def get(self, key: str) -> dict[str, Any] | None:
        """The entry; None when there is none, or none that can be trusted."""
        try:
            data = _read_own(self._place(key), _MOST_BYTES)
            code, _newline, body = data.partition(b"\n")
            if not hmac.compare_digest(code, self._code(key, body, _read_own(self.secret, _SECRET_BYTES))):
                return None
            found = json.loads(body)
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def put(self, key: str, entry: Mapping[str, Any]) -> bool:
        """Keep an entry; says whether it could be kept."""
        try:
            body = json.dumps(entry, ensure_ascii=False, allow_nan=False).encode()
            if json.loads(body) != entry:
                return False  # it holds what JSON would change
            secret = self._own_secret()
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _only_mine(self.folder.lstat())
            _write(self._place(key), self._code(key, body, secret) + b"\n" + body)
            self._tidy()
        except (OSError, ValueError, TypeError):
            return False
        return True

    def _place(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def _code(self, key: str, body: bytes, secret: bytes) -> bytes:
        return hmac.new(secret, key.encode() + b"\0" + body, hashlib.sha256).hexdigest().encode()

    def _own_secret(self) -> bytes:
        with contextlib.suppress(FileNotFoundError):
            found = _read_own(self.secret, _SECRET_BYTES)
            if len(found) == _SECRET_BYTES:
                return found
        self.secret.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.secret, os.urandom(_SECRET_BYTES))
        return _read_own(self.secret, _SECRET_BYTES)

    def _tidy(self) -> None:
        """Away with the oldest, when there are too many: each change of a text leaves one behind."""
        found = sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in found[_MOST_ENTRIES:]:
            path.unlink(missing_ok=True)


@cache
def kit_print() -> bytes:
    """SHA-256 over what a derivation depends on, besides the text: the kit's own code and data for it."""
    package = Path(hanoikit.__file__).parent
    digest = hashlib.sha256()
    for top, pattern in (
        (package / "build", "*.py"),
        (package / "convention", "*.py"),
        (package / "grading", "source.py"),
        (resources.assets() / "convention", "*.json"),
    ):
        for path in _sorted(top.rglob(pattern)):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(top)}\0{len(content)}\0".encode() + content)
    return digest.digest()


def _sorted(paths: Iterable[Path]) -> list[Path]:
    return sorted(path for path in paths if path.is_file())


def _read_own(path: Path, most: int) -> bytes:
    """The bytes of an ordinary file that belongs to this person and that nobody else can write or read."""
    place = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(place, "rb") as file:
        about = os.fstat(place)
        if not stat.S_ISREG(about.st_mode) or about.st_size > most:
            raise ValueError("no file of ours")
        _only_mine(about)
        return file.read(most)


def _only_mine(about: os.stat_result) -> None:
    if hasattr(os, "geteuid") and (about.st_uid != os.geteuid() or about.st_mode & 0o077):
        raise ValueError("others have a hand in it")


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing, readable for this person only (``mkstemp`` sees to that)."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
