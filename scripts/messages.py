"""Extracts the texts that trainees see into the English source catalogue, and compiles translations.

    python scripts/messages.py            write course/hanoikit/locale/hanoikit.pot, update and compile translations
    python scripts/messages.py --check    write nothing; exit 1 when the catalogue is not what the code says

The catalogue has no dates and no line numbers, so that it changes only when a text changes. A translation lies in
``course/hanoikit/locale/CODE/LC_MESSAGES/hanoikit.po``; start one with ``--new CODE``.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "course" / "hanoikit"
LOCALE = PACKAGE / "locale"
KEYWORDS = {"_": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python")]
# Data whose texts are shown through _(): file -> the members that hold texts for people.
DATA = {
    "assets/convention/articles.json": ("title", "summary", "note", "difference"),
    "assets/convention/framework.json": ("name", "title"),
    "assets/convention/terms.json": ("name",),
    "assets/convention/offences.json": ("name", "text", "object"),
    "assets/convention/powers.json": (
        "name",
        "text",
        "data",
        "territory",
        "clock",
        "addressee",
        "confidentiality",
    ),
    "assets/convention/refusals.json": ("name", "text", "applies_to", "effect"),
    "assets/convention/points.json": ("name", "text", "concern", "answer", "lesson"),
    "assets/network/kinds.json": ("name", "purpose", "label", "why", "write"),
    "assets/network/grounds.json": ("name", "text", "closed_text"),
    "assets/evidence/hash-standing.json": (
        "collision",
        "second_preimage",
        "still_shows",
        "does_not_show",
        "use",
    ),
    "assets/powers/ladder.json": ("name", "short", "does", "why_here", "not_enough", "abroad_name"),
    "assets/powers/territory.json": ("text",),
    "assets/powers/offences.json": ("name",),
    "assets/powers/laws.json": ("by", "urgent", "renewed_by", "name"),
    "assets/powers/chains.json": ("name", "story", "ready_text"),
    "assets/cooperation/requests.json": ("name", "purpose", "label", "why", "write", "text"),
    "assets/cooperation/instruments.json": ("name", "short", "note"),
    **{f"assets/cooperation/states/X{letter}.json": ("name", "about", "text") for letter in "ABCDE"},
    "assets/recovery/contents.json": ("name", "use", "label", "why", "write"),
    "assets/recovery/laws.json": ("standard",),
    "assets/victims/hash-list.json": ("source", "standing"),
    "assets/victims/rules.json": ("title", "why"),
    "assets/victims/routes.json": (
        "text",
        "title",
        "says",
        # the answers to its questions
        *("adult", "under-18", "unknown", "none", "to-make", "shared-once", "withdrawn", "to-this"),
        *("yes", "threat", "no", "recording", "synthetic"),
    ),
    "assets/capstone/story.yaml": ("title", "about"),
    "assets/capstone/elements.yaml": (
        *("title", "done", "otherwise", "undone", "question"),
        # the facts of matters without a case file
        *("danger", "person", "imminent", "label", "digest", "proof", "sender"),
    ),
    "assets/capstone/products.json": ("title", "about"),
    "assets/capstone/drafts.json": ("title", "about"),
    **{
        path.relative_to(ROOT).as_posix(): ("title", "content_note", "text", "reply")
        for path in sorted((ROOT / "assets/victims/cases").glob("*.json"))
    },
}


def catalogue() -> Catalog:
    """Every text inside ``_()`` and ``ngettext()``, with the modules that have it."""
    made = Catalog(
        project="hanoikit",
        copyright_holder="the authors of Hanoi Kit",
        charset="utf-8",
        fuzzy=False,
        locale=None,
    )
    found: dict[str | tuple[str, ...], set[str]] = {}
    comments: dict[str | tuple[str, ...], list[str]] = {}
    for filename, _line, message, notes, _context in extract_from_dir(
        str(PACKAGE), METHODS, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    ):
        found.setdefault(message, set()).add(Path(filename).as_posix())
        comments.setdefault(message, []).extend(notes)
    for name, members in DATA.items():
        for message in _texts(_data(ROOT / name), members):
            found.setdefault(message, set()).add(name)
            comments.setdefault(message, [])
    for message in sorted(found, key=str):
        places = [(place, None) for place in sorted(found[message])]
        made.add(message, locations=places, auto_comments=sorted(set(comments[message])))
    return made


def _data(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    return yaml.safe_load(text) if path.suffix == ".yaml" else json.loads(text)


def _texts(value: Any, members: tuple[str, ...], wanted: bool = False) -> Iterator[str]:
    """Every text under one of the members, however deep."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, members, name in members)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, members, wanted)
    elif isinstance(value, str) and wanted and value:
        yield value


def text_of(catalog: Catalog) -> str:
    """The catalogue as a file, without what changes by itself."""
    stream = io.BytesIO()
    write_po(stream, catalog, width=100, omit_header=False, include_lineno=False)
    lines = stream.getvalue().decode().splitlines()
    names = ("Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date")
    noise = tuple(f'"{name}' for name in (*names, "Generated-By", "Last-Translator", "Language-Team"))
    year = "# Copyright (C)"
    return "\n".join(line for line in lines if not line.startswith((*noise, year, "# FIRST AUTHOR"))) + "\n"


def translations() -> Iterator[Path]:
    """The files of the translations."""
    yield from sorted(LOCALE.glob("*/LC_MESSAGES/hanoikit.po"))


def stale(source: Catalog) -> list[str]:
    """What is not up to date, as sentences."""
    template = LOCALE / "hanoikit.pot"
    found = []
    if not template.is_file() or template.read_text(encoding="utf-8") != text_of(source):
        found.append("course/hanoikit/locale/hanoikit.pot is not what the code says.")
    for path in translations():
        with path.open("rb") as stream:
            catalog = read_po(stream)
        missing = sum(1 for message in source if message.id and message.id not in catalog)
        if missing:
            found.append(f"{path.relative_to(ROOT).as_posix()} lacks {missing} texts of the code.")
        compiled = path.with_suffix(".mo")
        if not compiled.is_file() or compiled.read_bytes() != _compiled(catalog):
            found.append(f"{compiled.relative_to(ROOT).as_posix()} is not the compiled form of its source.")
    return found


def _compiled(catalog: Catalog) -> bytes:
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def write(source: Catalog, new: str | None = None) -> None:
    """Write the template, bring the translations up to date and compile them."""
    LOCALE.mkdir(exist_ok=True)
    (LOCALE / "hanoikit.pot").write_text(text_of(source), encoding="utf-8", newline="\n")
    if new:
        folder = LOCALE / new / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "hanoikit.po").exists():
            with (folder / "hanoikit.po").open("wb") as stream:
                write_po(stream, Catalog(locale=new, project="hanoikit", charset="utf-8"))
    for path in translations():
        with path.open("rb") as stream:
            catalog = read_po(stream)
        catalog.update(source, no_fuzzy_matching=True)
        path.write_text(text_of(catalog), encoding="utf-8", newline="\n")
        with path.open("rb") as stream:
            path.with_suffix(".mo").write_bytes(_compiled(read_po(stream)))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Extract the texts that trainees see.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail when the catalogue is stale"
    )
    parser.add_argument("--new", metavar="CODE", help="start a translation, for example fr")
    options = parser.parse_args(arguments)
    source = catalogue()
    if options.check:
        found = stale(source)
        for sentence in found:
            print(f"{sentence} Run 'make messages'.", file=sys.stderr)
        return 1 if found else 0
    write(source, options.new)
    print(f"{len(source)} texts in course/hanoikit/locale/hanoikit.pot")
    return 0


if __name__ == "__main__":
    sys.exit(main())
