"""nbgrader's pages made the quick way are the same to the byte, whatever a hand-in's outputs hold."""

from __future__ import annotations

from typing import Any

import pytest
from nbformat import v4

from hanoikit.grading import quick_pages

CELL = (
    '<div class="cell border-box-sizing code_cell rendered" id="c{}">\n<div class="output">{}</div>\n</div>\n'
)
FRAME = (
    "<!DOCTYPE html>\n<html>\n<head><style>a > b { }</style></head>\n<body>\n  <img src='top.png'>\n<main>\n"
    '<div id="notebook" {frame}>\n<div class="container">\n{cells}</div>\n</div>\n</main>\n</body>\n</html>\n'
)
SOUND = (
    "<p>plain &amp; simple</p>",
    "<pre>  \n  </pre>  \n\n <b> </b>",
    "<img src=a.png><IMG ALT='' src=b.png><br><br/>",
    '<div class="jp-Notebook"><div class="jp-OutputArea-output">x</div></div>',
    "<script>if (a < b && c) { '</p>' }</script><style>p > b {}</style>",
    "5 < 6 & 7 &lt; 8 &nbsp; &copy &#39; ü 𝄞",
    "<!-- a comment --><textarea>\n\n</textarea><template> <i> </i> </template>",
    "<a title='\"' data-x=\"'\" hidden>x</a><td>loose</td>",
)
ODD = (
    "</div></div><p>outside",
    "<div>never closed",
    "<p>one<p>two</p>",
    "<!-- a comment that does not end",
    "<script>that does not end",
    "<b><i>crossed</b></i>",
    "<br></br>",
    "<a href='",
    '<div class="cell border-box-sizing fake">nested</div>',
    "</main>",
    "</pre>",
)


def page(*outputs: str, frame: str = "") -> str:
    cells = "".join(CELL.format(number, output) for number, output in enumerate(outputs))
    return FRAME.replace("{cells}", cells).replace("{frame}", frame)


def as_nbconvert_does(html: str) -> tuple[str, int]:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, features="html.parser")
    missing = quick_pages._improve(soup)
    return str(soup), missing


def test_the_versions_whose_pages_were_compared_are_the_ones_installed() -> None:
    from importlib import metadata

    assert {name: metadata.version(name) for name in quick_pages.COMPARED} == quick_pages.COMPARED


def test_a_page_of_sound_pieces_is_written_as_beautiful_soup_writes_it_whole() -> None:
    html = page(*SOUND)
    assert quick_pages.improved(html) == as_nbconvert_does(html)
    assert quick_pages.improved(html) == as_nbconvert_does(html)  # from what is kept as well
    assert as_nbconvert_does(html)[1] == 2


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_piece_that_does_not_stand_for_itself_never_changes_the_page(odd: str, place: int) -> None:
    outputs = ["<p>before</p>", "<p>after</p>"]
    outputs.insert(place, odd)
    html = page(*outputs)
    assert quick_pages.improved(html) in (None, as_nbconvert_does(html))


def test_a_rule_that_looks_at_what_stands_around_a_cell_sends_the_page_the_slow_way() -> None:
    assert quick_pages.improved(page("<p>x</p>", frame='class="jp-Notebook"')) is None
    assert quick_pages.improved("<html><p>no cells</p></html>") is None


def test_what_is_kept_stays_within_its_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_pages, "_MOST_KEPT", 10)
    kept = quick_pages.Kept()
    made = [kept.get(number, lambda number=number: number, lambda _made: 4) for number in range(5)]
    assert made == list(range(5)) and kept._size <= 10


def notebook(*cells: Any) -> Any:
    return v4.new_notebook(cells=list(cells), metadata={"language_info": {"name": "python"}})


@pytest.mark.slow
def test_nbconvert_makes_the_same_pages_quickly_and_is_left_as_it_was() -> None:
    import jinja2
    from nbconvert.exporters import html

    def output(text: str) -> Any:
        return v4.new_output("display_data", {"text/html": text, "text/plain": "x"})

    shared = [
        v4.new_markdown_cell("# Prompt *one*\n\n$x < y$ ![](a.png)", id="a"),
        v4.new_code_cell("ask(1)", id="b"),
    ]
    pages = [
        notebook(*shared, v4.new_code_cell("mark(1)", id="c", outputs=[output(SOUND[2]), output(SOUND[4])])),
        notebook(*shared, v4.new_code_cell("mark(1)", id="c", outputs=[output(ODD[0])])),
        notebook(
            v4.new_markdown_cell(
                "![x](attachment:p.png)", id="d", attachments={"p.png": {"image/png": "AA=="}}
            )
        ),
    ]

    def made() -> list[str]:
        return [html.HTMLExporter(template_name="classic").from_notebook_node(one)[0] for one in pages]

    before = jinja2.Environment.compile, html.BeautifulSoup, html.HTMLExporter.markdown2html
    slow = made()
    with quick_pages.quick():
        assert made() == slow
    assert (jinja2.Environment.compile, html.BeautifulSoup, html.HTMLExporter.markdown2html) == before
