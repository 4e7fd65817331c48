"""The user's own copy of the official text: read, recognised, taken apart, compared, kept.

>>> from pathlib import Path
>>> from hanoikit.convention import official
>>> result = official.import_text(Path("A_RES_79_243-EN.pdf"))      # doctest: +SKIP
>>> [str(finding) for finding in result.findings]                   # doctest: +SKIP
['Article 23: has 4 paragraphs or letters in your copy and 3 in the kit']
>>> official.imported().text("41(3)(e)")                            # doctest: +SKIP

The kit ships no official text. Who has one may keep it beside the summaries, on their own machine only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hanoikit.convention.official.comparing import compare
from hanoikit.convention.official.parsing import parse_articles
from hanoikit.convention.official.reading import read
from hanoikit.convention.official.recognising import recognise
from hanoikit.convention.official.store import OfficialCopy, load, save, user_data
from hanoikit.errors import Finding

__all__ = ["Import", "OfficialCopy", "compare", "import_text", "imported", "user_data"]


@dataclass(frozen=True, slots=True)
class Import:
    """What an import did: the copy, where it is kept, and how it differs from the kit's data."""

    copy: OfficialCopy
    path: Path
    findings: tuple[Finding, ...]


def import_text(
    path: Path,
    *,
    folder: Path | None = None,
    now: datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Import:
    """Import a PDF, HTML or plain text file into the user's data folder.

    ``now`` is the time to record (default: the present, UTC); ``progress`` is called with pages
    done and pages in all. Raises ``TextRefused`` when the file is no
    usable copy; what was imported before stays then.
    """
    source = read(path, progress=progress)
    found = parse_articles(source.lines)
    recognise(source.lines, found, where=str(path))
    copy = OfficialCopy(
        file=source.name,
        sha256=source.sha256,
        format=source.format,
        imported_at=now or datetime.now(UTC),
        articles=found,
    )
    stored = save(copy, folder or user_data())
    return Import(copy, stored, tuple(compare(found)))


def imported(folder: Path | None = None) -> OfficialCopy | None:
    """The user's copy, or ``None`` when none was imported; ``DataInvalid`` when the stored one is damaged."""
    return load(folder or user_data())
