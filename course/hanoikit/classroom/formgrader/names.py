"""Taking names out of what a marking page is made of.

>>> without_names("Signed: Amal Öz (t07)", people=["Amal Öz", "t07"])
'Signed: [name hidden] ([name hidden])'

What nbgrader's own pages and answers say about a trainee is taken out by field; what a trainee wrote into an
answer, by looking for this trainee's own name, id and address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from hanoikit.i18n import _

_FIELDS = frozenset({"student", "first_name", "last_name", "email", "lms_user_id", "display_name"})


def anonymous(index: int) -> str:
    """What a hand-in is called, as in nbgrader's list; ``index`` counts from 0 in the order of random numbers."""
    # nbgrader's list has this word.
    return f"Submission #{index + 1}"


def scrubbed(value: Any) -> Any:
    """An answer of nbgrader's as data, without what says who it is about."""
    if isinstance(value, list):
        return [scrubbed(item) for item in value]
    if isinstance(value, Mapping):
        index = value.get("index")
        made = {name: scrubbed(item) for name, item in value.items()}
        for name in _FIELDS & made.keys():
            made[name] = None
        if "student" in made:
            # nbgrader's pages show this text where they would show the name.
            made["student"] = anonymous(index) if isinstance(index, int) else "Submission"
        return made
    return value


def scrubbed_json(text: str | bytes) -> str | bytes:
    """The same for JSON as text; anything else is given back as it is."""
    try:
        return json.dumps(scrubbed(json.loads(text)))
    except ValueError:
        return text


def without_names(text: str, people: Iterable[str]) -> str:
    """The text without these names, wherever they stand as words of their own, in any case."""
    names = sorted(
        {" ".join(name.split()) for name in people if len(name.strip()) > 1}, key=len, reverse=True
    )
    if not names or not text:
        return text
    either = "|".join(r"\s+".join(map(re.escape, name.split())) for name in names)
    # Scripts without spaces between words have no word boundary to look for.
    return re.sub(rf"(?<![A-Za-z0-9_])(?:{either})(?![A-Za-z0-9_])", _("[name hidden]"), text, flags=re.I)


def hide_in_notebook(notebook: Any, people: Iterable[str]) -> None:
    """Take these names out of everything that a notebook shows: sources and outputs; changes ``notebook``."""
    names = [name for name in people if name]
    for cell in notebook.cells:
        cell.source = without_names(cell.source, names)
        for output in cell.get("outputs", ()):
            for field in ("text", "evalue"):
                if isinstance(output.get(field), str):
                    output[field] = without_names(output[field], names)
            if "traceback" in output:
                output["traceback"] = [without_names(line, names) for line in output["traceback"]]
            for kind, data in output.get("data", {}).items():
                if isinstance(data, str) and kind.startswith(("text/", "application/javascript")):
                    output["data"][kind] = without_names(data, names)


def ways_to_write(*, id: str, first: str = "", last: str = "", email: str = "") -> list[str]:
    """The ways in which a trainee may have written who they are."""
    whole = (
        [f"{first} {last}", f"{last} {first}", f"{last}, {first}", f"{last}{first}"] if first and last else []
    )
    return [id, email, *whole, *(part for part in (first, last) if len(part) > 2)]
