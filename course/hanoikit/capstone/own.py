"""A trainee's own products of earlier modules: found beside the run, or shown to a live room as files.

>>> [product.title for product in own_products(Path("exercises/m11-capstone/work"))]
['From module 4: lure.eml, with its proof', 'From module 8: freeze of the account in San Ruel']
>>> [paper["title"] for paper in own_papers({"request.json": data})]
['From module 6: request for the log of ctl-7741']

| module | the file | becomes |
|---|---|---|
| 4 | ``disclosure/<name>/`` of the evidence bench: a file, ``proof.json``, ``root.json`` | the package, as it is |
| 6 | ``m06-work/request.json`` of the workshop, or question 2 in ``answers.jsonl`` | the request for the log |
| 8 | question 6 in ``answers.jsonl`` | the request for freezing |
| 9 | question 8 in ``answers.jsonl`` | the request for removal |

What comes from modules 6, 8 and 9 was made for another case; :mod:`hanoikit.capstone.carrying` says what stays and
what changes. A file that cannot be read, or is too long for a message, is left out; a paper with faults is not: its
check shows them, and its marks are those of a faulty paper. A package that does not hold is left out, as before.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hanoikit.capstone import carrying
from hanoikit.capstone.products import CASE, PACKAGE, Product, errors, prepared
from hanoikit.errors import HanoiKitError
from hanoikit.i18n import _
from hanoikit.network.form import CONTENT
from hanoikit.trust.canonical import canonical

_MOST = 8
"""More of them than this make no choice easier."""
_LARGEST = 4 << 20
_PACKAGES = ("m04-work/bench/disclosure/*", "m04-work/disclosure/*", "exercises/m04-*/*/disclosure/*")
_REQUESTS = ("m06-work/request.json",)
_SHEETS = ("exercises/m06-*/answers.jsonl", "exercises/m08-*/answers.jsonl", "exercises/m09-*/answers.jsonl")


def own_products(folder: Path) -> tuple[Product, ...]:
    """The products that lie beside this folder or in the course folder around it, in the order of the modules."""
    found: dict[str, Product] = {}
    for place in _files(folder, _PACKAGES):
        _add(found, _package(*_disclosed(place)))
    for place in _files(folder, _REQUESTS):
        _add(found, _assistance(_read(place)))
    for place in _files(folder, _SHEETS):
        for product in _from_sheet(_read(place)):
            _add(found, product)
    return tuple(found.values())[:_MOST]


def own_papers(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """The papers in these files, as a desk's page takes them into its form."""
    found: dict[str, Product] = {}
    named = {Path(name.replace("\\", "/")).name: data for name, data in files.items()}
    if "proof.json" in named and "root.json" in named:
        rest = [data for name, data in named.items() if name not in ("proof.json", "root.json")]
        for data in rest:
            _add(found, _package(data, named["proof.json"], named["root.json"]))
    for data in named.values():
        _add(found, _assistance(data))
        for product in _from_sheet(data):
            _add(found, product)
    return [_paper(one) for one in found.values()]


def _add(found: dict[str, Product], product: Product | None) -> None:
    if product is not None:
        found.setdefault(product.id, product)


def _paper(one: Product) -> dict[str, Any]:
    from hanoikit.network import form, tables

    like = _LIKE[one.kind]
    made = prepared(like).body()
    body = one.body(authority=made.authority, facts=made.facts)
    draft = {"kind": "document", "to": one.to, "reference": CASE, "urgency": "urgent"}
    written = form.write(body, tables.kind("document").elements) | {
        "digest": "",
        "route_to": made.route_to,
    }
    return {
        "id": one.id,
        "title": one.title,
        "about": one.about,
        "draft": {**draft, "body": written},
        "sent": "",
    }


_LIKE = {
    "evidence-package": "package-1",
    "assistance-request": "assistance-2",
    "freeze-request": "freeze-2",
    "removal-request": "removal-1",
}
"""The prepared paper that goes the same way."""


# finding


def _files(folder: Path, patterns: Sequence[str]) -> Iterator[Path]:
    """What lies beside the folder of the run; then, going up, in the lessons and exercises of the course folder."""
    here = folder.resolve()
    for above in list(here.parents)[:3]:
        for root in (above, above / "lessons"):
            for pattern in patterns:
                yield from sorted(root.glob(pattern))


def _read(place: Path) -> bytes:
    try:
        return place.read_bytes() if place.stat().st_size <= _LARGEST else b""
    except OSError:
        return b""


def _disclosed(place: Path) -> tuple[bytes, bytes, bytes]:
    proof = _read(place / "proof.json")
    try:
        name = Path(json.loads(proof)["leaf"]["name"]).name
    except (ValueError, KeyError, TypeError):
        return b"", proof, b""
    return _read(place / name), proof, _read(place / "root.json")


# making


def _package(data: bytes, proof: bytes, root: bytes) -> Product | None:
    try:
        shown = json.loads(proof)
        name = str(shown["leaf"]["name"])
        value = {
            "file": {"base64": base64.b64encode(data).decode(), "name": name},
            "proof": shown,
            "root": json.loads(root),
            "type": PACKAGE,
        }
        content = canonical(value).decode()
    except (ValueError, KeyError, TypeError, RecursionError, HanoiKitError):
        return None
    if not data or len(content) > CONTENT or errors("evidence-package", content):
        return None
    short = Path(name).name
    return Product(
        f"own-{short}",
        "evidence-package",
        _("From module 4: {name}, with its proof").format(name=short),
        "XC",
        _("From the memory stick of Operation Lantern, as you sealed and disclosed it."),
        content,
        "own",
        "request",
    )


def _assistance(data: bytes) -> Product | None:
    """A request for legal assistance of the workshop, in the form that it exports."""
    try:
        value = json.loads(data)
        if not isinstance(value, dict) or value.get("kind") != "assistance":
            return None
    except (ValueError, RecursionError):
        return None
    return _carried_request(value)


def _carried_request(value: Mapping[str, Any]) -> Product | None:
    from hanoikit.cooperation import from_json

    try:
        made = carrying.assistance_of(value)
        from_json(made)  # whoever receives it must be able to read it
    except (ValueError, KeyError, TypeError, AttributeError, HanoiKitError):
        return None
    title = _("From module 6: request for the log of ctl-7741")
    return _carried("own-m06", "assistance-request", title, "XC", made, "request")


def _from_sheet(data: bytes) -> Iterator[Product]:
    """The products among the answers of an answer sheet."""
    from hanoikit.exercise.records import Scan

    try:
        answers = {one.question: one.value for one in Scan.of(data).records} if data else {}
    except (ValueError, HanoiKitError):
        return
    request, freeze, kept = (answers.get(name) for name in ("m06-q2", "m08-q6", "m09-q8"))
    if isinstance(request, dict):
        from hanoikit.cooperation.flat import from_form
        from hanoikit.cooperation.requests import to_json

        try:
            whole = to_json(from_form(request, fixed=_FIXED))
        except (ValueError, KeyError, TypeError, HanoiKitError):
            whole = None
        product = _carried_request(whole) if whole is not None else None
        if product is not None:
            yield product
    if isinstance(freeze, dict):
        title = _("From module 8: freeze of the account in San Ruel")
        yield _carried("own-m08", "freeze-request", title, "XD", carrying.freeze_of(freeze), "night")
    if isinstance(kept, list):
        title = _("From module 9: removal of the page at Nest Pages")
        chosen = [str(one) for one in kept]
        yield _carried("own-m09", "removal-request", title, "XB", carrying.removal_of(chosen), "night")


_FIXED = {
    "requesting": "XA", "requested": "XE", "reference": "XA-2026-9639", "date": "2026-05-20", "language": "en",
    "central_authority_from": "Aldermark Ministry of Justice, International Legal Assistance",
}  # fmt: skip
"""What question 2 of module 6 gives, and its form does not ask."""


def _carried(name: str, kind: str, title: str, to: str, value: Mapping[str, Any], part: str) -> Product:
    about = _(
        "Your choices, with the names, dates and sums of this case. What you left out is left out here, and what was "
        "too much is too much."
    )
    return Product(name, kind, title, to, about, canonical(value).decode(), "own", part)
