"""The files of the readiness room: each fits its schema, cites what exists, and names only what is there."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest

from hanoikit import convention, readiness, resources
from hanoikit.errors import DataInvalid
from hanoikit.readiness import figures, infrastructure
from hanoikit.readiness.tables import SIDES, areas, read

FOLDER = resources.assets() / "readiness"
SCHEMAS = {"XE": "assessment"}


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "schema"))
def test_every_file_fits_its_schema(name):
    schema = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    rules = {"$ref": f"#/$defs/{SCHEMAS.get(name, name)}", "$defs": schema["$defs"]}
    jsonschema.Draft202012Validator.check_schema(schema)
    assert not list(jsonschema.Draft202012Validator(rules).iter_errors(read(name)))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**read(name), "title ": 1, "state": 1}, rules)


def test_every_question_measure_and_offer_cites_provisions_that_exist():
    for one in (
        *readiness.questions().values(),
        *readiness.measures().values(),
        *readiness.offers().values(),
    ):
        assert one.provisions
        for reference in one.provisions:
            assert convention.provision(reference).summary, reference
    for offer in readiness.offers().values():
        assert all(convention.provision(reference) for reference in offer.against)
        assert bool(offer.against) == bool(offer.why)


def test_measures_close_every_question_and_name_only_what_is_there():
    known, asked = readiness.measures(), readiness.questions()
    best = {name: max(one.raises.get(name, 0) for one in known.values()) for name in asked}
    assert {name for name, level in best.items() if level < 3} == {"ships"}, "what Elvaria has already"
    assert readiness.elvaria().answers["ships"] == 3
    for one in known.values():
        assert set(one.raises) <= set(asked)
        assert set(one.needs) | set(one.guards) <= set(known) - {one.id}
        assert set(one.balance) == set(SIDES)
    assert set(readiness.elvaria().answers) == set(asked)
    assert {one.area for one in asked.values()} == set(areas())
    for offer in readiness.offers().values():
        assert set(offer.measures) <= set(known)


def test_what_costs_rights_has_its_guard_among_what_it_needs():
    costly = [one for one in readiness.measures().values() if one.balance["rights"].effect == "-"]
    assert len(costly) >= 4
    for one in costly:
        assert one.guards and set(one.guards) <= set(one.needs), one.id


def test_every_cost_is_said_to_be_assumed_and_every_figure_to_be_sourced_under_a_licence():
    assert read("measures")["status"] == read("assistance")["status"] == "assumed"
    for one in figures.tables().values():
        assert one.licence.startswith("CC-BY") and one.licence in one.source and one.cautions


def test_the_figures_are_those_that_were_read_in_the_source():
    rows = {row.key: tuple(row.values.values()) for row in figures.table("cross-border").rows}
    assert rows == {"2021": (18, 0), "2022": (18, 1), "2023": (30, 1), "2024": (42, 20), "2025": (92, 22)}
    assert figures.table("domestic").rows[0].values == {"received": 385, "disclosed": 362}
    assert [row.values["received"] for row in figures.table("telegram").rows] == [4, 6, 210, 673]


def test_an_assessment_that_does_not_fit_is_refused_with_every_finding():
    good = read("XE")
    with pytest.raises(DataInvalid) as caught:
        readiness.from_json({**good, "answers": {**good["answers"], "images": 4}, "day": 3})
    assert len(caught.value.findings) == 2
    with pytest.raises(DataInvalid) as caught:
        readiness.from_json({**good, "answers": {"coffee": 3}})
    assert [one.where for one in caught.value.findings] == ["coffee"]
    with pytest.raises(DataInvalid):
        readiness.from_json({**good, "day": "2026-02-30"})


def test_claims_have_a_verdict_of_the_list_and_every_verdict_occurs():
    verdicts = {one.verdict for one in figures.claims().values()}
    assert verdicts == set(read("claims")["verdicts"])
    assert len(figures.claims()) == 8
    for one in figures.claims().values():
        assert re.search(r"\w{4}", one.right) and one.check.endswith((".", "?"))


def test_acts_and_systems_of_the_register_belong_together():
    assert {one.system for one in infrastructure.acts().values()} <= set(infrastructure.systems())
    for one in infrastructure.systems().values():
        assert set(one.needs) <= set(infrastructure.systems()) - {one.id}
