"""Reading calls such as ``ask.choice("m04-q1", a="...", b="...")`` out of a cell without running it.

>>> call = last_call('ask.choice("m04-q1", a="the hash", b="the name")', "ask")
>>> call.kind, call.question, call.options
('choice', 'm04-q1', ('the hash', 'the name'))
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from hanoikit.syntax import parsed

UNKNOWN = object()
"""The value of an argument that is not written out (a name, a computed value)."""

OPTION_KINDS = frozenset({"choice", "choices", "order", "match", "gates", "request", "narrow", "confidence"})
"""Kinds whose control offers texts to pick from; these texts have to be readable in the prompt as well."""

CASE_KINDS = frozenset({"gates", "request"})
"""Kinds whose texts may stand in any Markdown cell above the control: several questions share one case file."""

# Arguments of these kinds that are not texts to pick from.
_NOT_OPTIONS = frozenset(
    {"key", "why", "label", "hint", "prompt", "title", "points", "cite", "read", "shuffle", "needs_facts"}
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of ``ask``, ``mark``, ``selfcheck`` or ``answer``, as written."""

    kind: str
    question: str
    positional: tuple[Any, ...]
    keywords: dict[str, Any]

    @property
    def options(self) -> tuple[str, ...]:
        """Every text that the control offers, in the order written."""
        if self.kind not in OPTION_KINDS:
            return ()
        if self.kind == "request":
            return tuple(str(field["label"]) for field in self._form if "label" in field)
        found: list[str] = []
        for value in self.positional:
            _texts(value, found)
        for name, value in self.keywords.items():
            if name not in _NOT_OPTIONS:
                _texts(value, found)
        # Every row of a review may offer the same decisions.
        return tuple(dict.fromkeys(found))

    @property
    def _form(self) -> list[dict[str, Any]]:
        form = self.keywords.get("form", self.positional[0] if self.positional else UNKNOWN)
        return [field for field in form if isinstance(field, dict)] if isinstance(form, (list, tuple)) else []

    def offered(self, name: str) -> dict[str, Any] | None:
        """What a named argument offers, by letter: the rows, parts or statements; None if not written out."""
        value = self.keywords.get(name)
        if value is None and name in {"parts", "statements"} and self.positional:
            value = self.positional[0]
        if name == "statements" and isinstance(value, (list, tuple)):
            value = {str(n): text for n, text in enumerate(value, start=1)}
        if name == "parts" and value is None:
            value = {letter: text for letter, text in self.keywords.items() if letter not in _NOT_OPTIONS}
        return value if isinstance(value, dict) else None

    @property
    def letters(self) -> tuple[str, ...]:
        """The names that an answer may use: ``a``, ``b``, ... of a choice."""
        if self.kind not in {"choice", "choices"}:
            return ()
        names = [name for name in self.keywords if name not in _NOT_OPTIONS]
        for value in self.positional:
            if isinstance(value, dict):
                names.extend(str(name) for name in value)
        return tuple(names)


def letters_of(key: object, letters: tuple[str, ...]) -> list[str]:
    """The options that a key names; ``"acd"`` names three where every option is one letter."""
    if isinstance(key, str):
        several = key not in letters and len(key) > 1 and all(len(letter) == 1 for letter in letters)
        return list(key) if several else [key]
    return [str(item) for item in key] if isinstance(key, (list, tuple, set, frozenset, dict)) else []


def _texts(value: Any, into: list[str]) -> None:
    if isinstance(value, str):
        into.append(value)
    elif isinstance(value, dict):
        for item in value.values():
            _texts(item, into)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _texts(item, into)


def last_call(source: str, owner: str) -> Call | None:
    """The call of ``owner.kind(...)`` (or of ``owner(...)``) that is the last expression of a cell.

    ``None`` when the cell ends in something else; raises :class:`SyntaxError` when it is not Python.
    """
    body = parsed(source).body
    if not body or not isinstance(body[-1], ast.Expr) or not isinstance(body[-1].value, ast.Call):
        return None
    node = body[-1].value
    function = node.func
    if (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == owner
    ):
        kind = function.attr
    elif isinstance(function, ast.Name) and function.id == owner:
        kind = owner
    else:
        return None
    values = [_value(argument) for argument in node.args]
    keywords = {item.arg: _value(item.value) for item in node.keywords if item.arg is not None}
    question = values[0] if values and isinstance(values[0], str) else keywords.pop("question", "")
    return Call(kind, question if isinstance(question, str) else "", tuple(values[1:]), keywords)


def _value(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return UNKNOWN


def only_comments(source: str) -> bool:
    """Whether a cell's text holds nothing that Python would run."""
    return all(not line.strip() or line.lstrip().startswith("#") for line in source.split("\n"))


def split_hidden(source: str) -> tuple[str, str | None]:
    """The visible part of a mark cell and the part between its hidden-test markers (``None`` if it has
    none).
    """
    visible: list[str] = []
    hidden: list[str] = []
    inside = seen = False
    for line in source.split("\n"):
        if "BEGIN HIDDEN TESTS" in line:
            inside = seen = True
        elif "END HIDDEN TESTS" in line:
            inside = False
        else:
            (hidden if inside else visible).append(line)
    return "\n".join(visible), "\n".join(hidden) if seen else None
