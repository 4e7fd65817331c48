"""What is in a document of the whole case, set out so that a person can read it: requests, packages, plans.

>>> inside('{"page": "https://mirrornest.example/q/5521", "preserved": ""}')
'<table>...'
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from hanoikit.i18n import _
from hanoikit.labs.html import Markup, bullets, code, details, join, preformatted, table

SHOWN = 6000
"""Characters of a file that are shown."""
_LINES = 8
_CENTS = "XTS-cent"


def inside(content: str) -> Markup:
    """The content of a document as a table; as it stands where it is no object."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        return details(_("What is in it"), preformatted(content[:SHOWN]))
    if isinstance(value.get("file"), dict) and "proof" in value:
        return _package(value)
    cents = _CENTS in (value.get("unit"), _of(value, "request").get("unit"))
    rows = [(_words(name), shown) for name, shown in _rows(value, cents=cents)]
    return table(_("What is in it"), (_("Part"), _("What it says")), rows)


def _of(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _rows(value: Mapping[str, Any], *, cents: bool) -> Iterator[tuple[str, object]]:
    """Each part with its text. The request inside a document about property is no part of its own."""
    for name, one in value.items():
        if name in ("type", "unit", "to", "kind"):
            continue
        if name == "request" and isinstance(one, dict):
            yield from _rows(one, cents=cents)
        elif name == "amount" and cents:
            yield name, money(one)
        elif name == "payments" and isinstance(one, dict):
            yield name, bullets(f"{_payee(who)}: {money(sum_)}" for who, sum_ in one.items())
        elif isinstance(one, list) and any(isinstance(each, dict) or len(str(each)) > 40 for each in one):
            yield name, bullets(_flat(each) for each in one)
        else:
            yield name, _flat(one)


def _payee(name: str) -> str:
    return _("Deltara, for its expenses") if name == "requested-state" else name


def money(cents: Any) -> str:
    """An amount of XTS cents as people write it; as it stands where it is no whole number."""
    if isinstance(cents, bool) or not str(cents).isdigit():
        return str(cents)
    return f"{int(cents) / 100:,.2f} XTS"


def _words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").capitalize()


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name.replace('_', ' ')}: {_flat(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_flat(one) for one in value) or "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in ("", None):
        return "–"
    return _spelled().get(str(value), str(value)[:1000])


def _spelled() -> Mapping[str, str]:
    """Codes of the forms as people say them."""
    return {
        "fifo": _("first in, first out"),
        "freeze-on-request": _("freeze, on a request with reasons"),
        "enforce": _("carry out our order"),
        "network": _("the 24/7 network"),
        "electronic": _("from central authority to central authority, electronically"),
        "central-authority": _("from central authority to central authority"),
        "convention-offence": _("an offence of the Convention"),
        "stored-data": _("stored data"),
    }


def _package(value: Mapping[str, Any]) -> Markup:
    """A file, the signed root, and the proof that ties one to the other."""
    file, root, proof = _of(value, "file"), _of(value, "root"), _of(value, "proof")
    try:
        text = base64.b64decode(str(file.get("base64", "")), validate=True).decode("utf-8", "replace")
    except ValueError:
        text = ""
    lines = text.splitlines()
    rows: list[tuple[object, object]] = [
        (_("File"), str(file.get("name", "–"))),
        (_("Length"), _("{count} lines").format(count=len(lines))),
        (_("Its last line"), code(lines[-1]) if lines else "–"),
        (_("Signed root"), code(str(root.get("root", "–"))[:16] + " …")),
        (_("The proof is about"), str(_of(proof, "leaf").get("name", "–"))),
    ]
    return join(
        table(_("What is in it"), (_("Part"), _("What it says")), rows),
        details(_("The first lines of the file"), preformatted("\n".join(lines[:_LINES])[:SHOWN])),
    )
