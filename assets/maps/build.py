"""Make the world's shapes for the labs again, from the npm package ``world-atlas`` (Natural Earth, public domain).

    python assets/maps/build.py            # fetch the package with npm, write world.json
    python assets/maps/build.py --check    # write nothing, end with 1 if world.json would change
    python assets/maps/build.py --from package/   # take an unpacked package instead of fetching it

The package holds TopoJSON: borders as shared arcs, in steps of whole numbers. The arcs are thinned before they are
put together, so that neighbours keep one common border. Who is too small for the 1:110 million map gets a point.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TARGET = HERE / "world.json"
STATES = HERE.parent / "status" / "states.json"
PACKAGE, VERSION = "world-atlas", "2.0.2"
SHA256 = {
    "countries-110m.json": "2516c915867c7baf18ddec727aec46c315541a07cfb3d79a6559b05d5e94eee8",
    "countries-50m.json": "04342cdc1e3016bcd7db1630de95684d67b79fe3c8c460321e87aef469502394",
    "countries-10m.json": "3bc6f1d367a9bcec479841bae0e76092f512838411d0cef124e92eec4db45f79",
}
# Degrees: a point nearer than this to the line between its neighbours is left out. Coarse for the whole world at once.
THIN = {"fine": 0.2, "coarse": 0.45}
LEAST_RING = 4
OFF_ALASKA = -169.9
EPSILON = 0.001
WITHOUT = {"010"}  # Antarctica: no State, and a third of the height of the map

Point = tuple[float, float]
Ring = list[Point]


def decode_arcs(topology: dict[str, Any]) -> list[Ring]:
    """Every arc in degrees. TopoJSON stores the first point and then steps, in whole numbers of ``transform``."""
    scale_x, scale_y = topology["transform"]["scale"]
    move_x, move_y = topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for step in steps:
            x, y = x + step[0], y + step[1]
            arc.append((x * scale_x + move_x, y * scale_y + move_y))
        arcs.append(arc)
    return arcs


def thin(line: Ring, tolerance: float) -> Ring:
    """The line with fewer points (Douglas and Peucker, 1973); both ends stay."""
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        distance, where = max(
            (_distance(line[i], line[first], line[last]), i) for i in range(first + 1, last)
        )
        if distance > tolerance:
            keep.add(where)
            spans += [(first, where), (where, last)]
    return [line[i] for i in sorted(keep)]


def _distance(point: Point, start: Point, end: Point) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    share = 0.0
    if length:
        share = max(0.0, min(1.0, ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length))
    away_x, away_y = point[0] - start[0] - share * dx, point[1] - start[1] - share * dy
    return float((away_x * away_x + away_y * away_y) ** 0.5)


def rings_of(geometry: dict[str, Any], arcs: list[Ring]) -> list[Ring]:
    """Every ring of a polygon or multipolygon, holes too. A negative number is an arc walked backwards."""
    polygons = {"Polygon": [geometry.get("arcs")], "MultiPolygon": geometry.get("arcs")}[geometry["type"]]
    rings = []
    for polygon in polygons or []:
        for ring in polygon:
            points: Ring = []
            for index in ring:
                arc = arcs[index] if index >= 0 else arcs[~index][::-1]
                points += arc[1:] if points else arc
            rings.append(points)
    return rings


def unwrapped(ring: Ring) -> Ring:
    """The ring without the jump from 180 to -180 degrees: the package joins what lies on both sides of that line.

    Such a ring runs on beyond 180; one that lies wholly beyond -170, off Alaska, is moved to the same side.
    """
    turn = 0.0
    points = [ring[0]]
    for (before, _y), (x, y) in pairwise(ring):
        if abs(x - before) > 180:
            turn += 360.0 if x < before else -360.0
        points.append((x + turn, y))
    west = min(x for x, _y in points)
    east = max(x for x, _y in points)
    shift = 360.0 if east <= OFF_ALASKA or west < -180 - EPSILON else 0.0
    return [(x + shift, y) for x, y in points]


def rounded(ring: Ring) -> list[float]:
    """Longitude, latitude, longitude … in tenths of a degree, without points that fall on the one before."""
    points: list[Point] = []
    for x, y in ring:
        point = (round(x, 1) + 0.0, round(y, 1) + 0.0)
        if not points or points[-1] != point:
            points.append(point)
    return [value for point in points for value in point] if len(points) >= LEAST_RING else []


def area(ring: Ring) -> float:
    """Twice the area, in square degrees; only to find the largest ring."""
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True)))


def middle(geometry: dict[str, Any], arcs: list[Ring]) -> list[float]:
    """The middle of the box around the largest ring."""
    ring = unwrapped(max(rings_of(geometry, arcs), key=area))
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    x = (min(xs) + max(xs)) / 2
    return [round(x + 360.0 if x <= OFF_ALASKA else x, 1), round((min(ys) + max(ys)) / 2, 1)]


def world(folder: Path, states: list[dict[str, Any]]) -> dict[str, Any]:
    """Shapes by ISO 3166-1 alpha-2 code, points for the small ones, and land that carries no ISO code."""
    letters = {state["number"]: state["code"] for state in states if state["number"]} | OTHERS
    topologies = {name: json.loads((folder / name).read_text(encoding="utf-8")) for name in SHA256}
    coarse = topologies["countries-110m.json"]
    fine, uncoded = _shapes(coarse, letters, THIN["fine"])
    rough, rough_uncoded = _shapes(coarse, letters, THIN["coarse"])
    points = _points(topologies, {s["number"]: s["code"] for s in states if s["number"]}, set(fine))
    return {
        "source": f"Natural Earth, 1:110 million, from {PACKAGE} {VERSION} (npm); public domain",
        "unit": "degrees, longitude and latitude in turn, one list for each ring",
        "shapes": fine,
        "coarse": {code: rough.get(code, fine[code]) for code in fine},
        "points": dict(sorted(points.items())),
        "uncoded": uncoded,
        "uncoded_coarse": rough_uncoded,
    }


def _shapes(
    topology: dict[str, Any], letters: dict[str, str], tolerance: float
) -> tuple[dict[str, list[list[float]]], list[list[float]]]:
    """Rings by code, and the rings of land without a code."""
    arcs = [thin(arc, tolerance) for arc in decode_arcs(topology)]
    shapes: dict[str, list[list[float]]] = {}
    uncoded: list[list[float]] = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        number = geometry.get("id")
        if number in WITHOUT:
            continue
        rings = [flat for ring in rings_of(geometry, arcs) if (flat := rounded(unwrapped(ring)))]
        if number is None:
            uncoded += rings
        elif rings:
            shapes[letters[number]] = rings
    return dict(sorted(shapes.items())), uncoded


def _points(topologies: dict[str, Any], wanted: dict[str, str], drawn: set[str]) -> dict[str, list[float]]:
    points: dict[str, list[float]] = {}
    for name in ("countries-50m.json", "countries-10m.json"):
        arcs = decode_arcs(topologies[name])
        for geometry in topologies[name]["objects"]["countries"]["geometries"]:
            code = wanted.get(geometry.get("id", ""))
            if code and code not in drawn and code not in points and geometry.get("arcs"):
                points[code] = middle(geometry, arcs)
    return points


# Territories that the coarse map draws on their own although they are not in the list of participants.
OTHERS = {
    "304": "GL", "732": "EH", "260": "TF", "238": "FK", "540": "NC", "630": "PR", "158": "TW",
}  # fmt: skip


def as_text(content: dict[str, Any]) -> str:
    """One State on a line, so that a change is seen where it is."""
    lines = []
    for key, value in content.items():
        if isinstance(value, dict):
            body = ",\n".join(f"  {json.dumps(k)}: {_compact(v)}" for k, v in value.items())
            lines.append(f"{json.dumps(key)}: {{\n{body}\n}}")
        else:
            lines.append(f"{json.dumps(key)}: {_compact(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":")).replace(".0,", ",").replace(".0]", "]")


def fetch(into: Path) -> Path:
    """The package, unpacked; npm fetches it by name and version."""
    subprocess.run(
        ["npm", "pack", f"{PACKAGE}@{VERSION}", "--silent"], cwd=into, check=True, stdout=sys.stderr
    )
    with tarfile.open(next(into.glob("*.tgz"))) as archive:
        archive.extractall(into, filter="data")
    return into / "package"


def verify(folder: Path) -> None:
    """Stop where a file is not the one that this script was written for."""
    for name, expected in SHA256.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != expected:
            raise SystemExit(f"{name} is not the file of {PACKAGE} {VERSION}: SHA-256 {found}")


def main(arguments: list[str]) -> int:
    """Build world.json; returns the exit code."""
    states = json.loads(STATES.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        given = arguments[arguments.index("--from") + 1] if "--from" in arguments else ""
        folder = Path(given) if given else fetch(Path(scratch))
        verify(folder)
        text = as_text(world(folder, states))
    same = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
    print(f"world.json: {'unchanged' if same else 'different'}, {len(text.encode()):,} bytes")
    if not same and "--check" not in arguments:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    return int(not same)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
