"""Editors explain the arguments of a space by its docstring, which has to name them all."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields

import pytest

from optuna_nasbot import CellSpace
from optuna_nasbot import CNNSpace
from optuna_nasbot import GraphSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot.spaces.limits import Limits


def explained(space: type) -> dict[str, str]:
    """The arguments in a docstring and what it says of them, in one line each."""
    section = re.search(r"\nArgs:\n(.*?)(?:\n\n\w|\Z)", inspect.getdoc(space) or "", re.DOTALL)
    assert section
    entries = re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", section[1], re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}


@pytest.mark.parametrize("space", [Limits, MLPSpace, CNNSpace, GraphSpace, CellSpace])
def test_every_argument_is_explained(space: type) -> None:
    assert set(explained(space)) == set(inspect.signature(space).parameters)


@pytest.mark.parametrize("space", [MLPSpace, CNNSpace, GraphSpace])
def test_limits_are_explained_alike(space: type) -> None:
    of_space = explained(space)
    assert {each.name: of_space[each.name] for each in fields(Limits)} == explained(Limits)
