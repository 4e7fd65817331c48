"""The tables of the safeguards room: every rule cites what exists, and every case file is in form."""

import json

import pytest

from hanoikit import convention, resources
from hanoikit.errors import DataInvalid, UsageError
from hanoikit.safeguards import case_file, case_files, gates, review, validate
from hanoikit.safeguards.case_files import made
from hanoikit.safeguards.grounds import APPLIES_TO, open_grounds
from hanoikit.safeguards.model import KINDS, CaseFile
from hanoikit.safeguards.tables import (
    allowance,
    aspects,
    conditions,
    data_classes,
    load,
    part_rules,
    rules,
    sign_rule,
)

FILES = resources.assets() / "safeguards" / "files"
EFFECTS = {"fail", "condition", "ask", "sign", "postpone", "note"}


def raw(name: str) -> dict:
    return json.loads((FILES / f"{name}.json").read_text(encoding="utf-8"))


def test_every_provision_and_ground_that_a_table_names_is_one_of_the_convention():
    every = [*rules(), *part_rules().values(), sign_rule().together, sign_rule().alone]
    known = {one.ref for one in convention.refusal_grounds()}
    for rule in every:
        assert rule.provisions, rule.id
        assert set(rule.grounds) <= known, rule.id
        for ref in rule.provisions:
            convention.provision(ref)
    for one in (*gates(), *conditions().values(), *data_classes().values()):
        assert one.provisions, one.id
        for ref in one.provisions:
            convention.provision(ref)


def test_every_rule_speaks_of_a_value_that_its_aspect_can_have_and_says_what_follows():
    assert len({rule.id for rule in rules()}) == len(rules())
    for rule in rules():
        assert rule.effect in EFFECTS, rule.id
        assert rule.value in (*aspects()[rule.aspect].values, "unknown"), rule.id
        assert rule.effect != "condition" or (rule.condition in conditions() and rule.grounds), rule.id
        assert rule.effect != "ask" or rule.ask, rule.id
        assert rule.kinds <= set(KINDS), rule.id
        assert rule.classes <= set(data_classes()), rule.id
        if rule.effect in ("fail", "condition"):
            for kind in (rule.kinds or set(KINDS)) - {"measure"}:
                # Where no ground is open the rule must be unable to refuse, and have the words for that.
                assert set(rule.grounds) & open_grounds(kind) or rule.otherwise, (rule.id, kind)


def test_a_condition_that_no_rule_uses_does_not_exist():
    assert {rule.condition for rule in rules() if rule.condition} == set(conditions())


def test_what_a_case_can_carry_grows_with_the_stakes_and_with_the_need():
    order = aspects()["stakes"].values
    table = [[allowance(stakes, weight) for weight in (1, 2, 3)] for stakes in order]
    assert all(row == sorted(row) for row in table)
    assert all(list(column) == sorted(column) for column in zip(*table, strict=True))


def test_the_more_a_class_of_data_tells_the_more_it_weighs():
    points = {name: one.points for name, one in data_classes().items()}
    assert points["preserved"] < points["subscriber"] < points["traffic"] < points["content"]
    assert points["traffic"] < points["live-traffic"] and points["content"] < points["live-content"]


def test_every_kind_of_request_can_be_refused_for_persecution_and_preservation_for_little_else():
    for kind in set(APPLIES_TO) - {"measure"}:
        assert {"40(22)", "37(15)"} & open_grounds(kind), kind
    assert open_grounds("preservation") == {"40(21)(b)", "40(21)(c)", "40(22)", "42(5)"}
    assert open_grounds("disclosure") == {"40(21)(b)", "40(21)(c)", "40(22)"}


@pytest.mark.parametrize("name", case_files())
def test_a_case_file_is_in_form_and_every_variant_of_it_can_be_reviewed(name):
    assert [str(one) for one in validate(raw(name))] == []
    for seed in (None, *range(8)):
        file = case_file(name, seed=seed)
        assert file == case_file(name, seed=seed)
        assert CaseFile.from_dict(file.as_dict(), seed=seed) == file
        assert review(file).outcome
        assert "{" not in " ".join([file.story, *(one.text for one in file.facts)])


def test_a_seed_changes_names_dates_and_the_fact_that_matters():
    drawn = [case_file("night-shift", seed=seed) for seed in range(12)]
    assert len({one.story for one in drawn}) > 1
    assert len({one.date for one in drawn}) > 1
    assert len({review(one).outcome for one in drawn}) > 1
    assert case_file("night-shift").date == "2026-05-04"


def test_the_faults_of_a_case_file_are_all_named_at_once():
    entry = raw("night-shift")
    entry["parts"][0]["answers"] = ["whom"]
    entry["facts"][0]["says"] = [{"aspect": "stakes", "value": "huge"}, {"aspect": "mood", "value": "yes"}]
    entry["facts"][1]["says"].append({"aspect": "people", "value": "one", "part": "z"})
    del entry["facts"][3]["otherwise"]
    entry["story"] += " {nobody}"
    del entry["variants"]["pivots"]
    codes = [one.code for one in validate(entry)]
    assert sorted(codes) == ["aspect", "need", "otherwise", "part", "value", "words"]
    del entry["lesson"]
    assert [one.code for one in validate(entry)] == ["schema"]


def test_an_unknown_file_fact_or_part_is_named_with_what_there_is():
    with pytest.raises(UsageError, match="night-shift"):
        case_file("nothing")
    with pytest.raises(UsageError, match="1, 2, 3"):
        case_file("night-shift").fact(99)
    with pytest.raises(UsageError, match="a, b, c, d"):
        case_file("night-shift").part("q")
    with pytest.raises(DataInvalid):
        made({"id": "broken"})


def test_the_schema_is_a_schema_and_the_tables_are_json():
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(load("case-file.schema"))
    with pytest.raises(DataInvalid):
        load("no-such-table")
