"""Whatever a trial's attribute holds, reading it gives a network or an `ArchitectureError`."""

from __future__ import annotations

import copy
import json
import tracemalloc
from decimal import Decimal
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from optuna_nasbot import Architecture
from optuna_nasbot import ArchitectureError
from optuna_nasbot import CNNSpace
from optuna_nasbot import MLPSpace
from optuna_nasbot.architecture.stored_form import MAX_BYTES
from optuna_nasbot.trials import read_architecture
from optuna_nasbot.trials import stored

VALID = [
    network.to_dict()
    for space in (
        MLPSpace(max_layers=8),
        MLPSpace(task="classification", max_layers=8),
        CNNSpace(max_layers=10),
    )
    for network in space.initial_pool[:4]
]
N_LAYERS = 100_000
LONGEST_MESSAGE = 1000


def read(document: Any) -> Architecture | ArchitectureError:
    """What comes of an attribute; every other exception is the test's failure."""
    try:
        architecture = read_architecture({"architecture:net": document}, "net")
    except ArchitectureError as error:
        return error
    assert architecture is not None
    return architecture


def check_outcome(document: Any) -> None:
    outcome = read(document)
    if isinstance(outcome, ArchitectureError):
        assert len(str(outcome)) <= LONGEST_MESSAGE
        str(outcome).encode()  # can be printed: no lone surrogates
        with pytest.raises(ArchitectureError):
            Architecture.from_dict(document)
    else:
        assert Architecture.from_dict(document) == outcome
        again = Architecture.from_dict(json.loads(json.dumps(outcome.to_dict(), allow_nan=False)))
        assert again == outcome
        assert again.canonical_hash() == outcome.canonical_hash()


# --- Any JSON

words = st.sampled_from(
    "format kind layers edges label units stride optuna-nasbot/1 mlp-reg ip op relu".split()
)
texts = (
    words | st.text(st.characters(), max_size=5) | st.sampled_from(["\ud800", "\x00", "é" * 99])
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-2, 70)
    | st.integers()
    | st.sampled_from([10**30, 10**4000, 2**63, 1e308, -1e308, 5e-324, 2.0, -0.0])
    | st.floats()
    | texts
)
any_json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=2000)
@given(document=any_json)
def test_any_json(document: Any) -> None:
    check_outcome(document)


@settings(max_examples=1000)
@given(
    kind=st.sampled_from(["mlp-reg", "mlp-class", "cnn"]) | scalars,
    layers=st.lists(
        st.fixed_dictionaries(
            {"label": st.sampled_from(["ip", "op", "relu", "conv3", "linear", "softmax"])},
            optional={"units": st.just(8) | scalars, "stride": st.just(1) | scalars},
        ),
        max_size=6,
    ),
    edges=st.lists(
        st.tuples(st.integers(-1, 6), st.integers(-1, 6)).map(list) | any_json, max_size=8
    ),
)
def test_documents_of_the_right_shape(kind: Any, layers: Any, edges: Any) -> None:
    check_outcome({"kind": kind, "layers": layers, "edges": edges})


# --- Valid documents with damage


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    document = copy.deepcopy(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(1, 3))):
        holder = _some_holder(draw, document)
        if isinstance(holder, dict):
            key = draw(st.sampled_from([*sorted(holder), "units", "stride", "extra"]))
            holder[key] = draw(any_json)
            if draw(st.booleans()):
                del holder[key]
        else:
            place = draw(st.integers(0, len(holder)))
            pieces = [[], [draw(any_json)], copy.deepcopy(holder[place : place + 1] * 2)]
            holder[place : place + 1] = draw(st.sampled_from(pieces))
    return document


def _some_holder(draw: st.DrawFn, document: dict[str, Any]) -> Any:
    """The document, one of its lists, or one of their layers and edges."""
    holder: Any = document
    for _ in range(draw(st.integers(0, 2))):
        inner = holder.values() if isinstance(holder, dict) else holder
        inner = [each for each in inner if isinstance(each, (dict, list)) and each]
        if inner:
            holder = draw(st.sampled_from(inner))
    return holder


@settings(max_examples=2000)
@given(document=damaged())
def test_damaged_networks(document: Any) -> None:
    check_outcome(document)


@settings(max_examples=500)
@given(
    network=st.sampled_from(VALID),
    moved=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=12),
)
def test_edges_to_anywhere(network: Any, moved: Any) -> None:
    edges = [*network["edges"], *map(list, moved)]
    check_outcome({**network, "edges": edges})
    check_outcome({**network, "edges": [edge[::-1] for edge in network["edges"]] + edges[-1:]})


# --- Large documents: memory is bounded, whatever they hold


def chain(n: int, kind: str, label: str, **fields: int) -> dict[str, Any]:
    """A network of n equal layers one after the other, behind a first one."""
    first = {"label": label, **fields} if fields else {"label": "conv3", "units": 8, "stride": 1}
    layers = [first, *({"label": label, **fields} for _ in range(n - 1))]
    ends = [{"label": "linear" if kind == "mlp-reg" else "softmax"}, {"label": "op"}]
    return {
        "kind": kind,
        "layers": [{"label": "ip"}, *layers, *ends],
        "edges": [[i, i + 1] for i in range(n + 2)],
    }


LONG = chain(N_LAYERS, "mlp-reg", "relu", units=8)
NESTED: Any = []
for _ in range(N_LAYERS):
    NESTED = [NESTED]
LARGE = {
    "100,000 layers": LONG,
    "edge twice": {**LONG, "edges": [*LONG["edges"], LONG["edges"][-1]]},
    "cycle": {**LONG, "edges": [*LONG["edges"], [N_LAYERS, 1]]},
    "inputs": {**LONG, "layers": [{"label": "ip"}] * N_LAYERS},
    "image halved forever": chain(N_LAYERS, "cnn", "max-pool"),
    "bytes": {**LONG, "edges": b"\x00" * N_LAYERS},
    "endless": {**VALID[0], "edges": range(2**62)},
    "nested": NESTED,
    "nested kind": {**VALID[0], "kind": NESTED},
    "long text": {**VALID[0], "kind": "x" * 10**7},
    "long number": {**VALID[0], "edges": [[0, 10**10_000]]},
    "many keys": {str(i): i for i in range(N_LAYERS)},
}


@pytest.mark.parametrize("case", LARGE)
def test_large_documents_are_refused_within_bounded_memory(case: str) -> None:
    tracemalloc.start()
    try:
        assert isinstance(read(LARGE[case]), ArchitectureError)
        with pytest.raises(ArchitectureError) as refusal:
            Architecture.from_dict(LARGE[case])
        assert tracemalloc.get_traced_memory()[1] < 4e6
    finally:
        tracemalloc.stop()
    assert len(str(refusal.value)) <= LONGEST_MESSAGE


@pytest.mark.parametrize(
    "document",
    [chain(1200, "mlp-reg", "relu", units=8), chain(1400, "cnn", "max-pool")],
    ids=["chain", "pools"],
)
def test_networks_as_large_as_can_be_stored_are_read_within_bounded_memory(document: Any) -> None:
    assert 0.8 * MAX_BYTES < len(json.dumps(document)) < MAX_BYTES
    tracemalloc.start()
    try:
        network = read(document)
        assert isinstance(network, Architecture)
        network.canonical_hash()
        assert tracemalloc.get_traced_memory()[1] < 16e6
    finally:
        tracemalloc.stop()


def test_layers_in_excess_are_not_looked_at() -> None:
    class Unread(list[Any]):
        def __len__(self) -> int:
            return N_LAYERS

        def __getitem__(self, index: Any) -> Any:
            raise AssertionError(index)

    for key in ("layers", "edges"):
        with pytest.raises(ArchitectureError, match=f"{key}: expected at most .* got 100,000"):
            Architecture.from_dict({**VALID[0], key: Unread()})


# --- What only the memory of a process can hold


def test_one_list_in_many_places_is_refused_before_it_becomes_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document: Any = "ha"
    for _ in range(100):
        document = [document, document]

    def no_text(*_: Any) -> str:
        raise AssertionError("2^100 values as text")

    monkeypatch.setattr(stored.json, "dumps", no_text)
    for shared in (document, ["ha" * 1000] * 1000):
        outcome = read({"kind": shared})
        assert isinstance(outcome, ArchitectureError)
        assert "at most 60,000 bytes as JSON, got more" in str(outcome)


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError


OWN_LIST: list[Any] = []
OWN_LIST.append(OWN_LIST)
OWN_DICT: dict[str, Any] = {}
OWN_DICT["layers"] = OWN_DICT
OBJECTS = {
    "own list": OWN_LIST,
    "own dict": OWN_DICT,
    "set": {1, 2},
    "bytes": b"\xff\xfe",
    "object": Unprintable(),
    "class": Unprintable,
    "function": len,
    "complex": 1j,
    "decimal": Decimal(1),
    "array": np.arange(3),
    "numpy number": np.int64(8),
    "generator": (i for i in ()),
    "frozenset": frozenset(),
    "tuple key": {(0, 1): 2},
    "object key": {Unprintable(): 2},
    "huge number": 10**5000,
}


@pytest.mark.parametrize("case", OBJECTS)
@pytest.mark.parametrize(
    "place", ["document", "format", "kind", "layers", "edges", "layer", "edge"]
)
def test_objects_that_are_no_json(case: str, place: str) -> None:
    value = OBJECTS[case]
    documents: dict[str, Any] = {
        "document": value,
        "layer": {**VALID[0], "layers": [*VALID[0]["layers"], value]},
        "edge": {**VALID[0], "edges": [*VALID[0]["edges"], value]},
    }
    document = documents.get(place, {**VALID[0], place: value})
    assert isinstance(read(document), ArchitectureError)
    with pytest.raises(ArchitectureError):
        Architecture.from_dict(document)


FIELDS = ("label", "units", "stride", "extra")


@pytest.mark.parametrize(
    ("case", "field"),
    [pair for pair in product(OBJECTS, FIELDS) if pair != ("numpy number", "units")],
)
def test_objects_as_fields_of_a_layer(case: str, field: str) -> None:
    document = copy.deepcopy(VALID[0])
    document["layers"][1][field] = OBJECTS[case]
    assert isinstance(read(document), ArchitectureError)
    with pytest.raises(ArchitectureError):
        Architecture.from_dict(document)


def test_a_number_of_numpy_is_no_json_but_a_number_of_units() -> None:
    document = copy.deepcopy(VALID[0])
    document["layers"][1]["units"] = np.int64(8)
    assert isinstance(read(document), ArchitectureError)
    assert Architecture.from_dict(document).layers[1].units == 8
