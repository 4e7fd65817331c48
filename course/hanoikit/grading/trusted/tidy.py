"""A handed-in notebook as the notebook format allows it, so that formgrader and the feedback pages can open it.

>>> tidy(notebook)          # in place; text and code stay

Jupyter saves what fits the format. A notebook that was written by hand, or by other programs, may hold anything in its
settings; nbgrader would end on it, after marking or in the middle of a class.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from hanoikit.grading import cells

_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_PARTS = {
    "code": {"cell_type", "id", "metadata", "source", "outputs", "execution_count"},
    "markdown": {"cell_type", "id", "metadata", "source", "attachments"},
    "raw": {"cell_type", "id", "metadata", "source", "attachments"},
}


def tidy(notebook: dict[str, Any]) -> None:
    """Take out settings that the notebook format (4.5) does not allow, and give improper cell ids a new one."""
    for name in set(notebook) - {"cells", "metadata", "nbformat", "nbformat_minor"}:
        del notebook[name]
    _keep(notebook["metadata"], _NOTEBOOK)
    used: set[str] = set()
    for place, cell in enumerate(notebook["cells"]):
        for name in set(cell) - _PARTS[cell["cell_type"]]:
            del cell[name]
        _keep(cell["metadata"], _CELL)
        if "attachments" in cell and not _attachments(cell["attachments"]):
            del cell["attachments"]
        if cell["cell_type"] == "code" and type(cell.get("execution_count")) not in (int, type(None)):
            cell["execution_count"] = None
        if "id" in cell and (not _is_id(cell["id"]) or cell["id"] in used):
            text = f"{place} {cell['id']} {cells.source_of(cell)}"
            cell["id"] = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
        used.add(cell.get("id", ""))


def _keep(found: dict[str, Any], rules: Mapping[str, Callable[[Any], bool]]) -> None:
    for name, allowed in rules.items():
        if name in found and not allowed(found[name]):
            del found[name]


def _is_id(found: Any) -> bool:
    return isinstance(found, str) and _ID.fullmatch(found) is not None


def _text(found: Any) -> bool:
    return isinstance(found, str)


def _kernel(found: Any) -> bool:
    return isinstance(found, Mapping) and _text(found.get("name")) and _text(found.get("display_name"))


def _language(found: Any) -> bool:
    if not isinstance(found, Mapping) or not _text(found.get("name")):
        return False
    texts = all(
        _text(found.get(name, "")) for name in ("file_extension", "mimetype", "pygments_lexer", "version")
    )
    return texts and isinstance(found.get("codemirror_mode", ""), str | Mapping)


def _switches(found: Any) -> bool:
    names = ("source_hidden", "outputs_hidden")
    return isinstance(found, Mapping) and all(isinstance(found.get(name, True), bool) for name in names)


def _times(found: Any) -> bool:
    return isinstance(found, Mapping) and all(_text(moment) for moment in found.values())


def _tags(found: Any) -> bool:
    if not isinstance(found, list) or not all(_text(tag) and tag and "," not in tag for tag in found):
        return False
    return len(set(found)) == len(found)


def _attachments(found: Any) -> bool:
    return isinstance(found, Mapping) and all(
        isinstance(bundle, Mapping)
        and all(_text(data) or (isinstance(data, list) and all(map(_text, data))) for data in bundle.values())
        for bundle in found.values()
    )


_NOTEBOOK: dict[str, Callable[[Any], bool]] = {
    "kernelspec": _kernel,
    "language_info": _language,
    "orig_nbformat": lambda found: type(found) is int and found >= 1,
    "title": _text,
    "authors": lambda found: isinstance(found, list),
}
_CELL: dict[str, Callable[[Any], bool]] = {
    "collapsed": lambda found: isinstance(found, bool),
    "scrolled": lambda found: isinstance(found, bool) or found == "auto",
    "name": lambda found: _text(found) and bool(found),
    "tags": _tags,
    "jupyter": _switches,
    "execution": _times,
    "format": _text,
}
