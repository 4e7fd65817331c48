"""The perceptual hash: it is the one that other programs make, and it sees and misses what it should."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from hanoikit.errors import UsageError
from hanoikit.victims import (
    ALTERATIONS,
    PLACEMENTS,
    HashService,
    altered,
    dihedral_hashes,
    distance,
    drawing,
    flat,
    hashes_for,
    perceptual_hash,
    setting,
    setting_source,
    twin,
)

VECTORS = json.loads((Path(__file__).parent / "data" / "pdq-vectors.json").read_text(encoding="utf-8"))
SEEDS = range(1, 9)


def patch(width: int, height: int, a: int, b: int, c: int) -> Image.Image:
    """A picture from whole-number arithmetic, the same with every version of every library."""
    made = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            round_one = (x - a) ** 2 + (y - b) ** 2 < c * c
            made.putpixel(
                (x, y), ((x * a) // 40 % 256, 230 if round_one else (y * b) // 50 % 256, (x * y) // c % 256)
            )
    return made


@cache
def hashed(seed: int, alteration: str = "copy"):
    return perceptual_hash(altered(drawing(seed), alteration))


@pytest.mark.parametrize("vector", VECTORS["pictures"], ids=lambda one: "-".join(map(str, one["patch"])))
def test_hash_quality_and_all_placements_are_those_of_the_compiled_bindings(vector):
    picture = patch(*vector["patch"])
    found = perceptual_hash(picture)
    assert (found.bits, found.quality) == (vector["bits"], vector["quality"])
    ours = {one.bits for one in dihedral_hashes(picture).values()}
    assert ours == set(vector["dihedral"]) and len(ours) == len(PLACEMENTS) == 8


def test_a_hash_has_as_many_ones_as_zeros_and_the_same_drawing_the_same_hash():
    for seed in SEEDS:
        assert int(hashed(seed).bits, 16).bit_count() == 128
        assert perceptual_hash(drawing(seed)) == hashed(seed)
    assert len({hashed(seed).bits for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("alteration", ["copy", "resize", "recompress", "grey"])
def test_harmless_changes_stay_within_the_threshold(alteration):
    for seed in SEEDS:
        assert distance(hashed(seed).bits, hashed(seed, alteration).bits) <= setting("threshold"), seed


@pytest.mark.parametrize("alteration", ["mirror", "quarter-turn", "crop-25", "border"])
def test_mirroring_turning_deep_cropping_and_borders_are_missed(alteration):
    for seed in SEEDS:
        assert distance(hashed(seed).bits, hashed(seed, alteration).bits) > 80, seed


def test_the_eight_placements_find_mirrored_and_turned_copies_but_no_cropped_ones():
    expected = {"mirror": "mirrored", "quarter-turn": "quarter-left"}
    for seed in SEEDS:
        service = HashService()
        service.report(hashes_for(drawing(seed), placements=True), age="adult")
        for alteration, placement in expected.items():
            (match,) = service.look(altered(drawing(seed), alteration))
            assert (match.placement, match.distance <= 31) == (placement, True)
        assert service.look(altered(drawing(seed), "crop-25")) == ()


def test_each_placement_is_the_hash_of_the_picture_laid_that_way():
    picture = drawing(5)
    laid = {
        "as-is": picture,
        "mirrored": ImageOps.mirror(picture),
        "upside-down": ImageOps.flip(picture),
        "half-turn": picture.transpose(Image.Transpose.ROTATE_180),
        "transposed": picture.transpose(Image.Transpose.TRANSPOSE),
        "quarter-left": picture.transpose(Image.Transpose.ROTATE_90),
        "quarter-right": picture.transpose(Image.Transpose.ROTATE_270),
        "anti-transposed": picture.transpose(Image.Transpose.TRANSVERSE),
    }
    found = dihedral_hashes(picture)
    assert tuple(found) == PLACEMENTS
    for name, one in laid.items():
        near = {other: distance(perceptual_hash(one).bits, made.bits) for other, made in found.items()}
        assert min(near, key=near.get) == name and near[name] <= 31


def test_other_drawings_are_far_away_and_a_twin_is_a_false_match():
    everyone = [hashed(seed).bits for seed in SEEDS]
    assert min(distance(a, b) for n, a in enumerate(everyone) for b in everyone[:n]) > 60
    service = HashService()
    service.report(hashed(3), age="adult")
    assert [match.case for match in service.look(twin(3))] == ["H-0001"]
    assert twin(3).tobytes() != drawing(3).tobytes()


def test_flat_pictures_have_no_quality_and_are_neither_taken_nor_found():
    assert perceptual_hash(flat()).quality < setting("least_quality") < hashed(3).quality
    service = HashService()
    with pytest.raises(UsageError, match="quality"):
        service.report(perceptual_hash(flat()), age="adult")
    careless = HashService(least_quality=0)
    careless.report(perceptual_hash(flat()), age="adult")
    assert careless.look(flat()) and not service.look(flat())


@pytest.mark.parametrize("age", ["under-18", "unknown", "17", ""])
def test_nobody_who_is_not_known_to_be_an_adult_gets_on_the_list(age):
    service = HashService()
    with pytest.raises(UsageError) as refused:
        service.report(hashed(3), age=age)
    assert len(service) == 0 and "child protection" in refused.value.next_step


def test_the_service_keeps_hashes_only_and_a_case_can_be_withdrawn():
    service = HashService()
    case = service.report(hashed(3), age="adult")
    assert service.look(hashed(3))[0].case == case
    assert hashed(3).bits in repr(vars(service)) and "Image" not in repr(vars(service))
    service.withdraw(case)
    assert service.look(hashed(3)) == () and len(service) == 0
    with pytest.raises(UsageError):
        service.withdraw(case)


HASHES = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")


@given(HASHES, HASHES, HASHES)
def test_the_distance_is_a_distance(a, b, c):
    assert distance(a, b) == distance(b, a) and 0 <= distance(a, b) <= 256
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, c) <= distance(a, b) + distance(b, c)


@given(st.integers(0, 256), st.integers(0, 256))
@settings(max_examples=25)
def test_a_wider_threshold_never_finds_less(one, other):
    narrow, wide = sorted((one, other))
    found = []
    for threshold in (narrow, wide):
        service = HashService(threshold=threshold)
        for seed in SEEDS:
            service.report(hashed(seed), age="adult")
        found.append({match.case for match in service.look(hashed(3, "caption"))})
    assert found[0] <= found[1]


def test_what_is_no_hash_and_no_picture_is_refused():
    for wrong in ("", "xyz", "0" * 63, "g" * 64):
        with pytest.raises(UsageError):
            distance(wrong, "0" * 64)
    with pytest.raises(UsageError, match="too small"):
        perceptual_hash(Image.new("RGB", (4, 4)))
    with pytest.raises(UsageError, match="alteration"):
        altered(drawing(1), "face")
    assert len(ALTERATIONS) == 11


def test_the_figures_of_the_service_name_their_sources():
    for name in ("threshold", "least_quality"):
        assert "ThreatExchange" in setting_source(name)
