"""What cells show: collected in the child, checked and cut to size in the parent.

>>> sound([{"output_type": "stream", "name": "stdout", "text": "<f at 0x7f35a1b2c3d4>"}], most=100)
[{'name': 'stdout', 'output_type': 'stream', 'text': '<f at 0x0>'}]

Outputs decide nothing: marks never come from them. Memory addresses are taken out, so that the same hand-in
gives the same notebook.
"""

from __future__ import annotations

import io
import re
from typing import Any

CUT = "\n... Output truncated ..."
VERDICT = "application/vnd.hanoikit.mark+json"
_ADDRESS = re.compile(r"( at 0x)[0-9A-Fa-f]{6,16}")
_MIME = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,100}(?:;.{0,60})?")


class Collector:
    """The outputs of one cell, in order, cut off at ``most`` characters."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.outputs: list[dict[str, Any]] = []
        self._parts: list[str] = []

    def write(self, name: str, text: str) -> None:
        """Text on a stream."""
        if self.left <= 0:
            return
        if len(text) > self.left:
            text = text[: self.left] + CUT
        self.left -= len(text)
        last = self.outputs[-1] if self.outputs else None
        if last is None or last["output_type"] != "stream" or last["name"] != name:
            self.outputs.append({"output_type": "stream", "name": name, "text": []})
        self.outputs[-1]["text"].append(text)

    def add(self, output: dict[str, Any]) -> None:
        """A finished output; one that does not fit is named instead of shown."""
        size = _size(output)
        if size > self.left:
            self.write("stdout", CUT)
            return
        self.left -= size
        self.outputs.append(output)

    def clear(self) -> None:
        """What ``clear_output`` does."""
        self.outputs.clear()

    def finished(self) -> list[dict[str, Any]]:
        """The outputs as JSON data."""
        for output in self.outputs:
            if output["output_type"] == "stream" and isinstance(output["text"], list):
                output["text"] = "".join(output["text"])
        return self.outputs


class Stream(io.TextIOBase):
    """Stands for ``sys.stdout`` or ``sys.stderr`` while cells run."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str) -> None:
        self.stream = name
        self.collector: Collector | None = None

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def write(self, text: str, /) -> int:
        if type(text) is not str:
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.collector is not None:
            self.collector.write(self.stream, text)
        return len(text)


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(str(key)) + _size(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(_size(item) for item in value)
    return 8


def sound(outputs: Any, *, most: int) -> list[dict[str, Any]]:
    """In the parent: only what a notebook may hold, at most ``most`` characters of it."""
    kept: list[dict[str, Any]] = []
    if type(outputs) is not list:
        return kept
    for output in outputs[:1000]:
        made = _output(output) if type(output) is dict else None
        if made is None:
            continue
        most -= _size(made)
        if most < 0:
            break
        kept.append(made)
    return kept


def _output(output: dict[str, Any]) -> dict[str, Any] | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"name": name, "output_type": "stream", "text": _text(output.get("text"))}
    if kind == "error":
        trace = output.get("traceback")
        lines = [_text(line) for line in trace[:200]] if type(trace) is list else []
        return {
            "ename": _text(output.get("ename"))[:200],
            "evalue": _text(output.get("evalue"))[:2000],
            "output_type": "error",
            "traceback": lines,
        }
    if kind in ("display_data", "execute_result"):
        data = output.get("data")
        bundle = (
            {
                mime: _text(item) if type(item) is str else item
                for mime, item in data.items()
                if type(mime) is str and _MIME.fullmatch(mime) and mime != VERDICT
            }
            if type(data) is dict
            else {}
        )
        made: dict[str, Any] = {"data": bundle, "metadata": {}, "output_type": kind}
        if kind == "execute_result":
            made["execution_count"] = None
        return made
    return None


def _text(value: Any) -> str:
    if type(value) is not str:
        return ""
    # Half a surrogate pair cannot be written to a file.
    value = value.encode("utf-8", "replace").decode() if not value.isascii() else value
    return _ADDRESS.sub(r"\g<1>0", value)
