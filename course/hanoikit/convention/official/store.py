"""Where the user's copy is kept: one JSON file in the user's data folder, and the one before it as a backup.

The folder is ``HANOIKIT_DATA`` if that is set, else the system's place for a user's data. A new copy takes
the place of the old one in a single step, and only when it is complete on the disk.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from hanoikit.convention.official.parsing import TextOfArticle, TextOfProvision
from hanoikit.errors import DataInvalid, HanoiKitError
from hanoikit.i18n import _

FORMAT = 1


@dataclass(frozen=True, slots=True)
class OfficialCopy:
    """The user's own copy of the official text.

    ``file``, ``sha256`` and ``format`` describe the file that it came from, ``imported_at`` is an aware time.
    """

    file: str
    sha256: str
    format: str
    imported_at: datetime
    articles: Mapping[int, TextOfArticle]

    def text(self, ref: str) -> str | None:
        """The words of a provision in the copy, or ``None``."""
        number = int(ref.split("(", 1)[0])
        article = self.articles.get(number)
        return article.text(ref) if article else None


def user_data() -> Path:
    """The folder of this user's own data; it need not exist yet."""
    override = os.environ.get("HANOIKIT_DATA")
    if override:
        return Path(override).expanduser()
    from platformdirs import user_data_path

    return user_data_path("hanoikit", appauthor=False)


def copy_path(folder: Path) -> Path:
    return folder / "convention" / "official-text.json"


def backup_path(folder: Path) -> Path:
    return folder / "convention" / "official-text.previous.json"


def save(copy: OfficialCopy, folder: Path) -> Path:
    """Write the copy atomically; the copy before it stays as the backup. Returns the file's path."""
    target = copy_path(folder)
    content = {"format_version": FORMAT, **asdict(copy), "imported_at": copy.imported_at.isoformat()}
    content["articles"] = [asdict(article) for article in copy.articles.values()]
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = _write_beside(target, json.dumps(content, ensure_ascii=False, indent=1))
        if target.exists():
            _copy_atomically(target, backup_path(folder))
        temporary.replace(target)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise HanoiKitError(
            _("The text could not be saved: {reason}.").format(reason=error.strerror or error),
            where=str(target),
            next_step=_("Check that the folder can be written and that the disk is not full."),
        ) from error
    return target


def _write_beside(target: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-", suffix=".json")
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return path


def _copy_atomically(source: Path, target: Path) -> None:
    temporary = _write_beside(target, "")
    shutil.copyfile(source, temporary)
    temporary.replace(target)


def load(folder: Path) -> OfficialCopy | None:
    """The stored copy; ``None`` when there is none, ``DataInvalid`` when the stored file is damaged."""
    path = copy_path(folder)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        stored = [
            TextOfArticle(
                number=entry["number"],
                title=entry["title"],
                opening=entry["opening"],
                provisions=tuple(TextOfProvision(p["ref"], p["text"]) for p in entry["provisions"]),
            )
            for entry in content["articles"]
        ]
        return OfficialCopy(
            file=content["file"],
            sha256=content["sha256"],
            format=content["format"],
            imported_at=datetime.fromisoformat(content["imported_at"]),
            articles={article.number: article for article in stored},
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataInvalid(
            _("Your imported copy of the Convention is damaged."),
            where=str(path),
            next_step=_("Import the file once more: hanoikit convention import FILE."),
        ) from error
