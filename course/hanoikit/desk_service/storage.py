"""The database of an exercise: its tables, and how it is opened so that what was committed stays.

>>> with Storage.open(database_url("exercise.sqlite")) as storage:
...     storage.head()
ChainHead(kind='desk-service', owner='f3a1...', index=1, hash='...')

SQLite runs in WAL mode with ``synchronous=FULL``: a commit returns after the fsync of the log of changes. One service
at
a time has a database: a file lock (SQLite) or an advisory lock (PostgreSQL) keeps a second one out, because the order
of
events and the chain are counted in memory. The first half of this module's tables only grow: no row is changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from hanoikit.errors import ServiceUnreachable, UsageError
from hanoikit.i18n import _
from hanoikit.trust.chain import Chain, ChainHead

LOG_KIND = "desk-service"
_ADVISORY = 0x48616E6F69  # "Hanoi"

metadata = MetaData()

log = Table(
    "log",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", LargeBinary, nullable=False),
)
"""The service's log, line by line: each carries the hash of the one before (``hanoikit.trust.chain``)."""

messages = Table(
    "messages",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("sender", String(16), nullable=False),
    Column("recipient", String(16), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("at", String(40), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("seq", Integer, nullable=False),
)
"""Every message that was taken: its line in the log, story time, and ``seq``, its place at the sender."""

keys = Table(
    "sends",
    metadata,
    Column("desk", String(16), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("body", String(64), nullable=False),
    Column("message", String(64), nullable=False),
)
"""Idempotency keys of drafts: the hash of what was asked, and the message that came of it."""

events = Table(
    "events",
    metadata,
    Column("desk", String(16), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("at", String(40), nullable=False),
    Column("message", String(64)),
    Column("data", Text),
    UniqueConstraint("desk", "kind", "message"),
)
"""What happened at each desk, in its order. ``message`` names the envelope, ``data`` (JSON) is everything else."""

marks = Table(
    "marks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("message", String(64), nullable=False),
    Column("mark", String(20), nullable=False),
    Column("note", Text, nullable=False),
    Column("by", String(40), nullable=False),
    Column("at", String(40), nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("desk", String(16), nullable=False),
)
"""Access tokens, hashed. They are 256 random bits, so nobody can guess one from its hash: a plain SHA-256 is enough.
Slow
password hashes protect what people choose, and would let a stranger keep the processor busy with wrong tokens.
"""

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("key", LargeBinary, nullable=False),
)
"""Private keys (PKCS #8): ``authority``, ``service``, ``desk XA`` ..."""

settings = Table(
    "settings",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)


def database_url(place: str) -> str:
    """A path or URL as a URL of SQLAlchemy. Raises ``UsageError`` for other databases than SQLite and PostgreSQL."""
    if "://" not in place:
        return f"sqlite:///{Path(place).expanduser().absolute()}"
    name = place.split("://", 1)[0]
    if name in ("postgresql", "postgres"):
        return "postgresql+pg8000://" + place.split("://", 1)[1]
    if not name.startswith(("sqlite", "postgresql")):
        raise UsageError(
            _("The desk service keeps its record in SQLite or PostgreSQL."),
            where=name,
            next_step=_("Give a file name, or an address that begins with postgresql://."),
        )
    return place


class Storage:
    """An open database. Readers take connections from ``engine``; the writer alone writes."""

    def __init__(self, engine: Engine, guard: Any) -> None:
        self.engine = engine
        self._guard = guard

    @classmethod
    def open(cls, url: str) -> Storage:
        """Open or begin the database at this URL. Raises ``ServiceUnreachable`` when another service has it."""
        if url.startswith("sqlite"):
            return cls._sqlite(url)
        try:
            # Asked before use: a connection may have been lost since, with the server that was started again.
            engine = create_engine(url, pool_size=6, max_overflow=4, pool_pre_ping=True)
            guard = engine.connect()
            if not guard.execute(
                text("select pg_try_advisory_lock(:number)"), {"number": _ADVISORY}
            ).scalar():
                raise _in_use(engine.url.render_as_string(hide_password=True))
            guard.commit()
            metadata.create_all(engine)
        except SQLAlchemyError as error:
            raise _no_database(str(error.__cause__ or error)) from error
        except ImportError as error:
            raise _no_database(_("Install the package pg8000.")) from error
        return cls(engine, guard)

    @classmethod
    def _sqlite(cls, url: str) -> Storage:
        path = Path(url.removeprefix("sqlite:///"))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                # The private keys of the exercise lie in it: its owner alone may read it, from its first moment.
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            guard = FileLock(f"{path}.lock")
            guard.acquire(timeout=0)
        except Timeout:
            raise _in_use(str(path)) from None
        except OSError as error:
            raise _no_database(f"{path}: {error.strerror}") from error
        engine = create_engine(url, pool_size=6, max_overflow=4, connect_args={"timeout": 30})
        event.listen(engine, "connect", _durable)
        try:
            metadata.create_all(engine)
        except SQLAlchemyError as error:
            guard.release()
            raise _no_database(str(error.__cause__ or error)) from error
        return cls(engine, guard)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that reads everything as it was at one moment, whatever is written meanwhile."""
        with self.engine.connect() as reader:
            if self.engine.dialect.name == "sqlite":
                reader.exec_driver_sql("BEGIN")  # Python's sqlite3 begins by itself only to write
            else:
                reader = reader.execution_options(isolation_level="REPEATABLE READ")
            yield reader

    def head(self, connection: Connection | None = None) -> ChainHead:
        """Where the log stands. Raises ``LookupError`` while no exercise was founded."""
        with _reading(self.engine, connection) as reader:
            owner = self.setting("exercise", reader)
            if owner is None:
                raise LookupError
            newest = select(log.c.line).order_by(log.c.number.desc()).limit(1)
            line = reader.execute(newest).scalar()
        empty = Chain(kind=LOG_KIND, owner=owner)
        if line is None:
            return empty.head
        return ChainHead(LOG_KIND, owner, json.loads(line)["index"], hashlib.sha256(line).hexdigest())

    def setting(self, name: str, connection: Connection | None = None) -> Any:
        """The value of a setting; None when there is none."""
        with _reading(self.engine, connection) as reader:
            found = reader.execute(select(settings.c.value).where(settings.c.name == name)).scalar()
        return None if found is None else json.loads(found)

    def places(self) -> dict[str, int]:
        """The last ``seq`` of every desk that has an event."""
        with self.engine.connect() as reader:
            rows = reader.execute(select(events.c.desk, func.max(events.c.seq)).group_by(events.c.desk))
            return {str(desk): int(seq) for desk, seq in rows}

    def page(self, desk: str, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to ``limit`` events of a desk after the ``after``-th, each with its number, as JSON."""
        chosen = (
            select(events.c.seq, events.c.kind, events.c.at, events.c.data, messages.c.envelope)
            .select_from(events.outerjoin(messages, messages.c.id == events.c.message))
            .where(events.c.desk == desk, events.c.seq > after)
            .order_by(events.c.seq)
            .limit(limit)
        )
        with self.engine.connect() as reader:
            return [
                (seq, event_json(seq, kind, at, data=data, envelope=envelope))
                for seq, kind, at, data, envelope in reader.execute(chosen)
            ]

    def of_kinds(self, desk: str, kinds: Sequence[str], most: int) -> list[bytes]:
        """The last ``most`` events of these kinds at a desk, in order, as JSON. For kinds without an envelope."""
        chosen = (
            select(events.c.seq, events.c.kind, events.c.at, events.c.data)
            .where(events.c.desk == desk, events.c.kind.in_(kinds))
            .order_by(events.c.seq.desc())
            .limit(most)
        )
        with self.engine.connect() as reader:
            rows = list(reader.execute(chosen))
        return [event_json(seq, kind, at, data=data, envelope=None) for seq, kind, at, data in reversed(rows)]

    def lines(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to ``limit`` lines of the log after the ``after``-th."""
        chosen = (
            select(log.c.number, log.c.line).where(log.c.number > after).order_by(log.c.number).limit(limit)
        )
        with self.engine.connect() as reader:
            return [(number, line) for number, line in reader.execute(chosen)]

    def whole_log(self) -> bytes:
        """The log as the file that ``hanoikit.trust.chain.verify`` reads."""
        header = Chain(kind=LOG_KIND, owner=self.setting("exercise")).header
        with self.engine.connect() as reader:
            lines = reader.execute(select(log.c.line).order_by(log.c.number)).scalars()
            return b"".join(raw + b"\n" for raw in (header, *lines))

    def envelope(self, message: str) -> bytes | None:
        """The envelope of a message, as it was signed."""
        with self.engine.connect() as reader:
            found: bytes | None = reader.execute(
                select(messages.c.envelope).where(messages.c.id == message)
            ).scalar()
        return found

    def close(self) -> None:
        self.engine.dispose()
        if isinstance(self._guard, Connection):
            self._guard.close()
        else:
            self._guard.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def event_json(seq: int, kind: str, at: str, *, data: str | None, envelope: bytes | None) -> bytes:
    """An event as a desk gets it: JSON on one line; the envelope is put in as the bytes that were signed."""
    parts = [f'{{"at":"{at}"']
    if envelope is not None:
        parts.append(f'"envelope":{envelope.decode()}')
    parts.append(f'"event":"{kind}","seq":{seq}')
    if data is not None and data != "{}":
        parts.append(data[1:-1])
    return (",".join(parts) + "}").encode()


class _reading:
    """The connection that was given, or one of its own."""

    def __init__(self, engine: Engine, connection: Connection | None) -> None:
        self._given, self._engine = connection, engine
        self._own: Connection | None = None

    def __enter__(self) -> Connection:
        if self._given is not None:
            return self._given
        self._own = self._engine.connect()
        return self._own

    def __exit__(self, *_error: object) -> None:
        if self._own is not None:
            self._own.close()


def _durable(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-8000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _in_use(where: str) -> ServiceUnreachable:
    return ServiceUnreachable(
        _("Another desk service already has this exercise."),
        where=where,
        next_step=_("Stop it first, or name another database with --db."),
    )


def _no_database(reason: str) -> ServiceUnreachable:
    return ServiceUnreachable(
        _("The database of the exercise cannot be opened."), where=reason[:200], next_step=_("Check --db.")
    )


def put_settings(connection: Connection, values: Iterable[tuple[str, Any]]) -> None:
    """Write settings, new or changed, within the transaction of ``connection``."""
    for name, value in values:
        stated = json.dumps(value, ensure_ascii=False)
        changed = connection.execute(settings.update().where(settings.c.name == name).values(value=stated))
        if not changed.rowcount:
            connection.execute(settings.insert().values(name=name, value=stated))
