"""The custody log of the case: as the people wrote it, as the trainee receives it, and what a witness noted.

>>> plan = evidence_case(seed=7)
>>> custody = make_custody(plan, {"media": "0" * 64, "xc-web.log": "1" * 64})
>>> custody.honest.entries[0].action
'collected'

Entry times are written in the zone of the place. The log that the trainee receives carries the plan's attack.
``custody-witness.json`` is a register outside the laboratory that noted the number and hash of every entry
while the log was written; the last one also went to the timestamp authority.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hanoikit.casework.people import course_authority, identities
from hanoikit.casework.plan import Plan, local
from hanoikit.errors import DataInvalid
from hanoikit.evidence.attacks import named, receipts
from hanoikit.evidence.custody import Anchor, CustodyLog, Head, verify

__all__ = ["Custody", "honest_log", "make_custody"]


@dataclass(frozen=True, slots=True)
class Custody:
    """Both logs, the witness's note, and the truth about the attack."""

    honest: CustodyLog
    received: CustodyLog
    witness: dict[str, Any]
    last_noted: Head
    timestamped_at: datetime
    attack: str
    first_broken: int
    finding_codes: tuple[str, ...]


def honest_log(plan: Plan, hashes: Mapping[str, str]) -> CustodyLog:
    """The log as it was written. ``hashes`` gives the SHA-256 of ``"media"`` (all bytes of the stick) and of
    files.
    """
    signers = identities(plan)
    log = CustodyLog(case=plan.case_number)
    for step in plan.custody.movements:
        actor = signers[step.actor]
        at = local(step.at, actor.state)
        digest = hashes[step.hashed] if step.hashed else None
        if step.to:
            taker = signers[step.to]
            log.hand_over(
                item=step.item,
                giver=actor,
                taker=taker,
                place=step.place,
                at=at,
                taken_at=local(step.at + timedelta(minutes=step.minutes), taker.state),
                item_sha256=digest,
                note=step.note,
            )
        else:
            log.append(
                action=step.action,
                item=step.item,
                actor=actor,
                place=step.place,
                at=at,
                item_sha256=digest,
                source=step.source,
                note=step.note,
            )
    return log


def make_custody(plan: Plan, hashes: Mapping[str, str]) -> Custody:
    """The honest log, the attacked log that the trainee receives, and what outsiders noted."""
    honest = honest_log(plan, hashes)
    signers = {identity.fingerprint: identity for identity in identities(plan).values()}
    attack = named(plan.custody.attack)
    attacked = attack.apply(honest, random.Random(plan.custody.attack_seed), signers)
    prosecutor = plan.person("prosecutor")
    heads = receipts(
        attacked.witnessed,
        delay=plan.custody.witness_delay,
        source=f"register, {prosecutor.organisation}",
    )
    stamped = local(attacked.witnessed.entries[-1].at + plan.custody.witness_delay, prosecutor.state)
    findings = verify(attacked.log, roots=[course_authority(plan).certificate], anchors=heads)
    errors = [finding for finding in findings if finding.severity == "error"]
    if not errors or errors[0].entry != attacked.first_broken:
        raise DataInvalid(
            "The attack on the custody log does not show where it was made.",
            where=f"seed {plan.seed}, {attack.name}",
            findings=findings,
        )
    return Custody(
        honest=honest,
        received=attacked.log,
        witness=_register(plan, heads, stamped),
        last_noted=attacked.witnessed.head,
        timestamped_at=stamped,
        attack=attack.name,
        first_broken=attacked.first_broken,
        finding_codes=tuple(sorted({f.code for f in errors if f.entry == attacked.first_broken})),
    )


def _register(plan: Plan, heads: Sequence[Anchor], stamped: datetime) -> dict[str, Any]:
    """The content of ``custody-witness.json``."""
    prosecutor = plan.person("prosecutor")
    return {
        "about": "The laboratory sends the number and the hash of every new entry of the custody log to this "
        "register. The register is kept in another building and by other people.",
        "case": plan.case_number,
        "kept_by": f"{prosecutor.name}, {prosecutor.organisation}",
        "last_head_timestamped": stamped.isoformat(),
        "heads": [
            {"index": head.index, "hash": head.hash, "source": head.source, "at": head.at.isoformat()}
            for head in heads
            if head.at is not None
        ],
    }
