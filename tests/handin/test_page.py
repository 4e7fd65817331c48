"""The page "Hand in": what it shows about the check of a mark is what the code on it does."""

from __future__ import annotations

import contextlib
import io

import pytest

from hanoikit import build, resources
from hanoikit.build import frontmatter

PAGE = resources.lessons() / "pages" / "hand-in.md"


def test_the_code_that_a_trainee_can_read_shows_what_the_text_says() -> None:
    (code,) = [cell for cell in build.read(PAGE).cells if cell.kind == "code" and not cell.tags]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code.source, "hand-in.md", "exec"), {})
    first, second, third = said.getvalue().splitlines()
    assert first == "The chain holds: True" and "2 hashes" in second
    assert third.startswith("With 5 points instead of 9: The proof leads to another root")


def test_a_page_needs_a_title_and_no_module() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert frontmatter.check(build.parse(text, PAGE)) == []
    found = frontmatter.check(build.parse(text.replace("  title: Hand in\n", "  module: 4\n"), PAGE))
    assert [finding.code for finding in found].count("front-matter") == 2


@pytest.mark.parametrize("cell", ["setup", "lab"])
def test_its_machinery_is_folded(cell: str) -> None:
    notebook = build.derive_lesson(PAGE)
    tagged = [one for one in notebook["cells"] if cell in one["metadata"].get("tags", [])]
    assert tagged and all(one["metadata"]["jupyter"]["source_hidden"] for one in tagged)
