"""What anybody on the network may load: the two pages with their parts, the description, a sign of life."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from starlette.responses import RedirectResponse, Response

from hanoikit.desk_service.openapi import description
from hanoikit.desk_service.routes import Call, Json, Parameter, Route
from hanoikit.desk_service.wording import with_texts
from hanoikit.errors import ServiceRefused
from hanoikit.i18n import _

PARTS = {
    "composer.js": "text/javascript",
    "desk.js": "text/javascript",
    "desk_page.js": "text/javascript",
    "fields.js": "text/javascript",
    "room.js": "text/javascript",
    "wire.js": "text/javascript",
    "words.js": "text/javascript",
    "house.css": "text/css",
    "icon.svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)


async def start(_call: Call) -> Any:
    return RedirectResponse("/desk", status_code=302)


async def desk_page(_call: Call) -> Any:
    return _page("desk.html", "text/html")


async def room_page(_call: Call) -> Any:
    return _page("room.html", "text/html")


async def part(call: Call) -> Any:
    name = call.request.path_params["name"]
    if name not in PARTS:
        raise ServiceRefused(_("There is no such page."), code="not-found", status=404)
    return _page(name, PARTS[name])


async def openapi(_call: Call) -> Any:
    return Json(description())


async def health(_call: Call) -> Any:
    return Json({"service": "hanoikit-desk", "ok": True})


def _page(name: str, media: str) -> Response:
    text = with_texts(name, (files("hanoikit.desk_service") / "pages" / name).read_text(encoding="utf-8"))
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return Response(text, media_type=f"{media}; charset=utf-8", headers=headers)


def routes() -> tuple[Route, ...]:
    name = Parameter("name", "path", {"enum": list(PARTS)}, "A part of a page.", required=True)
    html = "text/html"
    return (
        Route("GET", "/", (), start, "Leads to the desk's page.", answers={302: "To /desk."}, media=html),
        Route("GET", "/desk", (), desk_page, "The page of a desk.", media=html),
        Route("GET", "/room", (), room_page, "The page of the facilitator and of observers.", media=html),
        Route(
            "GET",
            "/parts/{name}",
            (),
            part,
            "Scripts and styles of the pages.",
            parameters=(name,),
            media="*/*",
        ),
        Route("GET", "/openapi.json", (), openapi, "This description."),
        Route("GET", "/health", (), health, "Whether the service runs."),
    )
