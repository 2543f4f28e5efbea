"""The page itself: the bundle in static/, or what to do when it was not built."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).parent / "static"
NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8">
<title>Anon support bot: local workspace</title>
<h1>The page is not built</h1>
<p>Run <code>make web</code> (it needs Node), then reload.</p>
<p>The workspace itself runs: see <code>POST /playground/say</code> and
<a href="/playground/state">/playground/state</a>. Only Slack and Anon are stand-ins.</p></html>
"""


async def _index(_request: Request) -> Response:
    index = STATIC / "index.html"
    if not index.exists():
        return HTMLResponse(NOT_BUILT)
    return FileResponse(index, headers={"Cache-Control": "no-cache"})


def static_routes() -> list[BaseRoute]:
    """Return the page and its files."""
    files = StaticFiles(directory=STATIC, check_dir=False)
    return [Route("/", _index, methods=["GET"]), Mount("/static", files)]
