"""The desk's page as one piece of JavaScript and one piece of CSS, for a panel that cannot load further files.

>>> class Panel(anywidget.AnyWidget):
...     _esm = module_source() + "export default { render({ model, el }) { mountDesk(el, port(model)); } };"
...     _css = styles(".hk-desk")

``mountDesk(root, port)`` and what a ``port`` is: see ``pages/desk.js``. :mod:`~hanoikit.desk_service.showing` and
:mod:`~hanoikit.desk_service.drafts` give a port's answers for a desk that lives in the same process.
"""

from __future__ import annotations

import re
from importlib.resources import files

from hanoikit.desk_service.wording import with_texts

_PARTS = ("words.js", "fields.js", "composer.js", "desk.js")


def module_source() -> str:
    """The modules of a desk's page as one ES module that exports ``mountDesk``."""
    parts = []
    for name in _PARTS:
        text = _read(name)
        text = re.sub(r'^import [^;]+ from "\./[a-z_]+\.js";\n', "", text, flags=re.MULTILINE)
        parts.append(
            re.sub(r"^export (?=(async )?(function|class|const|let)\b)", "", text, flags=re.MULTILINE)
        )
    return "".join(parts) + "\nexport { mountDesk };\n"


def styles(scope: str) -> str:
    """The styles of the page, for what lies inside ``scope`` only (a CSS selector)."""
    text = _read("house.css")
    text = re.sub(r"^(:root|body) \{", "& {", text, flags=re.MULTILINE)
    return f"{scope} {{\n{text}}}\n"


def _read(name: str) -> str:
    return with_texts(name, (files("hanoikit.desk_service") / "pages" / name).read_text(encoding="utf-8"))
