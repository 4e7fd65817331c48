"""A new exercise in an empty database: an authority of its own, the register of desks, their keys and access tokens.

>>> tokens = found(storage, scenario=Scenario.named("first-night"), now=now)
>>> tokens["XA"], tokens["facilitator"]
('6JxX...', 'p0fQ...')

The tokens are returned once and kept as hashes only. :func:`new_tokens` replaces them, for example when the slips with
the join links were lost.
"""

from __future__ import annotations

import hashlib
import secrets as randomness
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from hanoikit.desk_service import storage as tables
from hanoikit.desk_service.access import DESK, FACILITATOR, OBSERVER, hash_token, new_token
from hanoikit.desk_service.storage import LOG_KIND, Storage, put_settings
from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.network.clock import ExerciseClock
from hanoikit.network.directory import Directory, Entry, course_directory
from hanoikit.network.scenario import Scenario
from hanoikit.trust.canonical import canonical
from hanoikit.trust.certificates import load_certificate, pem
from hanoikit.trust.chain import Chain, ChainHead, lines_after
from hanoikit.trust.identity import CourseAuthority, Identity, Role

AUTHORITY = "Hanoi Kit exercise authority"
SERVICE = "Hanoi Kit desk service"
SERVICE_STATE = "XZ"


def found(
    storage: Storage,
    *,
    now: datetime,
    scenario: Scenario | None = None,
    scenario_text: str = "",
    extra: Sequence[str] = (),
    title: str = "",
) -> dict[str, str]:
    """Set up an exercise. Returns the tokens: by desk, and of ``facilitator`` and ``observer``.

    ``extra`` are further desks, such as ``XA-red`` for a second team of Aldermark. Every desk of the course is in the
    register; with a scenario its teams get a token, else every desk does. Raises ``UsageError`` for a desk of a State
    that the course does not have.
    """
    authority = CourseAuthority.create(name=AUTHORITY)
    directory, identities = _desks(authority, extra)
    service = authority.issue(name=SERVICE, role=Role.CUSTODIAN, organisation=SERVICE, state=SERVICE_STATE)
    seated = [*(scenario.teams if scenario is not None else identities), *extra]
    tokens = {name: new_token() for name in (*dict.fromkeys(seated), FACILITATOR, OBSERVER)}
    story = scenario.begins if scenario is not None else now
    clock = ExerciseClock.start(
        story=story, real=now, speed=scenario.speed if scenario is not None else 1, running=scenario is None
    )
    register = directory.to_json()
    exercise = randomness.token_hex(8)
    record = {
        "desks": [entry.desk for entry in directory],
        "event": "founded",
        "register": hashlib.sha256(canonical(register)).hexdigest(),
        "title": title or (scenario.title if scenario is not None else _("Exercise on the 24/7 network")),
    }
    with storage.engine.begin() as connection:
        values: dict[str, Any] = {
            "exercise": exercise,
            "title": record["title"],
            "register": register,
            "clock": clock.to_json(),
            "scenario": scenario_text,
            "seats": list(dict.fromkeys(seated)),
            "injects": {},
        }
        put_settings(connection, values.items())
        named = {"authority": Identity(authority.certificate, authority.key), "service": service}
        for name, identity in {**named, **{f"desk {id}": who for id, who in identities.items()}}.items():
            connection.execute(tables.secrets.insert().values(name=name, key=_private(identity.key)))
        put_settings(
            connection, [(f"certificate {name}", _pem(identity)) for name, identity in named.items()]
        )
        _put_tokens(connection, tokens)
        line = lines_after(_empty(exercise), [(record, now)])[0]
        connection.execute(tables.log.insert().values(number=line.index, line=line.raw))
    return tokens


def new_tokens(storage: Storage, *, now: datetime) -> dict[str, str]:
    """New tokens for everybody; the old ones end with it."""
    names = [*storage.setting("seats"), FACILITATOR, OBSERVER]
    made = {name: new_token() for name in names}
    head = storage.head()
    line = lines_after(head, [({"event": "new-tokens"}, now)])[0]
    with storage.engine.begin() as connection:
        connection.execute(tables.tokens.delete())
        _put_tokens(connection, made)
        connection.execute(tables.log.insert().values(number=line.index, line=line.raw))
    return made


def private_key(storage: Storage, name: str) -> Ed25519PrivateKey:
    """A key out of the database: ``authority``, ``service`` or ``desk XA``."""
    with storage.engine.connect() as reader:
        data = reader.execute(select(tables.secrets.c.key).where(tables.secrets.c.name == name)).scalar_one()
    key = serialization.load_der_private_key(data, None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def identity_of(storage: Storage, name: str) -> Identity:
    """``authority`` or ``service`` with its certificate."""
    certificate = load_certificate(storage.setting(f"certificate {name}").encode())
    return Identity(certificate, private_key(storage, name))


def authority_of(storage: Storage) -> CourseAuthority:
    """The exercise's authority, to certify a further key."""
    identity = identity_of(storage, "authority")
    return CourseAuthority(identity.certificate, identity.key)


def _desks(authority: CourseAuthority, extra: Sequence[str]) -> tuple[Directory, dict[str, Identity]]:
    directory, identities = course_directory(authority)
    entries: list[Entry] = list(directory)
    for desk in extra:
        if desk in identities:
            raise UsageError(_("The desk {desk} is there already.").format(desk=desk))
        model = next((one for one in directory.of_state(desk[:2]) if one.is_point_of_contact), None)
        if model is None:
            raise UsageError(
                _("There is no State {state} in the course.").format(state=desk[:2]),
                next_step=_("A further desk is named after its State, such as XA-red."),
            )
        name = f"{model.name} ({desk.partition('-')[2]})"
        who = authority.issue(name=name, role=model.office, organisation=model.name, state=model.state)
        entries.append(replace(model, desk=desk, name=name, certificates=(who.certificate,)))
        identities[desk] = who
    return Directory(entries, roots=[authority.certificate]), identities


def _put_tokens(connection: Connection, made: dict[str, str]) -> None:
    for name, token in made.items():
        role = name if name in (FACILITATOR, OBSERVER) else DESK
        row = {"desk": name if role == DESK else "", "hash": hash_token(token), "role": role}
        connection.execute(tables.tokens.insert().values(**row))


def _empty(exercise: str) -> ChainHead:
    return Chain(kind=LOG_KIND, owner=exercise).head


def _private(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _pem(identity: Identity) -> str:
    return pem(identity.certificate).decode()
