"""The record of an exercise as a page to read and print: what happened, in order, with the facilitator's marks.

>>> Path("report.html").write_text(report_page(storage, at=now))

One HTML file with nothing outside it. Every word that came from a desk is shown as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from sqlalchemy import select

from hanoikit.desk_service import storage as tables
from hanoikit.desk_service.showing import message_json
from hanoikit.desk_service.storage import Storage
from hanoikit.i18n import _
from hanoikit.network.envelope import Envelope

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.3rem .5rem}
th,td{text-align:start;vertical-align:top}
th{background:#eee}article{border:1px solid #888;border-inline-start:6px solid #1a4f8b;padding:.5rem 1rem;margin:1rem 0}
article.said{border-inline-start-color:#6b3fa0}article h3{margin:.2rem 0}dt{font-weight:600}dd{margin:0 0 .4rem 1rem;
overflow-wrap:anywhere;white-space:pre-wrap}
.mark{border:2px solid #111;padding:.3rem .6rem;margin:.4rem 0}code{overflow-wrap:anywhere}
@media print{article{break-inside:avoid}}
"""


def report_page(storage: Storage, *, at: datetime) -> str:
    """The whole report. ``at`` is when it was made."""
    title = str(storage.setting("title"))
    with storage.snapshot() as reader:
        lines = [
            json.loads(line)
            for line in reader.execute(select(tables.log.c.line).order_by(tables.log.c.number)).scalars()
        ]
        envelopes = dict(
            reader.execute(select(tables.messages.c.id, tables.messages.c.envelope)).tuples().all()
        )
        marks: dict[str, list[Mapping[str, Any]]] = {}
        for row in reader.execute(select(tables.marks).order_by(tables.marks.c.number)).mappings():
            marks.setdefault(row["message"], []).append(dict(row))
    head = storage.head()
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(_('Report of the exercise, made on {at}.').format(at=_moment(at.isoformat())))}</p>",
        _numbers(lines),
        f"<h2>{escape(_('What happened'))}</h2>",
        *(_line(line, envelopes, marks) for line in lines),
        f"<h2>{escape(_('The log behind it'))}</h2>",
        "<p>"
        + escape(
            _("{number} lines; each carries the hash of the one before. Hash of the last line:").format(
                number=head.index
            )
        )
        + f" <code>{head.hash}</code></p>",
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><main>'
        + "".join(parts)
        + "</main></body></html>\n"
    )


def _numbers(lines: Iterable[Mapping[str, Any]]) -> str:
    counted: dict[str, dict[str, int]] = {}
    for line in lines:
        record = line["record"]
        if record["event"] == "message":
            row = counted.setdefault(record["from"], {"sent": 0, "received": 0})
            row["sent"] += 1
            row = counted.setdefault(record["to"], {"sent": 0, "received": 0})
            row["received"] += 1
    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in (_("Desk"), _("Sent"), _("Received")))
    rows = "".join(
        f'<tr><th scope="row">{escape(desk)}</th><td>{row["sent"]}</td><td>{row["received"]}</td></tr>'
        for desk, row in sorted(counted.items())
    )
    caption = escape(_("Messages of each desk"))
    return f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _line(
    line: Mapping[str, Any], envelopes: Mapping[str, bytes], marks: Mapping[str, list[Mapping[str, Any]]]
) -> str:
    record = line["record"]
    event = record["event"]
    if event == "message":
        return _message(record, envelopes[record["id"]], marks.get(record["id"], ()))
    if event == "announced":
        who = _("The facilitator to {desks}").format(desks=", ".join(record["to"]))
        body = f"<h3>{escape(who)}</h3><p>{escape(record['text'])}</p>"
        return f'<article class="said"><p>{_moment(record["story"])}</p>{body}</article>'
    if event == "rejected":
        text = _("A forged message in the name of {sender} was put before {desk}.").format(
            sender=record["from"], desk=record["to"]
        )
        return f'<article class="said"><p>{_moment(record["story"])}</p><p>{escape(text)}</p></article>'
    if event in ("clock", "jumped", "skipped", "ended"):
        clock = record["clock"]
        state = _("runs") if clock["running"] else _("stands still")
        text = {
            "jumped": _("The story leaves out the time until now."),
            "skipped": _("The facilitator left out the rest of the part."),
            "ended": _("The story has ended, and the clock stands still."),
        }.get(event) or _("The clock of the story {state} at {speed} times life.").format(
            state=state, speed=f"{float(clock['speed']):g}"
        )
        return f"<p>{_moment(clock['story'])}: {escape(text)}</p>"
    return ""


def _message(record: Mapping[str, Any], envelope: bytes, marks: Iterable[Mapping[str, Any]]) -> str:
    shown = message_json(Envelope.read(envelope).message)
    stated = "".join(
        f"<dt>{escape(one['label'])}</dt><dd>{escape(chr(10).join(one['lines']))}</dd>"
        for one in shown["stated"]
        if one["name"] != "content"
    )
    marked = "".join(
        f'<p class="mark"><strong>{escape(_("Mark"))}: {escape(one["mark"])}</strong> {escape(one["note"])}</p>'
        for one in marks
    )
    signed = (
        _("signed by the desk itself") if record["by"] == "desk" else _("signed by the service for the desk")
    )
    if record["by"] == "script":
        signed = _("answer of a scripted desk")
    elif record["by"].startswith("inject"):
        signed = _("part of the story")
    return (
        f"<article><p>{_moment(record['story'])} &middot; {escape(shown['urgency'])} &middot; {escape(signed)}</p>"
        f"<h3>{escape(shown['from'])} &rarr; {escape(shown['to'])}: {escape(shown['kind_name'])}</h3>"
        f"<p>{escape(shown['reference'])} <code>{shown['id'][:16]}</code></p><dl>{stated}</dl>{marked}</article>"
    )


def _moment(text: str) -> str:
    return escape(datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M:%S %Z"))
