"""The connection to the gradebook's database, SQLite or a server, and what to say when it does not work.

>>> engine = connect("sqlite:////srv/course/gradebook.db")
>>> patiently(lambda: read(engine))

A database that is locked, or in which two instructors meet, is tried again for a minute; a server that does not answer
for a few seconds, as long as a restart takes.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from hanoikit.errors import ClassroomError
from hanoikit.i18n import _

_MILLISECONDS = 10_000
"""How long SQLite itself waits for a lock, each time."""
_PATIENCE = 60.0
"""Seconds for a database that is busy, and for a server that is away."""
_AWAY = 10.0
_BUSY = {"23505", "40001", "40P01", "55P03"}
"""SQLSTATE (PostgreSQL, appendix A): unique violation, serialization failure, deadlock, lock not available."""
_GONE = {"08", "57"}
"""Its classes: connection exception; operator intervention, as when a server is stopped."""
T = TypeVar("T")


def connect(db_url: str) -> Any:
    """SQLAlchemy's engine for a gradebook; raises :class:`ClassroomError` when there can be none."""
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    # Broken connections are told in a sentence, at the end; not as traces in between.
    logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())
    path = db_url.partition("sqlite:///")[2]
    # A full disk leaves a file without a byte: nothing was ever in it.
    if path and not (Path(path).is_file() and Path(path).stat().st_size):
        raise ClassroomError(
            _("There is no gradebook yet."),
            where=path,
            next_step=_(
                "Make the assignments known first: hanoikit class release, or nbgrader generate_assignment NAME"
            ),
        )
    try:
        # A server may have been started again since the last batch.
        engine = create_engine(db_url, pool_pre_ping=not path)
    except (ImportError, NoSuchModuleError) as error:
        raise ClassroomError(
            _("The driver of this database is not installed: {reason}.").format(reason=error),
            next_step=_(
                "Run: pip install 'hanoikit[postgresql]', and let db_url begin with postgresql+pg8000://"
            ),
        ) from error
    except ArgumentError as error:
        raise ClassroomError(
            _("This is no address of a database: {reason}.").format(reason=str(error)[:200]),
            next_step=_("Correct db_url in nbgrader_config.py."),
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _no_implicit_begin)
        event.listen(engine, "begin", _begin_to_write)
    return engine


def _no_implicit_begin(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_MILLISECONDS}")


def _begin_to_write(connection: Any) -> None:
    # Taken at once, so that two writers wait for each other instead of failing half way.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def patiently(act: Callable[[], T]) -> T:
    """Do it, and again while the database is busy or away; a lasting problem is a :class:`ClassroomError`."""
    from sqlalchemy.exc import DBAPIError

    start = time.monotonic()
    while True:
        try:
            return act()
        except (DBAPIError, OSError) as error:
            gone = _is_gone(error)
            patience = _AWAY if gone else _PATIENCE if _is_busy(error) else 0.0
            if time.monotonic() - start >= patience:
                raise _unusable(_words(error), gone=gone) from error
            time.sleep(random.uniform(0.05, 0.4))


def _is_busy(error: Exception) -> bool:
    from sqlalchemy.exc import IntegrityError

    text = _words(error).lower()
    return (
        isinstance(error, IntegrityError)
        or _state(error) in _BUSY
        or "database is locked" in text
        or "database table is locked" in text
        or "deadlock" in text
    )


def _is_gone(error: Exception) -> bool:
    """Whether a server is away; a file of SQLite's never is."""
    from sqlalchemy.exc import DBAPIError, InterfaceError

    if not isinstance(error, DBAPIError):
        return True
    if type(error.orig).__module__.startswith("sqlite3"):
        return False
    return (
        bool(error.connection_invalidated) or isinstance(error, InterfaceError) or _state(error)[:2] in _GONE
    )


def _state(error: Exception) -> str:
    """The SQLSTATE, where the driver gives one."""
    orig = getattr(error, "orig", None)
    about = orig.args[0] if orig is not None and orig.args else None
    if isinstance(about, dict):
        return str(about.get("C", ""))
    return str(getattr(orig, "sqlstate", "") or getattr(orig, "pgcode", "") or "")


def _words(error: Exception) -> str:
    """What the driver says."""
    orig = getattr(error, "orig", None) or error
    about = orig.args[0] if orig.args else orig
    return str(about.get("M", about) if isinstance(about, dict) else orig)


def _unusable(text: str, *, gone: bool) -> ClassroomError:
    again = _("It goes on where it was.")
    reason = text.strip().rstrip(".")[:300]
    if gone:
        what = _("The gradebook's database server does not answer: {reason}.").format(reason=reason)
        step = _("Start it, or look at db_url, then run this again.")
    elif "locked" in text:
        what = _("The gradebook is locked by another program.")
        step = _("Close formgrader and other nbgrader commands, then run this again.")
    elif "full" in text:
        what = _("The disk is full, so the gradebook cannot be written.")
        step = _("Make room, then run this again.")
    else:
        what = _("The gradebook cannot be used: {reason}.").format(reason=reason)
        step, again = _("Make a copy of it, then run: nbgrader db upgrade"), ""
    return ClassroomError(what, next_step=f"{step} {again}".strip())
