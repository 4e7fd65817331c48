"""Checks of documents that travel in messages, by whoever knows the kind of document.

>>> register(check)                   # check(kind, content, digest) gives findings
>>> findings(message.body)
(Finding(code='other-data', ...),)

The network carries documents and knows only their hash. Rooms that know what a seal or a request has to hold register
here when an exercise needs them; without one nothing is said about the content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hanoikit.errors import Finding
from hanoikit.network.messages import Document

Check = Callable[[str, str, str], Iterable[Finding]]

Reader = Callable[[Mapping[str, bytes]], Iterable[Mapping[str, Any]]]

_checks: list[Check] = []
_readers: list[Reader] = []


def register(check: Check) -> None:
    """Ask this check about every document from now on. Registering it twice changes nothing."""
    if check not in _checks:
        _checks.append(check)


def register_reader(reader: Reader) -> None:
    """Ask this reader about the files that a person made elsewhere and wants to send."""
    if reader not in _readers:
        _readers.append(reader)


def reads() -> bool:
    """Whether somebody can read such files."""
    return bool(_readers)


def papers_in(files: Mapping[str, bytes]) -> list[Mapping[str, Any]]:
    """The papers that these files hold, by their names: each with ``id``, ``title``, ``about`` and a ``draft``."""
    return [one for reader in _readers for one in reader(files)]


def checked(body: Document) -> bool:
    """Whether somebody looks at this document."""
    return bool(_checks and body.content)


def findings(body: Document) -> tuple[Finding, ...]:
    """What the registered checks find in a document; nothing for one without content."""
    if not body.content:
        return ()
    return tuple(one for check in _checks for one in check(body.document, body.content, body.digest))
