"""What was released in the room, numbered in order, kept in the class's folder; nothing about people is in it.

>>> given = Given(klass.root / "room.json")
>>> given.hint("m04-q3", ("Look at the zone of the log.",), level=1).number
1
>>> given.after(0)[0].kind
'hint'

A trainee's notebook names the number that it has, and gets what came after. What was released once stays released:
also when the room is started again, and for somebody who joins later.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path

from hanoikit.workshop.protocol import ASSIGNMENT, HINT, SOLUTION, News, news

FILE = "room.json"
_LARGEST = 8 << 20


class Given:
    """Everything that was released in this class's room."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._news: list[News] = []
        with contextlib.suppress(OSError, ValueError, RecursionError):
            if path.stat().st_size <= _LARGEST:
                found = [news(one) for one in json.loads(path.read_text(encoding="utf-8"))]
                self._news = [one for one in found if one is not None and one.kind != ASSIGNMENT]
        self._news = [_numbered(one, number) for number, one in enumerate(self._news, start=1)]

    @property
    def last(self) -> int:
        """The number of the latest."""
        return self._news[-1].number if self._news else 0

    def after(self, number: int) -> list[News]:
        """What came after this number, in order."""
        return self._news[max(0, number) :]

    def level(self, question: str) -> int:
        """How many hints of a question are out."""
        return sum(one.kind == HINT and one.question == question for one in self._news)

    def solved(self, question: str) -> bool:
        """Whether the solution of a question is out."""
        return any(one.kind == SOLUTION and one.question == question for one in self._news)

    def hint(self, question: str, lines: tuple[str, ...], *, level: int) -> News:
        return self._add(News(self.last + 1, HINT, question=question, level=level, lines=lines))

    def solution(self, question: str, lines: tuple[str, ...]) -> News:
        return self._add(News(self.last + 1, SOLUTION, question=question, lines=lines))

    def assignment(self, name: str, *, title: str, state: str, due: str) -> News:
        """An assignment was opened or closed; this is told, not kept: ``class.json`` has it."""
        return self._add(
            News(self.last + 1, ASSIGNMENT, assignment=name, title=title, state=state, due=due), keep=False
        )

    def _add(self, one: News, *, keep: bool = True) -> News:
        self._news.append(one)
        if keep:
            data = [each.as_data() for each in self._news if each.kind != ASSIGNMENT]
            _put(self.path, json.dumps(data, ensure_ascii=False, indent=1).encode())
        return one


def _numbered(one: News, number: int) -> News:
    return News(number, one.kind, question=one.question, level=one.level, lines=one.lines)


def _put(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".room-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
