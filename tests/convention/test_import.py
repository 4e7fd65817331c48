"""Importing the user's own copy: what is read, what is refused, what is kept."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.convention import articles, official, provision, provisions
from hanoikit.convention.official import store
from hanoikit.convention.official.pages import clean_pages
from hanoikit.convention.official.parsing import parse_articles
from hanoikit.convention.official.reading import read
from hanoikit.errors import DataInvalid, HanoiKitError, TextRefused

BUDAPEST = (
    "Definitions", "Illegal access", "Illegal interception", "Data interference", "System interference",
    "Misuse of devices", "Computer-related forgery", "Computer-related fraud",
    "Offences related to child pornography",
    "Offences related to infringements of copyright and related rights",
    "Attempt and aiding or abetting", "Corporate liability", "Sanctions and measures",
    "Scope of procedural provisions", "Conditions and safeguards",
    "Expedited preservation of stored computer data",
)  # fmt: skip
CORRUPTION = (
    "Statement of purpose", "Use of terms", "Scope of application", "Protection of sovereignty",
    "Preventive anti-corruption policies and practices", "Preventive anti-corruption body or bodies",
    "Public sector", "Codes of conduct for public officials",
    "Public procurement and management of public finances", "Public reporting",
    "Measures relating to the judiciary and prosecution services", "Private sector", "Participation of society",
)  # fmt: skip


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def assert_whole(result: official.Import, layout: ModuleType) -> None:
    """Every provision of the kit is in the copy, with its own words from first to last."""
    assert [str(f) for f in result.findings] == []
    assert list(result.copy.articles) == list(range(1, 69))
    for p in provisions():
        words = result.copy.text(p.ref)
        assert words is not None, p.ref
        own = {x.ref: x.text for x in result.copy.articles[p.article].provisions}.get(p.ref)
        if own and p.ref != "17(1)(a)":  # that one stands on the line of its first point, without words
            # Whether a hyphen at a line's end belongs to the word cannot always be told.
            plain, begins = own.replace("-", ""), p.summary.replace("-", "")
            assert plain.startswith(begins), p.ref
            assert plain.endswith(tuple(text.replace("-", "") for text in layout.FILLERS)), p.ref


# what is read


@pytest.mark.parametrize("form", ["as_text", "as_paged_text", "as_html"])
def test_every_form_of_the_text_gives_the_same_articles(
    layout: ModuleType, tmp_path: Path, form: str
) -> None:
    path = write(tmp_path / "copy", getattr(layout, form)(layout.convention_document()))
    assert_whole(official.import_text(path), layout)


def test_a_typeset_pdf_gives_every_article_without_heads_page_numbers_and_footnotes(
    layout: ModuleType, official_pdf: Path
) -> None:
    pages: list[tuple[int, int]] = []
    result = official.import_text(official_pdf, progress=lambda done, total: pages.append((done, total)))
    assert_whole(result, layout)
    assert pages[-1][0] == pages[-1][1] == len(pages) > 20
    everything = "\n".join(a.text(str(n)) or "" for n, a in result.copy.articles.items())
    for furniture in (layout.JOB, "Treaty Series", "A/RES/79/243 United"):
        assert furniture not in everything


def test_numbers_that_a_web_page_leaves_to_ordered_lists_are_read(layout: ModuleType, tmp_path: Path) -> None:
    path = write(tmp_path / "copy.html", layout.as_html(layout.convention_document(), lists=True))
    result = official.import_text(path)
    # Article 57 has gaps in the kit's data, and a list cannot show gaps.
    assert [(f.code, f.provisions) for f in result.findings] == [("paragraphs-differ", ("57",))]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1"])
def test_common_encodings_are_read(layout: ModuleType, tmp_path: Path, encoding: str) -> None:
    text = layout.as_text(layout.convention_document()).replace("Denunciation", "Dénonciation", 1)
    result = official.import_text(write(tmp_path / "copy.txt", text.encode(encoding)))
    assert result.copy.articles[67].title == "Dénonciation"
    assert [(f.code, f.provisions) for f in result.findings] == [("title-differs", ("67",))]


def test_windows_line_ends_and_headings_on_one_line_are_read(layout: ModuleType, tmp_path: Path) -> None:
    document = replace(layout.convention_document(), heading="Article {number} – {title}")
    path = write(tmp_path / "copy.txt", layout.as_text(document, width=400).replace("\n", "\r\n"))
    assert_whole(official.import_text(path), layout)


def test_a_list_of_contents_before_the_text_does_no_harm(layout: ModuleType, tmp_path: Path) -> None:
    contents = "\n".join(f"Article {a.number}. {a.title} ........ {a.number + 3}" for a in articles())
    bare = "\n".join(f"Article {a.number}\n{a.title}" for a in articles())
    for front in (contents, bare):
        text = f"{front}\n\n{layout.as_text(layout.convention_document())}"
        assert_whole(official.import_text(write(tmp_path / "copy.txt", text)), layout)


def test_the_official_manner_of_breaking_lines_is_understood() -> None:
    first = """A/RES/79/243
Article 41
24/7 network
1. Each State Party shall designate, under subparagraphs (a) and
(b) of article 40 and para-
graph 2, a non-
commercial point of contact as follows:
(a) First, in accordance with article
12. Of that list;
1 See United Nations, Treaty Series, vol. 2237.
24-24333 31/45"""
    second = """A/RES/79/243
(b) (i) Second and non-commercial;
(ii) Third; and
(c) Fourth.
2. Last.
32/45 24-24333"""
    third = "A/RES/79/243\nArticle 42\nNext\nText.\n24-24333 33/45"
    article = parse_articles(clean_pages([page.splitlines() for page in (first, second, third)]))[41]
    assert article.title == "24/7 network"
    assert [p.ref for p in article.provisions] == [
        "41(1)", "41(1)(a)", "41(1)(b)", "41(1)(b)(i)", "41(1)(b)(ii)", "41(1)(c)", "41(2)",
    ]  # fmt: skip
    words = {p.ref: p.text for p in article.provisions}
    assert words["41(1)"] == (
        "Each State Party shall designate, under subparagraphs (a) and (b) of article 40 and paragraph 2, a "
        "non-commercial point of contact as follows:"
    )
    assert words["41(1)(a)"] == "First, in accordance with article 12. Of that list;"


@pytest.mark.parametrize("letters", ["abcdefghij", "abcdefghijklmnopqrstuvwx"])
def test_the_letter_i_is_told_from_the_point_i(letters: str) -> None:
    lines = ["Article 2", "Use of terms", "For the purposes of this Convention:"]
    for letter in letters:
        lines.append(f"({letter}) A term:")
        if letter in "eh":
            lines += ["(i) One;", "(ii) Two;"]
    refs = [p.ref for p in parse_articles(lines)[2].provisions]
    tops = [ref for ref in refs if ref.count("(") == 1]
    assert tops == [f"2({letter})" for letter in letters]
    assert [ref for ref in refs if ref.count("(") == 2] == ["2(e)(i)", "2(e)(ii)", "2(h)(i)", "2(h)(ii)"]


# what differs


def test_differences_are_found_and_told_apart(layout: ModuleType, tmp_path: Path) -> None:
    document = (
        layout.convention_document()
        .without(20, 51)
        .changed(23, lambda a: replace(a, provisions=(*a.provisions, ("23(4)", "A fourth paragraph."))))
        .changed(38, lambda a: replace(a, provisions=(("38(1)", "One."), ("38(2)", "Two."))))
        .changed(41, lambda a: replace(a, title="24/7 networks", provisions=a.provisions[:-1]))
        .changed(42, lambda a: replace(a, provisions=tuple(p for p in a.provisions if p[0] != "42(3)(g)")))
        .plus(layout.SomeArticle(69, "An extra article", "Text.", ()))
    )
    result = official.import_text(write(tmp_path / "copy.txt", layout.as_text(document)))
    assert [(f.code, f.provisions[0], f.severity) for f in result.findings] == [
        ("article-missing", "20", "error"),
        ("division-learned", "38", "note"),
        ("title-differs", "41", "warning"),
        ("paragraphs-differ", "41", "warning"),
        ("letters-differ", "42", "note"),
        ("article-missing", "51", "error"),
        ("article-extra", "69", "warning"),
    ]
    assert result.copy.text("23(4)") == "4. A fourth paragraph."


# what is refused


def refused(path: Path) -> TextRefused:
    with pytest.raises(TextRefused) as caught:
        official.import_text(path)
    assert caught.value.next_step and caught.value.where == str(path)
    assert official.imported() is None
    return caught.value


@pytest.mark.parametrize("form", ["as_text", "as_html"])
def test_a_truncated_text_is_refused_with_the_article_where_it_ends(
    layout: ModuleType, tmp_path: Path, form: str
) -> None:
    whole = getattr(layout, form)(layout.convention_document())
    error = refused(write(tmp_path / "cut", whole[: len(whole) // 2]))
    assert "The text ends in article" in error.what


def test_a_pdf_with_only_its_first_pages_is_refused(official_pdf: Path, tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for page in PdfReader(official_pdf).pages[:9]:
        writer.add_page(page)
    writer.write(tmp_path / "first.pdf")
    assert "The text ends in article" in refused(tmp_path / "first.pdf").what


@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_a_pdf_whose_download_broke_off_is_refused(official_pdf: Path, tmp_path: Path, share: float) -> None:
    data = official_pdf.read_bytes()
    refused(write(tmp_path / "broken.pdf", data[: int(len(data) * share)]))


def test_an_encrypted_pdf_is_refused_as_such_and_one_without_a_user_password_is_read(
    official_pdf: Path, tmp_path: Path
) -> None:
    from pypdf import PdfReader, PdfWriter

    few = PdfReader(official_pdf).pages[:3]
    for name, password in (("locked.pdf", "secret"), ("open.pdf", "")):
        writer = PdfWriter()
        for page in few:
            writer.add_page(page)
        writer.encrypt(password, "owner", algorithm="AES-256")
        writer.write(tmp_path / name)
    assert "password" in refused(tmp_path / "locked.pdf").what
    assert "Statement of purpose" in read(tmp_path / "open.pdf").lines


def test_a_scan_without_text_is_refused_as_such(tmp_path: Path) -> None:
    from PIL import Image

    pages = [Image.new("1", (400, 600), 1) for _ in range(3)]
    pages[0].save(tmp_path / "scan.pdf", save_all=True, append_images=pages[1:])
    assert "pictures of pages" in refused(tmp_path / "scan.pdf").what


@pytest.mark.parametrize(
    ("known_as", "titles", "heading", "name"),
    [
        ("Convention on Cybercrime\nETS No. 185", BUDAPEST, "Article {number} – {title}", "Budapest"),
        ("Convention against Corruption", CORRUPTION, "Article {number}\n{title}", "Corruption"),
    ],
)
def test_another_treaty_is_refused_by_its_name(
    layout: ModuleType, tmp_path: Path, known_as: str, titles: tuple[str, ...], heading: str, name: str
) -> None:
    document = layout.treaty_document(known_as, titles, heading=heading)
    assert name in refused(write(tmp_path / "other.txt", layout.as_text(document, width=400))).what
    assert name in refused(write(tmp_path / "other.html", layout.as_html(document))).what


def test_a_draft_with_other_numbers_is_refused_as_a_draft(layout: ModuleType, tmp_path: Path) -> None:
    titles = [
        "Statement of purpose",
        "Use of terms",
        "Scope of application",
        *(a.title for a in articles()[4:]),
    ]
    document = layout.treaty_document(
        "Draft text of the convention", titles, heading="Article {number}\n{title}"
    )
    assert "draft" in refused(write(tmp_path / "draft.txt", layout.as_text(document))).what


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("Spanish", "Artículo {n}\nAcceso ilícito\n1. Cada Estado parte adoptará las medidas."),
        ("Russian", "Статья {n}\nНезаконный доступ\n1. Каждое государство-участник."),
        ("Arabic", "المادة {n}\nالوصول غير المشروع"),
        ("French", "Article {n}\nAccès illicite\n1. Chaque État Partie. Les États Parties."),
    ],
)
def test_another_language_is_refused_by_its_name(tmp_path: Path, language: str, line: str) -> None:
    text = "\n".join(line.format(n=n) for n in range(1, 69))
    assert language in refused(write(tmp_path / "copy.txt", text)).what


def test_a_summary_without_articles_is_refused(tmp_path: Path) -> None:
    text = (
        "The United Nations Convention against Cybercrime has 68 articles. In article 7 it speaks of access."
    )
    assert "No articles" in refused(write(tmp_path / "news.txt", text)).what


def test_our_own_reference_page_is_not_taken_for_the_text(tmp_path: Path) -> None:
    from hanoikit.convention import reference_page

    refused(write(tmp_path / "convention.md", reference_page()))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\f\n", "empty"),
        (b"PK\x03\x04" + b"\x14" * 90, "Word"),
        (b"{\\rtf1 Article 1}", "RTF"),
        (b"\x89PNG\r\n\x1a\n" + b"\x01" * 50, "picture"),
        (b"%PDF-1.7\n", "damaged"),
        (bytes(range(256)) * 40, "no text"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_its_kind(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in refused(write(tmp_path / "file", content)).what


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in refused(tmp_path / "nothing.pdf").what
    assert "folder" in refused(tmp_path).what


@given(st.binary(max_size=400))
def test_no_bytes_at_all_make_the_import_fall_over(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "junk", data)
        with pytest.raises(TextRefused):
            official.import_text(path, folder=Path(folder))


# what is kept


def test_the_copy_is_kept_with_its_source_and_read_back(
    layout: ModuleType, tmp_path: Path, data_folder: Path
) -> None:
    path = write(tmp_path / "copy.txt", layout.as_text(layout.convention_document()))
    now = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    result = official.import_text(path, now=now)
    assert result.path == data_folder / "convention" / "official-text.json"
    assert official.imported() == result.copy
    assert (result.copy.file, result.copy.format, result.copy.imported_at) == ("copy.txt", "text", now)
    shown = result.copy.text("41(3)")
    assert shown and shown.startswith("3. The point of contact") and "\n(e) " in shown
    assert result.copy.text("41(99)") is None


def test_a_second_import_replaces_the_first_and_keeps_it_as_backup(
    layout: ModuleType, tmp_path: Path
) -> None:
    text = layout.as_text(layout.convention_document())
    first = official.import_text(write(tmp_path / "first.txt", text))
    second = official.import_text(write(tmp_path / "second.txt", text))
    assert official.imported() == second.copy
    backup = store.backup_path(official.user_data())
    backup.replace(store.copy_path(official.user_data()))
    assert official.imported() == first.copy


def test_a_refused_import_leaves_the_copy_as_it_was(layout: ModuleType, tmp_path: Path) -> None:
    text = layout.as_text(layout.convention_document())
    first = official.import_text(write(tmp_path / "first.txt", text))
    with pytest.raises(TextRefused):
        official.import_text(write(tmp_path / "cut.txt", text[:5000]))
    assert official.imported() == first.copy
    assert not store.backup_path(official.user_data()).exists()


def test_a_disk_that_fills_up_leaves_the_copy_as_it_was(
    layout: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data_folder: Path
) -> None:
    path = write(tmp_path / "first.txt", layout.as_text(layout.convention_document()))
    first = official.import_text(path)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HanoiKitError, match="No space left"):
        official.import_text(path)
    assert official.imported() == first.copy
    assert [p.name for p in (data_folder / "convention").iterdir()] == ["official-text.json"]


def test_a_damaged_stored_copy_is_reported_with_the_way_out(layout: ModuleType, tmp_path: Path) -> None:
    result = official.import_text(write(tmp_path / "c.txt", layout.as_text(layout.convention_document())))
    result.path.write_text(result.path.read_text(encoding="utf-8")[:999], encoding="utf-8")
    with pytest.raises(DataInvalid) as caught:
        official.imported()
    assert "hanoikit convention import" in str(caught.value)


def test_provision_lookup_does_not_need_the_copy(data_folder: Path) -> None:
    assert official.imported() is None
    assert provision("41(3)(e)").summary
    assert not data_folder.exists()
