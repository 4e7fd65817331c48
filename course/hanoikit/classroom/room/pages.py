"""The instructor's page, which is empty without its token. Only this machine may load it; the network has no page."""

from __future__ import annotations

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hanoikit.classroom.room.wording import with_texts

PARTS = {
    "room.js": "text/javascript",
    "words.js": "text/javascript",
    "wire.js": "text/javascript",
    "room.css": "text/css",
    "icon.svg": "image/svg+xml",
}
_SHARED = {"wire.js", "words.js", "icon.svg"}
"""Those that the desk service's pages have too; words.js gets the words of this room."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)


def routes() -> list[Route]:
    """The routes of the pages."""

    async def instructor(_request: Request) -> Response:
        return _page("room.html", "text/html")

    async def part(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in PARTS:
            return Response(status_code=404)
        return _page(name, PARTS[name])

    return [
        Route("/", instructor, methods=["GET"]),
        Route("/instructor", instructor, methods=["GET"]),
        Route("/parts/{name}", part, methods=["GET"]),
    ]


def _page(name: str, media: str) -> Response:
    place = (
        files("hanoikit.desk_service") / "pages"
        if name in _SHARED
        else files(__package__ or "") / "page_files"
    )
    text = with_texts(name, (place / name).read_text(encoding="utf-8"))
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return Response(text, media_type=f"{media}; charset=utf-8", headers=headers)
