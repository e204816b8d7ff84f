"""The note on where a trial's network comes from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optuna_nasbot.trials import Origin
from optuna_nasbot.trials import origin_attributes
from optuna_nasbot.trials import stored_origin

KEY = "architecture:net:origin"


def read(document: Any) -> Origin | None:
    return stored_origin({KEY: document}, "net")


def test_stored_form() -> None:
    attributes = origin_attributes(Origin(12, ("wedge_layer", "swap_layer")), "net")
    assert attributes == {KEY: {"edits": ["wedge_layer", "swap_layer"], "parent": 12}}
    assert origin_attributes(Origin(None, ()), "net") == {KEY: {"edits": [], "parent": None}}


@pytest.mark.parametrize(
    "origin", [Origin(0, ("swap_layer",)), Origin(None, ("dup_path", "dup_path")), Origin(7, ())]
)
def test_what_is_stored_is_read_back(origin: Origin) -> None:
    assert stored_origin(json.loads(json.dumps(origin_attributes(origin, "net"))), "net") == origin


def test_of_many_edits_the_last_twenty_are_kept() -> None:
    edits = tuple(f"edit_{number}" for number in range(500))
    attributes = origin_attributes(Origin(3, edits), "net")
    assert stored_origin(attributes, "net") == Origin(3, edits[-20:])
    assert read({"edits": list(edits), "parent": 3}) == Origin(3, edits[-20:])
    assert len(json.dumps(attributes)) < 1000


def test_no_origin() -> None:
    assert stored_origin({}, "net") is None
    assert stored_origin(origin_attributes(Origin(1, ()), "other"), "net") is None


@pytest.mark.parametrize(
    "document",
    [
        None,
        "swap_layer",
        [["swap_layer"], 3],
        {},
        {"parent": 3},
        {"edits": None, "parent": 3},
        {"edits": "swap_layer", "parent": 3},
        {"edits": {"swap_layer": 1}, "parent": 3},
        {"edits": ["swap_layer", 1], "parent": 3},
        {"edits": ["<script>"], "parent": 3},
        {"edits": ["\ud800"], "parent": 3},
        {"edits": ["a" * 1000], "parent": 3},
        {"edits": ["swap_layer"], "parent": -1},
        {"edits": ["swap_layer"], "parent": 10**5000},
        {"edits": ["swap_layer"], "parent": True},
        {"edits": ["swap_layer"], "parent": "3"},
        {"edits": ["swap_layer"], "parent": 3.0},
        {"edits": ["swap_layer"]},
    ],
)
def test_damaged_origin_is_none(document: Any) -> None:
    assert read(document) is None


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())


@given(
    st.fixed_dictionaries(
        {"edits": scalars | st.lists(scalars), "parent": scalars}, optional={"more": scalars}
    )
)
def test_any_document_gives_an_origin_that_can_be_stored_or_none(document: Any) -> None:
    origin = read(document)
    if origin is not None:
        assert stored_origin(origin_attributes(origin, "net"), "net") == origin
        str(origin).encode()


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (Origin(None, ()), "an initial network"),
        (Origin(None, ("dup_path",)), "an initial network after dup_path"),
        (Origin(4, ()), "trial 4's network, with other parameters"),
        (Origin(4, ("dup_path", "skip_path")), "trial 4's network after dup_path, skip_path"),
    ],
)
def test_words(origin: Origin, words: str) -> None:
    assert str(origin) == words
