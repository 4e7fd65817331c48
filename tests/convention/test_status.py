"""The dated status that the kit ships: what the sources support, nothing more, and the day beside every figure."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit import convention, resources
from hanoikit.convention import status as room
from hanoikit.convention.status import naming
from hanoikit.convention.status.model import Instrument, KnownTo, Participant
from hanoikit.convention.status.table import from_data
from hanoikit.errors import DataInvalid

FIRST, LAST = date(2025, 10, 25), date(2025, 10, 26)
DAYS = st.dates(date(2025, 10, 1), date(2027, 12, 31))


@pytest.fixture(scope="module")
def table() -> room.StatusTable:
    return room.shipped()


@pytest.mark.parametrize("name", ["status", "states"])
def test_the_data_fit_their_schema(name):
    schema = naming.load("schema")
    validator = jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{name}"})
    assert [error.message for error in validator.iter_errors(naming.load(name))] == []


def test_every_mark_names_a_source_that_is_listed(table):
    listed = {source.id for source in table.sources}
    marks = [
        mark
        for holder in (*table.participants, *table.statements, *table.counts_reported, *table.unnamed)
        for mark in holder.marks
    ] + [mark for one in table.participants if one.instrument for mark in one.instrument.marks]
    for mark in marks:
        match = re.fullmatch(r"[VC]-(S\d+)[bc]?", mark)
        assert match and match[1] in listed, mark
    assert all(one.marks for one in table.participants)


def test_sources_that_the_convention_room_also_has_are_the_same_there(table):
    known = convention.sources()
    shared = [
        source
        for source in table.sources
        if source.id in known and source.address and known[source.id].address
    ]
    assert len(shared) >= 5
    for source in shared:
        theirs = known[source.id].address
        assert source.address.split("/")[2] == theirs.split("/")[2], source.id


def test_the_closing_count_is_seventy_two_and_told_apart_from_day_one(table):
    closing = table.counts(LAST)
    assert (closing.signatories, closing.states) == (room.Range(72, 72), room.Range(71, 71))
    opening = table.counts(FIRST)
    assert not opening.signatories.exact
    assert opening.signatories.least <= 64 < 65 <= opening.signatories.most
    published = {(one.day, one.signatories) for one in table.counts_reported if one.signatories}
    assert {(FIRST, 64), (FIRST, 65), (LAST, 72)} <= published


def test_the_seventy_two_are_seventy_members_palestine_and_the_european_union(table):
    kinds = [one.kind for one in table.participants if one.signed and one.signed.certainly_by(LAST)]
    assert (kinds.count("member"), kinds.count("observer"), kinds.count("organisation")) == (70, 1, 1)
    assert table.standing("PS", LAST) == table.standing("EU", LAST) == "signed"


def test_every_published_count_lies_within_what_the_names_give(table):
    for one in table.counts_reported:
        counts = table.counts(one.day)
        found = counts.signatories if one.signatories is not None else counts.instruments
        assert found.least <= (one.signatories or one.instruments) <= found.most, one


def test_the_names_are_those_of_the_january_list_and_one_later(table):
    january = table.counts(date(2026, 1, 31)).signatories
    assert january == room.Range(74, 74)
    later = [one.code for one in table.participants if one.signed and one.signed.earliest > date(2026, 1, 31)]
    assert later == ["CA"]
    assert sum(one.signatories for one in table.unnamed) == 2


@pytest.mark.parametrize("code", ["US", "NZ", "JP", "MX", "IN", "IL", "DE", "IT", "NL", "UA"])
def test_a_state_that_the_sources_do_not_list_has_no_line(table, code):
    assert code in room.names()
    assert table.participant(code) is None
    assert table.standing(code, date(2026, 11, 21)) == "neither"


def test_three_instruments_are_reported_and_none_is_called_confirmed(table):
    reported = {one.code: one.instrument for one in table.deposits()}
    assert sorted(reported) == ["AZ", "QA", "VN"]
    for instrument in reported.values():
        assert not instrument.confirmed and not instrument.when.exact and instrument.note
        assert instrument.when.latest <= date(2026, 5, 21)


def test_reservations_stand_with_their_provisions_and_these_exist(table):
    assert {one.code for one in table.statements} == {"AZ", "QA"}
    for statement in table.statements:
        for reference in statement.provisions:
            assert convention.provision(reference)
    assert {ref for one in table.statements if one.code == "QA" for ref in one.provisions} == {
        "14",
        "15",
        "16",
        "63",
    }


def test_the_table_does_not_say_that_the_convention_is_in_force(table):
    found = room.entry_into_force(room.deposits_of(table))
    assert (found.counted, found.missing, found.on) == (3, 37, None)


def test_the_day_of_the_table_is_the_oldest_of_its_parts(table):
    assert table.as_of == min(table.known_to.signatures, table.known_to.instruments, table.known_to.in_force)
    assert not table.counts(table.as_of + timedelta(days=1)).settled
    assert table.counts(table.as_of).settled


@pytest.mark.parametrize(("days", "stale"), [(0, False), (90, False), (91, True), (400, True), (-30, False)])
def test_the_banner_speaks_up_after_ninety_days(table, days, stale):
    found = room.banner(table, today=table.as_of + timedelta(days=days))
    assert found.stale is stale
    assert ("Treaty Collection" in found.text) is stale
    assert "21 May 2026" in found.text
    assert found.age == max(0, days)


@given(DAYS, st.integers(0, 400))
def test_counts_never_fall_as_days_go_by(day, days):
    table = room.shipped()
    before, after = table.counts(day), table.counts(day + timedelta(days=days))
    for name in ("signatories", "states", "instruments", "toward_forty"):
        one, other = getattr(before, name), getattr(after, name)
        assert one.least <= other.least and one.most <= other.most and one.least <= one.most


@given(DAYS)
def test_nobody_counts_as_ratified_or_signed_before_it_is_certain(day):
    table = room.shipped()
    counts = table.counts(day)
    standings = [one.standing(day) for one in table.participants]
    assert standings.count("ratified") == counts.instruments.least
    signed = sum(bool(one.signed and one.signed.certainly_by(day)) for one in table.participants)
    named_only = sum(one.signatories for one in table.unnamed if one.when.certainly_by(day))
    assert signed == counts.signatories.least - named_only


@given(DAYS)
def test_the_table_up_to_a_day_holds_nothing_later_and_counts_the_same(day):
    table = room.shipped()
    cut = table.up_to(day)
    assert cut.counts(day) == table.counts(day) or not table.counts(day).settled
    for one in cut.participants:
        assert one.signed is None or one.signed.earliest <= day
        assert one.instrument is None or one.instrument.when.earliest <= day
    assert cut.as_of <= day


def test_status_of_an_earlier_day_leaves_out_what_came_later():
    assert room.status(LAST).counts(date(2026, 11, 21)).signatories == room.Range(72, 72)
    assert room.status(LAST).participant("CA") is None


def test_a_table_survives_the_way_to_a_file_and_back(table):
    assert from_data(json.loads(json.dumps(room.as_data(table)))) == table
    assert room.as_data(table)["participants"] == naming.load("status")["participants"]


@pytest.mark.parametrize(
    "change",
    [
        {"format_version": 2},
        {"participants": [{"code": "QQ", "marks": []}]},
        {"treaty": {}},
        {"known_to": None},
    ],
    ids=["format", "code", "treaty", "days"],
)
def test_what_is_no_status_table_is_refused(table, change):
    with pytest.raises(DataInvalid, match="no status table"):
        from_data({**room.as_data(table), **change})


def test_the_list_of_states_has_the_members_of_the_united_nations_in_five_regions():
    names = room.names()
    assert sum(one.kind == "member" for one in names.values()) == 193
    assert {one.region for one in names.values()} == set(room.REGIONS)
    assert list(names) == sorted(names)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Côte d'Ivoire", "CI"),
        ("COTE D’IVOIRE", "CI"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Czech Republic", "CZ"),
        ("Bolivia (Plurinational State of)", "BO"),
        ("Netherlands (Kingdom of the)<superscript>4,5</superscript>", "NL"),
        ("  Viet \u00a0 Nam ", "VN"),
        ("Congo", "CG"),
        ("Democratic Republic of the Congo", "CD"),
        ("European Union", "EU"),
        ("Republic", None),
        ("", None),
    ],
)
def test_names_are_known_in_the_spellings_of_the_depositary(written, code):
    assert room.code_of(written) == code


def test_no_name_and_no_alias_means_two_states():
    written = [text for one in room.names().values() for text in (one.name, *one.aliases)]
    keys = [naming._key(text) for text in written]
    assert len(keys) == len(set(keys))


def test_a_when_that_ends_before_it_begins_cannot_be_made():
    with pytest.raises(ValueError, match="before"):
        room.When(LAST, FIRST)


def test_an_accession_without_a_signature_counts_as_an_instrument(table):
    joined = Participant(
        "CH", "Switzerland", "Europe", "member", None, Instrument("accession", room.When.on(LAST), True)
    )
    made = room.StatusTable(
        (joined,), KnownTo(LAST, LAST, LAST), table.origin, table.adopted, table.opened, table.closes
    )
    counts = made.counts(LAST)
    assert (counts.signatories.least, counts.toward_forty.least) == (0, 1)
    assert made.standing("CH", LAST) == "ratified"


# the shapes of the world


@pytest.fixture(scope="module")
def world() -> dict:
    return json.loads((resources.assets() / "maps" / "world.json").read_text(encoding="utf-8"))


def test_every_participant_but_an_organisation_is_on_the_map_once(world):
    drawn, marked = set(world["shapes"]), set(world["points"])
    assert drawn.isdisjoint(marked)
    for code, one in room.names().items():
        assert (code in drawn | marked) is (one.kind != "organisation"), code


def test_shapes_are_closed_rings_of_rounded_degrees_in_a_small_file(world):
    size = (resources.assets() / "maps" / "world.json").stat().st_size
    assert size < 400_000
    for code, rings in world["shapes"].items():
        for ring in rings:
            xs, ys = ring[::2], ring[1::2]
            assert len(xs) == len(ys) >= 4, code
            assert (xs[0], ys[0]) == (xs[-1], ys[-1]), code
            assert all(-180 <= x <= 191 for x in xs) and all(-60 <= y <= 84 for y in ys), code
            assert max(xs) - min(xs) < 165, code
            assert all(round(value, 1) == value for value in ring), code


def _build():
    import importlib.util

    path = resources.assets() / "maps" / "build.py"
    spec = importlib.util.spec_from_file_location("hanoikit_maps_build", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_file_names_the_package_and_version_that_the_script_builds_from(world):
    build = _build()
    assert f"{build.PACKAGE} {build.VERSION} (npm)" in world["source"]
    assert build.as_text(world) == (resources.assets() / "maps" / "world.json").read_text(encoding="utf-8")


def test_topojson_is_decoded_with_shared_arcs_holes_and_reversed_arcs():
    build = _build()
    topology = {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": [
            [[0, 0], [10, 0]],
            [[10, 0], [0, 10], [-10, 0], [0, -10]],
            [[2, 2], [1, 0], [0, 1], [-1, -1]],
        ],
    }
    arcs = build.decode_arcs(topology)
    assert arcs[1] == [(10, 0), (10, 10), (0, 10), (0, 0)]
    ring, hole = build.rings_of({"type": "Polygon", "arcs": [[0, 1], [2]]}, arcs)
    assert ring == [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]
    assert hole[0] == hole[-1] == (2, 2)
    assert build.rings_of({"type": "Polygon", "arcs": [[-1]]}, arcs)[0] == [(10, 0), (0, 0)]


def test_thinning_keeps_the_ends_and_leaves_out_only_what_is_near_the_line():
    build = _build()
    line = [(0.0, 0.0), (1.0, 0.05), (2.0, 0.0), (3.0, 2.0), (4.0, 0.0)]
    assert build.thin(line, 0.2) == [(0.0, 0.0), (2.0, 0.0), (3.0, 2.0), (4.0, 0.0)]


def test_a_ring_across_the_date_line_runs_on_beyond_180():
    build = _build()
    ring = [(179.0, 60.0), (-179.0, 61.0), (-178.0, 62.0), (178.0, 61.0), (179.0, 60.0)]
    assert [x for x, _y in build.unwrapped(ring)] == [179.0, 181.0, 182.0, 178.0, 179.0]
    assert min(x for x, _y in build.unwrapped([(-175.0, 1.0), (-174.0, 2.0), (-175.0, 2.0)])) == 185.0
