"""The author's notebook is derived once for a text and a kit; a shelf that somebody tampered with is as good as none."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hanoikit import build
from hanoikit.grading import AssignmentSource
from hanoikit.grading.shelf import Shelf

TEXT = Path(__file__).parent / "data" / "m99-marking" / "m99-marking.md"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "cache" / "derived", tmp_path / "state" / "derived.key")


@pytest.fixture
def derivations(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the sources that were derived."""
    seen: list[str] = []
    derive = build.derive

    def counted(source: build.Source, **more: object) -> object:
        seen.append(source.name)
        return derive(source, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(build, "derive", counted)
    yield seen


def entry_of(shelf: Shelf) -> Path:
    (path,) = shelf.folder.glob("*.json")
    return path


def test_the_second_reading_derives_nothing_and_is_the_same(shelf: Shelf, derivations: list[str]) -> None:
    first = AssignmentSource.shelved(TEXT, shelf)
    second = AssignmentSource.shelved(TEXT, shelf)
    assert derivations == ["m99-marking"]
    for one in (
        "name",
        "title",
        "pass_mark",
        "notebook",
        "release",
        "questions",
        "objectives",
        "front",
        "text",
    ):
        assert getattr(second, one) == getattr(first, one), one
    plain = AssignmentSource.read(TEXT)
    assert second.notebook == plain.notebook and second.questions == plain.questions
    assert second.parsed == plain.parsed


def test_a_changed_text_is_derived_again(shelf: Shelf, derivations: list[str], tmp_path: Path) -> None:
    text = tmp_path / TEXT.name
    text.write_bytes(TEXT.read_bytes())
    AssignmentSource.shelved(text, shelf)
    changed = text.read_text(encoding="utf-8").replace(
        'mark.choice("m99-q1", key="b"', 'mark.choice("m99-q1", key="a"'
    )
    text.write_text(changed, encoding="utf-8")
    again = AssignmentSource.shelved(text, shelf)
    assert len(derivations) == 2
    assert 'mark.choice("m99-q1", key="a"' in json.dumps(
        [cell["source"] for cell in again.notebook["cells"]]
    ).replace('\\"', '"')


def test_another_version_of_the_kit_has_entries_of_its_own(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shelf.key(b"text", "m99-marking")
    assert shelf.key(b"text", "m99-marking") == before
    assert shelf.key(b"text", "m98-other") != before
    monkeypatch.setattr("hanoikit.__version__", "99.0")
    assert shelf.key(b"text", "m99-marking") != before
    monkeypatch.undo()
    monkeypatch.setattr("hanoikit.grading.shelf.kit_print", lambda: b"another build")
    assert shelf.key(b"text", "m99-marking") != before


def test_an_entry_that_was_tampered_with_is_refused_and_made_again(
    shelf: Shelf, derivations: list[str]
) -> None:
    just = AssignmentSource.shelved(TEXT, shelf)
    path = entry_of(shelf)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'key=\\"b\\"', b'key=\\"a\\"', 1))
    assert path.read_bytes() != whole
    again = AssignmentSource.shelved(TEXT, shelf)
    assert len(derivations) == 2
    assert again.notebook == just.notebook
    assert path.read_bytes() == whole


@pytest.mark.parametrize("left", [0, 10, 64, 65, 5000])
def test_a_torn_entry_is_refused(shelf: Shelf, derivations: list[str], left: int) -> None:
    AssignmentSource.shelved(TEXT, shelf)
    path = entry_of(shelf)
    path.write_bytes(path.read_bytes()[:left])
    AssignmentSource.shelved(TEXT, shelf)
    assert len(derivations) == 2


def test_an_entry_of_another_key_or_another_secret_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    assert shelf.put("one", {"notebook": 1})
    assert shelf.get("one") == {"notebook": 1}
    (shelf.folder / "one.json").rename(shelf.folder / "two.json")
    assert shelf.get("two") is None
    theirs = replace(shelf, secret=tmp_path / "theirs" / "derived.key")
    assert theirs.put("one", {"notebook": "forged"})
    assert shelf.get("one") is None


@pytest.mark.skipif(os.name != "posix", reason="rights of files as on Unix")
def test_nobody_else_can_read_or_write_an_entry(shelf: Shelf) -> None:
    assert shelf.put("one", {"notebook": 1})
    for path, mode in ((shelf.folder, 0o700), (shelf.folder / "one.json", 0o600), (shelf.secret, 0o600)):
        assert path.stat().st_mode & 0o777 == mode, path
    (shelf.folder / "one.json").chmod(0o620)
    assert shelf.get("one") is None
    (shelf.folder / "one.json").chmod(0o600)
    shelf.folder.chmod(0o777)
    assert not shelf.put("two", {"notebook": 1})


@pytest.mark.skipif(os.name != "posix", reason="links as on Unix")
def test_a_link_in_place_of_an_entry_or_of_the_secret_is_not_followed(shelf: Shelf, tmp_path: Path) -> None:
    assert shelf.put("one", {"notebook": 1})
    path = shelf.folder / "one.json"
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    assert shelf.get("one") is None


def test_what_json_would_change_is_not_kept(shelf: Shelf) -> None:
    assert not shelf.put("one", {1: "a number as a key"})  # type: ignore[dict-item]
    assert not shelf.put("one", {"pair": (1, 2)})
    assert not shelf.put("one", {"number": float("nan")})
    assert shelf.get("one") is None


def test_a_shelf_that_cannot_be_written_costs_no_mark(tmp_path: Path, derivations: list[str]) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be", encoding="utf-8")
    shelf = Shelf(tmp_path / "cache" / "derived", tmp_path / "state" / "derived.key")
    assert AssignmentSource.shelved(TEXT, shelf).questions
    assert AssignmentSource.shelved(TEXT, shelf).questions
    assert len(derivations) == 2


def test_the_oldest_entries_go_when_there_are_too_many(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hanoikit.grading.shelf._MOST_ENTRIES", 3)
    for number in range(6):
        assert shelf.put(f"{number}", {"notebook": number})
        os.utime(shelf.folder / f"{number}.json", (number, number))
    assert shelf.put("last", {"notebook": "last"})
    assert sorted(path.stem for path in shelf.folder.glob("*.json")) == ["4", "5", "last"]
