"""``hanoikit convention`` as a person uses it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from hanoikit.cli import run


@pytest.fixture(autouse=True)
def narrow_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")


def output(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert run(["convention", *words]) == code
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.err


@pytest.mark.parametrize("ref", ["41.3.e", "41(3)(e)"])
def test_show_tells_summary_certainty_terms_and_that_it_is_not_the_text(capsys, ref: str) -> None:
    text = output(capsys, "show", ref)
    assert "\x1b[" not in text
    for words in (
        "Article 41: 24/7 network", "Chapter V", "41(3)(e)", "avert an emergency", "emergency (2(o))",
        "follows an older treaty (Budapest 35)", "not the authentic text", "Second Protocol 9",
    ):  # fmt: skip
        assert words in text, words


def test_show_of_an_article_lists_everything_below_it(capsys) -> None:
    text = output(capsys, "show", "41")
    assert all(f"41({n})" in text for n in range(1, 7)) and "41(3)(e)" in text


def test_show_puts_the_imported_copy_beside_the_summary(capsys, layout: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text(layout.as_text(layout.convention_document()), encoding="utf-8")
    imported = output(capsys, "import", str(file))
    assert "68 articles" in imported and "agree with the kit" in imported
    text = output(capsys, "show", "42.8")
    assert "your imported copy (mine.txt)" in text.replace("\n", " ") or "your imported copy" in text
    assert "at least 60 days" in text and "8. " in text
    assert "your imported" in output(capsys, "show", "42")


def test_a_refused_import_is_one_sentence_and_code_1(capsys, tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    text = output(capsys, "import", str(tmp_path / "empty.pdf"), code=1)
    assert text.strip().count("\n") == 0 and "The file is empty" in text and "Traceback" not in text


def test_import_tells_where_the_copy_differs(capsys, layout: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text(layout.as_text(layout.convention_document().without(20)), encoding="utf-8")
    text = output(capsys, "import", str(file))
    assert "Article 20" in text and "is missing in your copy" in text


def test_a_damaged_stored_copy_does_not_hide_the_summary(capsys, data_folder: Path) -> None:
    (data_folder / "convention").mkdir(parents=True)
    (data_folder / "convention" / "official-text.json").write_text("{", encoding="utf-8")
    text = output(capsys, "show", "41.3.e")
    assert "avert an emergency" in text and "damaged" in text


def test_an_unknown_provision_is_a_wrong_call_with_the_nearest_one(capsys) -> None:
    assert "41(3) has letters a to e." in output(capsys, "show", "41.3.f", code=2)


def test_search_finds_by_words_and_by_number(capsys) -> None:
    assert "40(24)" in output(capsys, "search", "bank", "secrecy")
    assert "41(3)(e)" in output(capsys, "search", "41.3")
    assert "more hits" in output(capsys, "search", "data", "-n", "2")


def test_search_without_a_hit_says_what_to_try(capsys) -> None:
    assert "Try fewer or other words" in output(capsys, "search", "xyzzy", code=1)


def test_coverage_names_the_missing_articles_and_speaks_json(capsys, tmp_path: Path) -> None:
    lesson = "---\nhanoikit: {kind: lesson, module: m01, title: One, provisions: ['1-67']}\n---\n"
    (tmp_path / "m01.md").write_text(lesson, encoding="utf-8")
    text = output(capsys, "coverage", "--lessons", str(tmp_path))
    assert "67 of 68 articles" in text and "Missing: 68" in text
    data = json.loads(output(capsys, "coverage", "--json", "--lessons", str(tmp_path)))
    assert data["missing"] == [68] and len(data["articles"]) == 68


def test_looking_up_the_convention_imports_nothing_heavy() -> None:
    code = (
        "import sys, hanoikit.convention as c; c.provision('41(3)(e)'); c.cite('25(2)').html(); c.search('data');"
        "heavy = {'jsonschema', 'pypdf', 'bs4', 'yaml', 'rich', 'IPython', 'platformdirs'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ}, check=False
    )
    assert done.returncode == 0, done.stderr
