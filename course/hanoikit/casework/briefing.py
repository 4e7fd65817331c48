"""The briefing: one page in plain words that the trainee reads first. What happened, what you have, what is
asked.

>>> briefing(evidence_case(seed=7)).splitlines()[0]
'# Operation Lantern: your briefing'
"""

from __future__ import annotations

from hanoikit.casework import world
from hanoikit.casework.plan import Plan

__all__ = ["briefing"]

_OTHER_FILES = (
    ("dns-zone.json", "the public keys of the mail servers, saved when the mail was secured"),
    ("clock-check.txt", "how wrong the clock of the remote access server was"),
    ("custody.jsonl", "the custody log, as it reached you"),
    (
        "custody-witness.json",
        "a register in another building: number and hash of every custody entry",
    ),
    ("custody-head.tsr", "a timestamp of the last number and hash in that register"),
    ("certificates.pem", "the certificates of the people who sign"),
    ("authority.pem", "the authority that issued these certificates; you trust it"),
    ("timestamp-authority.pem", "the root of the timestamp authority; you trust it"),
    ("exhibits.csv", "the list of exhibits with their SHA-256"),
    ("manifest-sha256.txt", "the SHA-256 of every file here"),
)


def briefing(plan: Plan) -> str:
    """The text of ``briefing.md`` (Markdown, English)."""
    specialist = plan.person("specialist")
    states = world.STATES
    exhibits = "\n".join(f"| {e.number} | `{e.file}` | {e.description} | {e.source} |" for e in plan.exhibits)
    others = "\n".join(f"| `{name}` | {text} |" for name, text in _OTHER_FILES)
    return f"""# {plan.operation}: your briefing

Case {plan.case_number}. You are **{specialist.name}**, digital evidence specialist (DES) of the police of
{states["XA"].name} (XA).

## What happened

On Saturday 28 March 2026 a clerk of {world.HOSPITAL} in {states["XA"].capital} received a mail about an open invoice.
The mail was a lure. The clerk opened its link and typed a user name and a password into a false page. In the night
somebody used them to enter the hospital's remote access server and took a table of data away.

The crew works across borders. The mail was written in {states["XB"].name} (XB). The false page was on a server in
{states["XC"].name} (XC). The money goes to helpers, many of them in {states["XD"].name} (XD).

On Wednesday 1 April 2026 the police searched a flat at {plan.flat}, {states["XA"].capital}. In a desk drawer they found
a USB stick.

## What you have

| exhibit | file | what it is | from |
|---|---|---|---|
{exhibits}

Beside the exhibits:

| file | what it is for |
|---|---|
{others}

## Clocks

- XA: two hours ahead of UTC; from Sunday 29 March 2026, 03:00, three hours ahead. Its clocks jumped from 03:00 to 04:00.
- XB: 5 hours 45 minutes ahead of UTC. XC: 7 hours ahead. XD: 5 hours behind. These three do not change their clocks.
- The stick holds times without a zone. It was written by a computer set to the time of XA.
- `xa-gateway.log` and `xa-auth.log` hold the local time of XA, without a zone. The clock behind `xa-auth.log` was wrong.
- `gateway.pcap` counts time in UTC. `xc-web.log` says its zone in every line.

## What is asked of you

1. Check that every file is the one that was handed over.
2. Open the image of the stick. List its files. Recover what was deleted, and say what cannot be recovered.
3. Read the mail, the packets, the picture and the logs. Put the events in order, in UTC.
4. Read the custody log. Somebody may have changed it after it was written. Find the first entry that you cannot trust.
5. Seal the evidence, timestamp the seal, and pack it so that the prosecutor and another State can check it themselves.

All States, people, firms and addresses in this case are invented.
"""  # noqa: E501
