"""Citations as text, HTML and Markdown; roles in text sources; the reference page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.convention import articles, cite, expand_roles, provision, provisions, reference_page
from hanoikit.errors import UnknownProvision

any_refs = st.lists(st.sampled_from([p.ref for p in provisions()]), min_size=1, max_size=4)


class Reader(HTMLParser):
    """Collects links, the text, and whether every tag is closed."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.links: list[dict[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def headings(page: str) -> list[str]:
    """Anchors as JupyterLab makes them: the heading's text with hyphens for spaces."""
    return [m[1].replace(" ", "-") for m in re.finditer(r"^#{1,6} (.+)$", page, re.MULTILINE)]


def test_a_citation_reads_as_lawyers_write_it() -> None:
    assert str(cite("41.3.e")) == "art. 41(3)(e)"
    assert str(cite("25(2), 42(8)")) == "arts 25(2), 42(8)"
    assert str(cite(41)) == "art. 41"


@given(any_refs)
def test_the_html_links_each_provision_and_tells_its_summary_to_eyes_and_ears(refs: list[str]) -> None:
    reader = Reader(cite(", ".join(refs)).html())
    assert not reader.open
    assert [link["href"] for link in reader.links] == [
        f"../reference/convention.md#Article-{provision(ref).article}" for ref in refs
    ]
    assert [link["title"] for link in reader.links] == [provision(ref).summary for ref in refs]
    for ref in refs:
        assert ref in reader.text and provision(ref).summary in reader.text


@given(any_refs)
def test_the_markdown_holds_one_whole_link_for_each_provision(refs: list[str]) -> None:
    import mistune

    rendered = Reader(str(mistune.html(cite(", ".join(refs)).markdown())))
    assert [link["title"] for link in rendered.links] == [provision(ref).summary for ref in refs]
    assert all(
        re.fullmatch(r"\.\./reference/convention\.md#Article-\d+", str(x["href"])) for x in rendered.links
    )


def test_the_place_of_the_page_can_be_changed_and_left_out() -> None:
    assert "(page.html#Article-41 " in cite("41", base="page.html").markdown()
    assert cite("41").markdown(base="") == "art. 41"
    alone = Reader(cite("41").html(base=""))
    assert not alone.links and provision("41").summary in alone.text


def test_every_citation_leads_to_a_heading_of_the_reference_page() -> None:
    anchors = headings(reference_page())
    assert len(anchors) == len(set(anchors))
    for p in provisions():
        assert p.anchor in anchors


def test_the_reference_page_shows_every_summary_and_says_that_it_is_not_the_text() -> None:
    page = reference_page()
    assert "They are not the authentic text of the Convention" in page.split("##")[0]
    for p in provisions():
        assert p.summary in page
    for a in articles():
        assert f"**{a.title}**" in page
    for word in ("checked", "reported by a source", "follows an older treaty", "from memory"):
        assert f"| **{word}** |" in page
    assert page == reference_page()


def test_roles_become_citations_and_the_rest_stays_untouched() -> None:
    text = "See {art}`41(3)(e)` and {art}`25.2, 42(8)`.\n\n| a | {art}`2(h)` |\n"
    expanded = expand_roles(text)
    assert "{art}" not in expanded
    assert expanded.startswith("See [art. 41(3)(e)](../reference/convention.md#Article-41 ")
    assert "arts [25(2)](" in expanded and expanded.endswith(" |\n")


def test_roles_in_code_are_left_alone_and_those_in_notes_are_not() -> None:
    text = (
        "Write ``{art}`41` `` in the source.\n"
        "```{code-cell} ipython3\nprint('{art}`99`')\n```\n"
        "~~~\n{art}`98`\n~~~\n"
        "````{note}\n{art}`5(2)`\n```python\n{art}`97`\n```\n````\n"
        "{art}`6(2)`\n"
    )
    expanded = expand_roles(text)
    assert "``{art}`41` ``" in expanded
    assert all(f"{{art}}`{n}`" in expanded for n in (97, 98, 99))
    assert "[art. 5(2)](" in expanded and "[art. 6(2)](" in expanded


def test_every_unknown_role_is_reported_with_its_line() -> None:
    with pytest.raises(UnknownProvision) as caught:
        expand_roles("fine {art}`41`\n\nbad {art}`69`\nworse {art}`41(3)(f)`\n", source="m05.md")
    assert caught.value.where == "m05.md, line 3"
    assert [f.where for f in caught.value.findings] == ["line 3", "line 4"]
    assert "41(3) has letters a to e." in caught.value.findings[1].message


@given(st.text(alphabet="a`{}art\n~ :1(", max_size=80))
def test_text_without_a_role_comes_back_as_it_was(text: str) -> None:
    if "{art}`" not in text:
        assert expand_roles(text) == text
