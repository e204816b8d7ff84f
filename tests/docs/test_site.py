"""The documentation site: links lead somewhere, the reference is whole, messages are real ones."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import optuna_nasbot
from optuna_nasbot import visualization
from optuna_nasbot.command_line import export
from optuna_nasbot.command_line import report
from optuna_nasbot.command_line import show

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
BENCHMARKS = ROOT / "benchmarks" / "README.md"
PAGES = [
    *(README, BENCHMARKS, ROOT / "examples" / "distributed" / "README.md"),
    *(ROOT / f"{name}.md" for name in ("CHANGELOG", "CONTRIBUTING", "SECURITY")),
    *sorted(DOCS.rglob("*.md")),
]


def without_code(text: str) -> str:
    """A page without its blocks of code, which are no text."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, and of a page that it includes."""
    text = page.read_text("utf-8")
    included = re.findall(r"^```\{include\} (.+)$", text, re.MULTILINE)
    headings = re.findall(r"^#{1,3} (.+)$", without_code(text), re.MULTILINE)
    own = {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}
    return frozenset(own).union(*(anchors((page.parent / each).resolve()) for each in included))


def links(page: Path) -> Iterator[str]:
    text = without_code(page.read_text("utf-8"))
    yield from re.findall(r"\]\(([^)\s]+)\)", text)
    yield from re.findall(r"<img src=\"([^\"]+)\"", text)


def entries_of_toctrees(page: Path) -> Iterator[Path]:
    """The pages that a page's tables of contents list."""
    toctrees = re.findall(
        r"^```\{toctree\}\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    for tree in toctrees:
        for entry in re.findall(r"^\w.*$", tree, re.MULTILINE):
            yield page.parent / f"{entry}.md"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_what_is_there(page: Path) -> None:
    wrong = []
    for link in links(page):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    assert not wrong


def test_every_page_is_in_the_table_of_contents() -> None:
    pages = set(DOCS.rglob("*.md"))
    listed = [entry for page in pages for entry in entries_of_toctrees(page)]
    assert sorted(listed) == sorted(pages - {DOCS / "index.md"})


def test_the_reference_has_every_public_name() -> None:
    pages = "\n".join(page.read_text("utf-8") for page in (DOCS / "api").glob("*.md"))
    documented = re.findall(r"^\.\. auto\w+:: (\S+)$", pages, re.MULTILINE)
    public = [f"optuna_nasbot.{name}" for name in optuna_nasbot.__all__]
    public += [f"optuna_nasbot.visualization.{name}" for name in visualization.__all__]
    assert sorted(documented) == sorted(public)


def test_the_reference_has_every_option_of_the_command_line() -> None:
    page = (DOCS / "api" / "command_line.md").read_text("utf-8")
    documented = {
        (option, command)
        for option, commands in re.findall(r"^\| `(--[\w-]+)[^`]*` \| ([^|]+) \|", page, re.M)
        for command in re.findall(r"\w+", commands.replace("all", "show export report"))
    }
    expected = set()
    for name, command in (("show", show), ("export", export), ("report", report)):
        parser = argparse.ArgumentParser(add_help=False)
        command.add_options(parser)
        expected |= {(option, name) for option in re.findall(r"--[\w-]+", parser.format_usage())}
    assert documented == expected


def strings_of_the_package() -> list[str]:
    """All strings of the package, with a gap where an f-string has a value."""
    found = []
    for path in Path(optuna_nasbot.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            texts = [each.value for each in parts if isinstance(each, ast.Constant)]
            found += [each for each in texts if isinstance(each, str)]
    return found


def test_messages_of_the_troubleshooting_are_those_of_the_code() -> None:
    page = (DOCS / "troubleshooting.md").read_text("utf-8")
    quoted = re.findall(r"^```text\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    strings = strings_of_the_package()
    parts = [" ".join(part.split()) for message in quoted for part in message.split("...")]
    unknown = [part for part in parts if not any(part in each for each in strings)]
    assert len(quoted) > 20
    assert not unknown
