from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import Layer

KINDS = ("cnn", "mlp-reg", "mlp-class")
DOCUMENT: dict[str, Any] = {
    "format": "optuna-nasbot/1",
    "kind": "cnn",
    "layers": [
        {"label": "ip"},
        {"label": "conv3", "units": 64, "stride": 1},
        {"label": "max-pool"},
        {"label": "softmax"},
        {"label": "op"},
    ],
    "edges": [[0, 1], [1, 2], [2, 3], [3, 4]],
}

garbage = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 10**30)
    | st.floats()
    | st.sampled_from(["ip", "op", "conv3", "linear", "cnn", "label", "layers", ""]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["label", "units", "stride", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("kind", KINDS)
def test_round_trip_through_json_text(architectures, kind: str) -> None:
    for architecture in architectures(kind).values():
        document = json.loads(json.dumps(architecture.to_dict()))
        assert document["format"] == "optuna-nasbot/1"
        assert set(document) == {"format", "kind", "layers", "edges"}
        again = Architecture.from_dict(document)
        assert again == architecture
        assert again.to_dict() == document


def test_the_form_of_the_design() -> None:
    assert Architecture.from_dict(DOCUMENT).to_dict() == DOCUMENT


def test_format_may_be_missing_and_null_is_absent() -> None:
    loose = deepcopy(DOCUMENT)
    del loose["format"]
    for layer in loose["layers"]:
        layer.setdefault("units", None)
        layer.setdefault("stride", None)
    assert Architecture.from_dict(loose) == Architecture.from_dict(DOCUMENT)


def test_other_mappings_and_sequences_will_do() -> None:
    document = MappingProxyType(
        {**DOCUMENT, "layers": tuple(DOCUMENT["layers"]), "edges": tuple(DOCUMENT["edges"])}
    )
    assert Architecture.from_dict(document) == Architecture.from_dict(DOCUMENT)


def test_numbers_and_arrays_of_numpy_will_do() -> None:
    layers = [
        {key: np.int64(value) if key != "label" else value for key, value in layer.items()}
        for layer in DOCUMENT["layers"]
    ]
    document = {**DOCUMENT, "layers": layers, "edges": np.array(DOCUMENT["edges"])}
    assert Architecture.from_dict(document).to_dict() == DOCUMENT


def test_the_document_does_not_change_and_is_not_shared() -> None:
    document = deepcopy(DOCUMENT)
    architecture = Architecture.from_dict(document)
    assert document == DOCUMENT
    architecture.to_dict()["layers"].clear()
    assert architecture.to_dict() == DOCUMENT


@pytest.mark.parametrize(
    ("document", "got"),
    [(None, "NoneType"), ([], "list"), ("{}", "str"), (b"{}", "bytes"), (3, "int")],
)
def test_no_object(document: object, got: str) -> None:
    with pytest.raises(ArchitectureError, match=f"expected a JSON object, got {got}"):
        Architecture.from_dict(document)


@pytest.mark.parametrize(
    "form",
    [
        "optuna-nasbot/2",
        "optuna-nasbot/1 ",
        "",
        None,
        1,
        ["optuna-nasbot/1"],
        pytest.param("x" * 10**6, id="long"),
        pytest.param(10**5000, id="huge"),
    ],
)
def test_other_formats(form: object) -> None:
    with pytest.raises(
        ArchitectureError,
        match=r"^format: expected 'optuna-nasbot/1', got .* newer version",
    ) as refused:
        Architecture.from_dict({**DOCUMENT, "format": form})
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("key", ["kind", "layers", "edges"])
def test_missing_keys(key: str) -> None:
    document = {name: value for name, value in DOCUMENT.items() if name != key}
    with pytest.raises(ArchitectureError, match=f"expected the key '{key}', which is missing"):
        Architecture.from_dict(document)


@pytest.mark.parametrize("key", ["name", "Layers", 0, None])
def test_unknown_keys(key: object) -> None:
    with pytest.raises(ArchitectureError, match=f"^architecture: expected only .* got {key!r}"):
        Architecture.from_dict({**DOCUMENT, key: 1})


@pytest.mark.parametrize("key", ["layers", "edges"])
@pytest.mark.parametrize("value", [None, 3, "ip", {"0": 1}])
def test_no_array(key: str, value: object) -> None:
    with pytest.raises(ArchitectureError, match=f"^{key}: expected a JSON array, got"):
        Architecture.from_dict({**DOCUMENT, key: value})


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (None, "expected a JSON object, got NoneType"),
        ("conv3", "expected a JSON object, got str"),
        (["conv3", 64, 1], "expected a JSON object, got list"),
        ({}, "expected the key 'label'"),
        ({"units": 64, "stride": 1}, "expected the key 'label'"),
        ({"label": "conv3", "units": 64, "stride": 1, "filters": 3}, "got 'filters'"),
        ({"label": None, "units": 64, "stride": 1}, "label: expected one of"),
        ({"label": {"a": 1}, "units": 64, "stride": 1}, "label: expected one of"),
        ({"label": "conv3", "units": 64.0, "stride": 1}, "units: expected a whole .* 64.0"),
        ({"label": "conv3", "units": "64", "stride": 1}, "units: expected a whole .* '64'"),
        ({"label": "conv3", "units": True, "stride": 1}, "units: expected a whole .* True"),
        ({"label": "conv3", "units": 10**30, "stride": 1}, "units: expected a whole"),
        ({"label": "conv3", "units": [64], "stride": 1}, r"units: expected a whole .* \[64\]"),
        ({"label": "conv3", "units": 64}, "stride: expected one of"),
        ({"label": "conv3", "units": 64, "stride": True}, "stride: expected one of"),
        ({"label": "conv3", "units": 64, "stride": {}}, "stride: expected one of"),
    ],
)
def test_wrong_layers(layer: object, message: str) -> None:
    layers = [DOCUMENT["layers"][0], layer, *DOCUMENT["layers"][2:]]
    with pytest.raises(ArchitectureError, match=rf"^layers\[1\].*{message}"):
        Architecture.from_dict({**DOCUMENT, "layers": layers})


@given(garbage, st.sampled_from(["document", "kind", "layers", "edges", "layer", "edge", "units"]))
def test_garbage_is_refused_or_read_never_a_crash(value: object, where: str) -> None:
    document = deepcopy(DOCUMENT)
    replace: dict[str, Callable[[], object]] = {
        "document": lambda: value,
        "kind": lambda: {**document, "kind": value},
        "layers": lambda: {**document, "layers": value},
        "edges": lambda: {**document, "edges": value},
        "layer": lambda: {**document, "layers": [*document["layers"][:4], value]},
        "edge": lambda: {**document, "edges": [*document["edges"], value]},
        "units": lambda: {
            **document,
            "layers": [
                document["layers"][0],
                {"label": "conv3", "units": value, "stride": 1},
                *document["layers"][2:],
            ],
        },
    }
    damaged = replace[where]()
    try:
        architecture = Architecture.from_dict(damaged)
    except ArchitectureError:
        return
    assert Architecture.from_dict(architecture.to_dict()) == architecture


def test_a_network_too_large_for_a_database() -> None:
    def chain(n: int) -> Architecture:
        layers = (Layer("ip"), *[Layer("relu", 8)] * n, Layer("linear"), Layer("op"))
        return Architecture(layers, tuple((i, i + 1) for i in range(n + 2)), "mlp-reg")

    assert len(json.dumps(chain(1000).to_dict())) < 60_000
    with pytest.raises(
        ArchitectureError,
        match=r"expected at most 60,000 bytes as JSON, got 87,937 \(2003 layers, 2002 edges\)",
    ):
        chain(2000).to_dict()
