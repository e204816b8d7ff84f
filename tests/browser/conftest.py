"""A browser, and the dashboard of a study."""

from __future__ import annotations

import sys
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import sync_playwright
from servers import free_port
from servers import installed
from servers import postgresql
from servers import running

# What Chromium asks of its maker's servers, it asks without these, too.
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

_TEXTS = """picture => {
  const all = picture.getBoundingClientRect();
  const texts = [...picture.querySelectorAll("text")].map(text => {
    const box = text.getBoundingClientRect();
    return {what: text.textContent, x: box.x, y: box.y, width: box.width, height: box.height};
  }).filter(box => box.width > 0);
  const outside = texts.filter(box => box.x < all.left - 1 || box.x + box.width > all.right + 1
    || box.y < all.top - 1 || box.y + box.height > all.bottom + 1);
  const overlaps = (a, b) =>
    Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) > 1 &&
    Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) > 3;
  const pairs = texts.flatMap((a, i) => texts.slice(i + 1).filter(b => overlaps(a, b))
    .map(b => [a.what, b.what]));
  return {n: texts.length, outside: outside.map(box => box.what), pairs: pairs};
}"""


@dataclass(frozen=True)
class Texts:
    """The texts of a picture.

    Args:
        n: How many there are.
        outside: Those that are not within the picture as a whole.
        pairs: Those that overlap.
    """

    n: int
    outside: list[str]
    pairs: list[list[str]]


@dataclass(frozen=True)
class Window:
    """A page of the browser, and what went wrong on it.

    Args:
        page: The page.
        errors: What it wrote to the console as an error, and exceptions.
        foreign: Addresses on other machines that it asked for.
    """

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = installed("chromium")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=_OPTIONS) as browser,
    ):
        yield browser


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    with browser.new_page(viewport={"width": 1280, "height": 800}) as page:
        opened = Window(page)
        page.on(
            "console",
            lambda message: message.type == "error" and opened.errors.append(message.text),
        )
        page.on("pageerror", lambda error: opened.errors.append(str(error)))
        page.on(
            "request",
            lambda request: _is_here(request.url) or opened.foreign.append(request.url),
        )
        yield opened


@pytest.fixture(scope="session")
def measured() -> Callable[[Locator], Texts]:
    """Measure where the texts of a picture are."""
    return lambda picture: Texts(**picture.evaluate(_TEXTS))


def _is_here(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "data:", "blob:"))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('dashboard')}/study.db"
    else:
        with postgresql() as url:
            yield url


@pytest.fixture(scope="session")
def dashboard() -> Iterator[Callable[[str, Path], str]]:
    """Start a server for a database and a directory of artifacts; gives its address."""
    with ExitStack() as servers:

        def start(database: str, artifacts: Path) -> str:
            port = free_port()
            script = Path(sys.executable).with_name("optuna-dashboard")
            arguments = ["--port", str(port), "--artifact-dir", str(artifacts)]
            url = f"http://127.0.0.1:{port}/dashboard"
            directory = servers.enter_context(TemporaryDirectory())
            servers.enter_context(
                running(
                    [str(script), database, *arguments], directory, lambda: urlopen(url).close()
                )
            )
            return url

        yield start
