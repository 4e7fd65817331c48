"""References, lookup, search and the data behind them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.convention import (
    article,
    articles,
    chapters,
    contested_points,
    offences,
    open_points,
    powers,
    provision,
    provisions,
    reference,
    refusal_grounds,
    reservations,
    search,
    sources,
    terms,
    treaties,
    validate_data,
    validation,
)
from hanoikit.errors import UnknownProvision

REFS = [p.ref for p in provisions()]
any_ref = st.sampled_from(REFS)


def dotted(ref: str) -> str:
    return ref.replace("(", ".").replace(")", "")


def test_the_data_are_sound() -> None:
    assert [str(finding) for finding in validate_data()] == []


@pytest.mark.parametrize(
    ("file", "spoil", "code"),
    [
        ("articles", lambda d: d[40]["provisions"].pop(0), "order"),
        ("articles", lambda d: d[40]["provisions"][2].update(ref="41(9)"), "order"),
        ("articles", lambda d: d[40]["counterparts"].update(budapest=["49"]), "counterpart"),
        ("articles", lambda d: d[0].update(marks=["V-S999"]), "mark"),
        ("articles", lambda d: d[0].pop("summary"), "schema"),
        (
            "articles",
            lambda d: d[37]["provisions"].append({"ref": "38(1)", "summary": "Made up."}),
            "division",
        ),
        ("articles", lambda d: d[41].update(parents=["Budapest 49"]), "parent"),
        ("refusals", lambda d: d[0].update(ref="40(33)"), "reference"),
        ("refusals", lambda d: d[0].update(effect="perhaps"), "schema"),
        ("points", lambda d: d["contested"][0].update(sources=["S999"]), "source"),
        ("framework", lambda d: d["chapters"][0].update(last=5), "chapters"),
    ],
)
def test_a_fault_in_the_data_is_found(monkeypatch: pytest.MonkeyPatch, file, spoil, code) -> None:
    content = {name: validation.load(name) for name in (*validation.FILES, "schema")}
    spoil(content[file])
    monkeypatch.setattr(validation, "load", content.__getitem__)
    assert code in {finding.code for finding in validate_data()}


def test_the_articles_are_1_to_68_in_nine_chapters() -> None:
    assert [a.number for a in articles()] == list(range(1, 69))
    assert [(c.first, c.last) for c in chapters()] == [
        (1, 6), (7, 21), (22, 22), (23, 34), (35, 52), (53, 53), (54, 56), (57, 58), (59, 68),
    ]  # fmt: skip


@given(any_ref)
def test_every_reference_is_read_back_in_every_notation(ref: str) -> None:
    article_number, below = reference.parts(ref)
    assert reference.join(article_number, below) == ref
    for written in (ref, dotted(ref), f"art. {ref}", f"Article {ref.replace('(', ' (')}", f" {ref.upper()} "):
        assert reference.parse(written) == ref
        assert provision(written).ref == ref


@given(any_ref)
def test_every_provision_hangs_together_with_what_is_above_and_below(ref: str) -> None:
    found = provision(ref)
    above = reference.parent(ref)
    assert above is None or ref in provision(above).children
    assert all(reference.parent(child) == ref for child in found.children)
    assert found.article == article(found.article).number and found.title == article(found.article).title


@given(any_ref)
def test_every_provision_carries_a_mark_and_a_source_or_admits_that_it_is_from_memory(ref: str) -> None:
    found = provision(ref)
    assert found.marks and found.mark
    if found.confidence in ("verified", "corroborated"):
        assert found.sources
    for source in found.sources:
        assert source in sources() or source.split()[0] in {t.short for t in treaties()}


def test_articles_1_to_15_are_verified_and_only_memory_backs_most_of_the_rest() -> None:
    assert all(article(n).confidence == "verified" for n in range(1, 16))
    assert provision("65(1)").confidence == "verified"
    assert {article(n).confidence for n in (42, 53, 16)} == {"parent text", "memory", "corroborated"}


def test_every_counterpart_lies_inside_the_other_treaty() -> None:
    last = {t.id: t.articles for t in treaties()}
    assert (last["budapest"], last["untoc"], last["uncac"]) == (48, 41, 71)
    for a in articles():
        for treaty, numbers in a.counterparts.items():
            assert all(1 <= reference.parts(n)[0] <= last[treaty] for n in numbers), (a.number, treaty)


@given(st.text(max_size=20))
def test_any_text_is_either_a_provision_or_refused_with_advice(text: str) -> None:
    try:
        found = provision(text)
    except UnknownProvision as error:
        assert error.next_step
    else:
        assert found.ref in REFS


@given(any_ref, st.sampled_from(["z", "99", "xv"]))
def test_a_provision_below_a_known_one_that_does_not_exist_names_the_nearest(ref: str, name: str) -> None:
    with pytest.raises(UnknownProvision) as caught:
        provision(f"{ref}({name})")
    assert caught.value.next_step and str(reference.parts(ref)[0]) in caught.value.next_step


@pytest.mark.parametrize(
    ("ref", "advice"),
    [
        ("41(3)(f)", "41(3) has letters a to e."),
        ("41(7)", "Article 41 has paragraphs 1 to 6."),
        ("69", "The Convention has articles 1 to 68."),
        ("0", "The Convention has articles 1 to 68."),
        ("38(1)", "How article 38 is divided is not known; cite 38."),
        ("57(4)", "Article 57 has paragraphs 1, 2, 3, 5, 6 and 8. The rest of its division is not known."),
        ("2(f)(iv)", "2(f) has points i, ii and iii."),
        ("2(p)", "Article 2 has letters a to o."),
        ("10(1)", "Cite 10; the kit knows no division of it."),
        ("forty-one", "Write article, paragraph and letter like 41(3)(e) or 41.3.e."),
    ],
)
def test_an_unknown_provision_is_told_what_exists(ref: str, advice: str) -> None:
    with pytest.raises(UnknownProvision) as caught:
        provision(ref)
    assert caught.value.next_step == advice


def test_what_may_exist_is_not_denied() -> None:
    with pytest.raises(UnknownProvision, match="The kit does not know"):
        provision("23(4)")
    with pytest.raises(UnknownProvision, match="The Convention has no provision"):
        provision("41(3)(f)")


def test_lists_and_ranges_of_references_are_read() -> None:
    assert reference.parse_many("25(2), 42.8; art. 2(h)") == ("25(2)", "42(8)", "2(h)")
    assert reference.parse_many("57-60") == ("57", "58", "59", "60")
    assert reference.parse_many("40(13)-(14), 41(3)(a)–(c)") == (
        "40(13)", "40(14)", "41(3)(a)", "41(3)(b)", "41(3)(c)",
    )  # fmt: skip
    with pytest.raises(UnknownProvision):
        reference.parse_many("60-57")


def test_the_two_clocks_are_kept_apart() -> None:
    assert "90 days" in provision("25(2)").summary and "60" not in provision("25(2)").summary
    assert "60 days" in provision("42(8)").summary and "90" not in provision("42(8)").summary
    assert next(p for p in powers() if p.ref == "25").clock_days == 90


def test_the_fifteen_terms_point_to_the_letters_of_article_2() -> None:
    assert [t.ref for t in terms()] == [f"2({letter})" for letter in "abcdefghijklmno"]
    assert all(t.definition for t in terms())
    assert provision("41(3)(e)").terms == ("electronic data", "emergency")


def test_the_offences_are_articles_7_to_17_and_grooming_needs_no_absence_of_right() -> None:
    assert [o.article for o in offences()] == list(range(7, 18))
    by_article = {o.article: o for o in offences()}
    assert all(by_article[n].without_right for n in range(7, 15))
    assert not by_article[15].without_right
    assert {clause.ref for clause in by_article[7].optional} == {"7(2)"}
    assert [clause.ref for clause in by_article[11].reservations] == ["11(3)"]


def test_no_political_offence_ground_is_listed_and_preservation_has_a_closed_list() -> None:
    grounds = refusal_grounds()
    assert not [g for g in grounds if "political offence" in (g.name + g.text).lower()]
    for_preservation = {
        g.ref for g in grounds if "preservation" in g.applies_to and g.effect in ("may refuse", "no duty")
    }
    assert for_preservation == {"40(21)(b)", "40(21)(c)", "40(22)", "42(5)"}
    assert {"40(23)", "40(24)", "37(16)", "42(4)"} == {g.ref for g in grounds if g.effect == "not a ground"}


def test_the_debate_has_ten_points_with_both_sides_and_the_doubts_are_told() -> None:
    assert len(contested_points()) == 10
    assert all(p.concern and p.answer and p.provisions and p.sources for p in contested_points())
    assert len(open_points()) == 12
    assert [r.ref for r in reservations()] == ["11(3)", "23(3)", "42(5)", "63(3)"]


@given(any_ref)
def test_a_search_for_a_number_begins_with_that_provision(ref: str) -> None:
    for written in (ref, dotted(ref)):
        assert search(written)[0].ref == ref


@given(st.integers(1, 68))
def test_a_search_for_the_whole_title_finds_the_article_first(number: int) -> None:
    same_title_words = search(article(number).title)
    assert same_title_words[0].provision.article == number or same_title_words[0].score == next(
        hit.score for hit in same_title_words if hit.ref == str(number)
    )


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("preservation", "25"), ("PRÉSERVATION", "25"), ("24/7", "41"), ("serious crime", "2(h)"),
        ("bank secrecy", "31(7)"), ("virtual assets", "2(i)"), ("90 days", "25(2)"), ("grooming", "15"),
    ],
)  # fmt: skip
def test_a_search_finds_what_a_desk_officer_looks_for(query: str, first: str) -> None:
    assert search(query)[0].ref == first


@given(st.text(max_size=30))
def test_a_search_for_anything_ends_in_a_sorted_list(query: str) -> None:
    scores = [hit.score for hit in search(query)]
    assert scores == sorted(scores, reverse=True)


def test_a_search_for_nothing_or_nonsense_is_empty() -> None:
    assert search("") == search("  the of ") == search("xyzzy") == []
