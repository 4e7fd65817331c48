"""Getting the text out of the file that a person has: PDF, HTML or plain text.

>>> from pathlib import Path
>>> page = Path("copy.txt")                                    # doctest: +SKIP
>>> read(page).format                                          # doctest: +SKIP
'text'

What cannot be read is refused with one sentence that says what it is and what to do: an empty file, a
picture, a Word file, a PDF with a password, a scan without text, bytes that are no text.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from hanoikit.convention.official.pages import clean_pages, join_broken_words
from hanoikit.errors import TextRefused
from hanoikit.i18n import _

Progress = Callable[[int, int], None]

MAX_BYTES = 64 * 1024 * 1024

_OTHER_FORMATS = (
    (b"PK\x03\x04", "Word, OpenDocument or ZIP"),
    (b"\xd0\xcf\x11\xe0", "old Word"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG picture"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"II*\x00", "TIFF picture"),
    (b"MM\x00*", "TIFF picture"),
    (b"GIF8", "GIF picture"),
)
_HTML = re.compile(rb"<!doctype html|<(?:html|head|body|div|p|h[1-6]|article|section)\b", re.IGNORECASE)
_BLOCKS = re.compile(
    r"address|article|aside|blockquote|body|caption|center|d[dlt]|div|fieldset|figcaption|figure|footer"
    r"|form|h[1-6r]|header|li|main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
)


@dataclass(frozen=True, slots=True)
class SourceText:
    """The lines of a file. ``format`` is ``pdf``, ``html`` or ``text``; ``pages`` is 0 without pages."""

    name: str
    sha256: str
    format: str
    pages: int
    lines: tuple[str, ...]


def read(path: Path, *, progress: Progress | None = None) -> SourceText:
    """The lines of the file, without page headers, page numbers and footnotes; else ``TextRefused``.

    ``progress`` is called with the pages done and the pages of the whole file; only a PDF takes long enough.
    """
    data = _bytes(path)
    digest = hashlib.sha256(data).hexdigest()
    if b"%PDF-" in data[:1024]:
        pages = _pdf_pages(data, path, progress)
        return SourceText(path.name, digest, "pdf", len(pages), tuple(clean_pages(pages)))
    if _HTML.search(data[:8192].replace(b"\x00", b"")):
        lines = [line.rstrip() for line in _html_text(data).splitlines()]
        return SourceText(path.name, digest, "html", 0, tuple(lines))
    text = _plain_text(data, path)
    pages = [page.splitlines() for page in text.split("\f")]
    cleaned = clean_pages(pages) if len(pages) > 1 else join_broken_words(pages[0])
    return SourceText(path.name, digest, "text", len(pages) if len(pages) > 1 else 0, tuple(cleaned))


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise TextRefused(
                _("This is a folder, not a file."),
                where=str(path),
                next_step=_("Name the file with the official text."),
            )
        if size > MAX_BYTES:
            raise TextRefused(
                _("The file is too large for the text of the Convention."),
                where=str(path),
                next_step=_("Choose the file that holds only the Convention."),
            )
        data = path.read_bytes()
    except OSError as error:
        raise TextRefused(
            _("The file cannot be opened: {reason}.").format(reason=error.strerror or error),
            where=str(path),
            next_step=_("Check the name and that you may read it."),
        ) from error
    if not data.strip(b"\x00 \t\r\n\f\xef\xbb\xbf"):
        raise TextRefused(
            _("The file is empty."), where=str(path), next_step=_("Download or copy it once more.")
        )
    for magic, name in _OTHER_FORMATS:
        if data.startswith(magic):
            raise TextRefused(
                _("This is a file of the kind “{kind}”.").format(kind=name),
                where=str(path),
                next_step=_("Save the text as PDF, HTML or plain text, and import that."),
            )
    return data


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep a library's warnings about a damaged file off the trainee's screen."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _pdf_pages(data: bytes, path: Path, progress: Progress | None) -> list[list[str]]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    damaged = TextRefused(
        _("The PDF is damaged or cut off."),
        where=str(path),
        next_step=_("Download it once more and compare the size."),
    )
    locked = TextRefused(
        _("The PDF is protected by a password."),
        where=str(path),
        next_step=_("Open it, print it into a new PDF without a password, and import that."),
    )
    with _quiet("pypdf"):
        try:
            reader = PdfReader(BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise locked
            pages = []
            for number, page in enumerate(reader.pages, start=1):
                # Some fonts give every hyphen the code of the invisible one.
                text = page.extract_text().replace("\u00ad", "-").replace("\u2010", "-")
                pages.append(text.splitlines())
                if progress:
                    progress(number, len(reader.pages))
        except DependencyError as error:
            raise locked from error
        except TextRefused:
            raise
        # A damaged PDF makes the reader fail in many ways of its own, none of which helps the person.
        except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, OSError) as error:
            raise damaged from error
        except RecursionError as error:
            raise damaged from error
    letters = sum(len(line.strip()) for page in pages for line in page)
    if not pages:
        raise damaged
    if letters < 20 * len(pages):
        raise TextRefused(
            _("The PDF holds pictures of pages, but no text."),
            where=str(path),
            next_step=_("Use a PDF whose words you can select with the mouse."),
        )
    return pages


def _html_text(data: bytes) -> str:
    from bs4 import BeautifulSoup
    from bs4.element import NavigableString

    soup = BeautifulSoup(data, "html.parser")
    for tag in soup(["script", "style", "noscript", "template", "svg", "sup", "nav", "head"]):
        tag.decompose()
    for items in soup("ol"):
        _number_items(items)
    for line_break in soup("br"):
        line_break.replace_with(NavigableString("\n"))
    # Source line breaks inside a sentence mean nothing in HTML; those of block elements do.
    for string in soup.find_all(string=True):
        if string.strip("\n") and string.find_parent("pre") is None:
            string.replace_with(NavigableString(re.sub(r"\s+", " ", string)))
    for block in soup(lambda tag: bool(_BLOCKS.fullmatch(tag.name))):
        block.insert_before(NavigableString("\n"))
        block.insert_after(NavigableString("\n"))
    text: str = soup.get_text()
    return text


def _number_items(items: object) -> None:
    """Write the number or letter that a browser shows into each item of an ordered list."""
    from bs4 import Tag
    from bs4.element import NavigableString

    assert isinstance(items, Tag)
    style = str(items.get("type", "1"))
    start = str(items.get("start", "1"))
    number = int(start) if start.isdigit() else 1
    for item in items.find_all("li", recursive=False):
        own = item.get_text().lstrip()
        if not re.match(r"\(?\w{1,4}[.)]\s", own):  # some pages write the number themselves
            marker = {"a": f"({chr(96 + number)}) ", "i": f"({_roman(number)}) "}.get(style, f"{number}. ")
            item.insert(0, NavigableString(marker))
        number += 1


def _roman(number: int) -> str:
    tens, ones = divmod(number, 10)
    return "x" * tens + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[ones]


def _plain_text(data: bytes, path: Path) -> str:
    text = ""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    controls = sum(1 for c in text if c < " " and c not in "\t\r\n\f") + text.count("\ufffd")
    if not text or controls > len(text) / 200:
        raise TextRefused(
            _("The file holds bytes that are no text."),
            where=str(path),
            next_step=_("Choose a PDF, HTML or plain text file with the Convention."),
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    # Windows' Notepad once saved English with every second byte zero and no mark in front.
    zeros = data[:4096].count(0)
    if zeros > len(data[:4096]) / 4:
        return ("utf-16-le",) if data[1:2] == b"\x00" else ("utf-16-be",)
    return ("utf-8-sig", "cp1252", "latin-1")
