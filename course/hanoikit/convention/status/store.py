"""The newer status table of this user: checked, installed beside the kit, never over a newer one, and taken back.

>>> install(Path("XVIII-16.en.xml"), as_of=date(2026, 11, 21), today=date(2026, 11, 22))       # doctest: +SKIP

It lies in the user's data folder (``hanoikit.convention.official.user_data``), so that an installed kit stays as it
is and an update of the kit does not lose it.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hanoikit.convention.official.store import user_data
from hanoikit.convention.status import table, treaty_collection
from hanoikit.convention.status.model import StatusTable
from hanoikit.errors import Finding, HanoiKitError, StatusFileRefused
from hanoikit.i18n import _


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation did. ``added`` and ``gone`` name what differs from the table before."""

    table: StatusTable
    path: Path
    findings: tuple[Finding, ...]
    signed: tuple[str, ...]
    deposited: tuple[str, ...]
    gone: tuple[str, ...]


def table_path(folder: Path) -> Path:
    """Where the user's table lies."""
    return folder / "convention" / "status.json"


def current(folder: Path | None = None) -> StatusTable:
    """The user's table if there is one and it is not older than the kit's own; else the kit's.

    Raises ``DataInvalid`` for a damaged file: the wrong table without a word would be worse.
    """
    own = installed(folder)
    shipped = table.shipped()
    return own if own is not None and own.as_of >= shipped.as_of else shipped


def installed(folder: Path | None = None) -> StatusTable | None:
    """The table that this user installed; ``None`` where there is none."""
    path = table_path(folder or user_data())
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        content = None
    return table.from_data(content, where=str(path))


def install(path: Path, *, as_of: date, today: date, folder: Path | None = None) -> Installed:
    """Check the file and keep its table for this user. Raises ``StatusFileRefused`` for a file that cannot be used,
    for a day in the future, and for a file that is older than the table in use.
    """
    if as_of > today:
        raise StatusFileRefused(
            _("The day of the file, {day}, lies in the future.").format(day=as_of.isoformat()),
            where=str(path),
            next_step=_("Give the day on which you downloaded it: --as-of 2026-11-21."),
        )
    target = table_path(folder or user_data())
    read = treaty_collection.read(path, as_of=as_of)
    before = current(folder)
    if as_of < before.as_of:
        raise StatusFileRefused(
            _("The table in use is newer: it is of {newer}, this file of {older}.").format(
                newer=before.as_of.isoformat(), older=as_of.isoformat()
            ),
            where=str(path),
            next_step=_(
                "Download a newer file. To go back on purpose, first run: hanoikit convention status --reset."
            ),
        )
    _write(target, json.dumps(table.as_data(read.table), ensure_ascii=False, indent=1))
    return Installed(
        table=read.table,
        path=target,
        findings=read.findings,
        signed=_new(before, read.table, "signed"),
        deposited=_new(before, read.table, "instrument"),
        gone=tuple(one.code for one in before.participants if read.table.participant(one.code) is None),
    )


def reset(folder: Path | None = None) -> bool:
    """Use the kit's own table again. Returns whether there was another one."""
    path = table_path(folder or user_data())
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _unwritable(path, error) from error
    return True


def _new(before: StatusTable, after: StatusTable, what: str) -> tuple[str, ...]:
    def has(table: StatusTable, code: str) -> bool:
        found = table.participant(code)
        return found is not None and getattr(found, what) is not None

    return tuple(one.code for one in after.participants if has(after, one.code) and not has(before, one.code))


def _write(target: Path, text: str) -> None:
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-", suffix=".json")
        temporary = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise _unwritable(target, error) from error


def _unwritable(path: Path, error: OSError) -> HanoiKitError:
    return HanoiKitError(
        _("The status cannot be changed: {reason}.").format(reason=error.strerror or error),
        where=str(path),
        next_step=_("Check that the folder can be written and that the disk is not full."),
    )
