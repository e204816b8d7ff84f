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
from playwright.sync_api import Page
from playwright.sync_api import sync_playwright
from servers import free_port
from servers import installed
from servers import postgresql
from servers import running

# What Chromium asks of its maker's servers, it asks without these, too.
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


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
