"""Checks of documents that travel in messages, by whoever knows the kind of document.

>>> register(check)                   # check(kind, content, digest) gives findings
>>> findings(message.body)
(Finding(code='other-data', ...),)

The network carries documents and knows only their hash. Rooms that know what a seal or a request has to hold register
here when an exercise needs them; without one nothing is said about the content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hanoikit.errors import Finding
from hanoikit.network.messages import Document

Check = Callable[[str, str, str], Iterable[Finding]]

_checks: list[Check] = []


def register(check: Check) -> None:
    """Ask this check about every document from now on. Registering it twice changes nothing."""
    if check not in _checks:
        _checks.append(check)


def checked(body: Document) -> bool:
    """Whether somebody looks at this document."""
    return bool(_checks and body.content)


def findings(body: Document) -> tuple[Finding, ...]:
    """What the registered checks find in a document; nothing for one without content."""
    if not body.content:
        return ()
    return tuple(one for check in _checks for one in check(body.document, body.content, body.digest))
