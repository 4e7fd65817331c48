"""A trainee's own products of earlier modules, found beside the run: what the evidence bench of module 4 disclosed.

>>> [product.title for product in own_products(Path("m11-work"))]
['Your own extract of module 4: lure.eml']

The bench leaves a disclosed file in ``m04-work/bench/disclosure/<name>/`` with its proof and the signed root. It is
offered like a prepared package; what does not belong together, or is too long for a message, is left out.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

from hanoikit.capstone.products import PACKAGE, Product, errors
from hanoikit.i18n import _
from hanoikit.network.form import CONTENT
from hanoikit.trust.canonical import canonical

_PLACES = ("m04-work/bench/disclosure/*", "m04-work/disclosure/*")
_MOST = 8
"""More of them than this make no choice easier."""


def own_products(folder: Path) -> tuple[Product, ...]:
    """The packages that lie beside this folder and hold, in the order of their names."""
    found = []
    for pattern in _PLACES:
        for place in sorted(folder.resolve().parent.glob(pattern)):
            product = _package(place)
            if product is not None:
                found.append(product)
    return tuple(found[:_MOST])


def _package(place: Path) -> Product | None:
    try:
        proof = json.loads((place / "proof.json").read_bytes())
        name = proof["leaf"]["name"]
        file = place / Path(name).name
        if file.stat().st_size > CONTENT:
            return None
        value = {
            "file": {"base64": base64.b64encode(file.read_bytes()).decode(), "name": name},
            "proof": proof,
            "root": json.loads((place / "root.json").read_bytes()),
            "type": PACKAGE,
        }
        content = canonical(value).decode()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if len(content) > CONTENT or errors("evidence-package", content):
        return None
    title = _("Your own extract of module 4: {name}").format(name=Path(name).name)
    about = _("From the memory stick of Operation Lantern, as you sealed and disclosed it.")
    return Product(f"own-{place.name}", "evidence-package", title, "XC", about, content, "own", "request")
