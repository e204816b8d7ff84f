from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import Layer

LAYERS = (Layer("ip"), Layer("relu", 8), Layer("tanh", 8), Layer("linear"), Layer("op"))
HUGE = pytest.param(10**5000, id="huge")
LONG = pytest.param("x" * 10**6, id="long")
CHAIN = ((0, 1), (1, 2), (2, 3), (3, 4))

# Of each invalid golden graph where its error has to point: the layer, edge or property at fault.
PLACES = {
    "cnn-fc-size": "layers[4] ('fc-64')",
    "cnn-softmax-mixed": "layers[3] ('softmax')",
    "cnn-fc-mixed": "layers[3] ('fc-32')",
    "cnn-fc-after-input": "layers[1] ('fc-16')",
    "cnn-partly-missing-softmax": "layers[3] ('fc-32')",
    "cnn-unknown-label": "layers[2].label",
    "cnn-zero-units": "layers[2].units",
    "cnn-ip-units": "layers[0].units",
    "cnn-dangling-no-child": "layers[2] ('conv3-16')",
    "cnn-dangling-no-parent": "layers[2] ('conv3-16')",
    "cnn-isolated": "layers[2] ('conv3-16')",
    "cnn-two-outputs": "exactly one output layer 'op', got 2 (layers [4, 6])",
    "cnn-no-input": "exactly one input layer 'ip', got 0",
    "cnn-no-output": "exactly one output layer 'op', got 0",
    "cnn-op-not-last": "layers[4] ('op'): expected no edge out of the output layer",
    "mlp-reg-missing-decision": "layers[2] ('tanh-16')",
    "mlp-reg-wrong-decision": "layers[2].label",
    "mlp-reg-partly-missing-decision": "layers[2] ('tanh-16')",
    "mlp-reg-cycle": "layers 1 (relu-16), 2 (tanh-16), 3 (elu-16)",
    "mlp-reg-self-loop": "edges[2]: expected two different layers, got the self-loop [2, 2]",
    "mlp-reg-back-to-input": "layers[0] ('ip'): expected no edge into the input layer",
    "mlp-reg-dangling-no-child": "layers[2] ('tanh-16')",
    "mlp-reg-isolated": "layers[2] ('tanh-16')",
    "mlp-reg-two-outputs": "exactly one output layer 'op', got 2 (layers [3, 5])",
    "mlp-reg-no-output": "exactly one output layer 'op', got 0",
    "mlp-reg-missing-units": "layers[2].units",
    "mlp-class-wrong-decision": "layers[2].label",
    "mlp-class-cycle": "layers 1 (relu-16), 2 (tanh-16), 3 (elu-16)",
    "mlp-class-self-loop": "edges[2]: expected two different layers, got the self-loop [2, 2]",
    "mlp-class-dangling-no-parent": "layers[2] ('tanh-16')",
    "mlp-class-isolated": "layers[2] ('tanh-16')",
    "mlp-class-disconnected": "layers[1] ('relu-16')",
    "mlp-class-no-input": "exactly one input layer 'ip', got 0",
    "mlp-class-no-output": "exactly one output layer 'op', got 0",
    "mlp-class-missing-units": "layers[2].units",
}


@pytest.mark.parametrize("id_", PLACES)
def test_golden_invalid_graphs_are_refused_at_the_right_place(golden, id_: str) -> None:
    (network,) = [network for network in golden("invalid")["networks"] if network["id"] == id_]
    document = {key: network[key] for key in ("kind", "layers", "edges")}
    with pytest.raises(ArchitectureError) as refused:
        Architecture.from_dict(document)
    assert PLACES[id_] in str(refused.value)
    assert "expected" in str(refused.value)


def test_no_golden_invalid_graph_is_left_out(golden) -> None:
    assert {network["id"] for network in golden("invalid")["networks"]} == set(PLACES)


def with_layer(index: int, layer: object) -> tuple[Any, ...]:
    return (*LAYERS[:index], layer, *LAYERS[index + 1 :])


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (None, r"layers: expected a sequence of Layer, got NoneType"),
        ("ip", r"layers: expected a sequence of Layer, got str"),
        ({1: LAYERS[0]}, r"layers: expected a sequence of Layer, got dict"),
        (iter(LAYERS), r"layers: expected a sequence of Layer, got tuple_iterator"),
        ((), r"exactly one input layer 'ip', got 0"),
        (with_layer(1, "relu"), r"layers\[1\]: expected a Layer, got str"),
        (with_layer(1, None), r"layers\[1\]: expected a Layer, got NoneType"),
        (with_layer(1, Layer("selu", 8)), r"layers\[1\].label: .*crelu.*got 'selu'"),
        (with_layer(1, Layer(["relu"], 8)), r"layers\[1\].label: .*got \['relu'\]"),
        (with_layer(1, Layer("conv3", 8, 1)), r"layers\[1\].label: .*kind 'mlp-reg'"),
        (with_layer(1, Layer("softmax")), r"layers\[1\].label: .*got 'softmax'"),
        (with_layer(1, Layer("ip")), r"exactly one input layer 'ip', got 2 \(layers \[0, 1\]\)"),
        (with_layer(1, Layer("relu", 8, 1)), r"layers\[1\].stride: expected None"),
        (with_layer(3, Layer("linear", 8)), r"layers\[3\].units: expected None"),
        (with_layer(4, Layer("op", 1)), r"layers\[4\].units: expected None"),
    ],
)
def test_wrong_layers(layers: object, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        Architecture(layers, CHAIN, "mlp-reg")


@pytest.mark.parametrize(
    "units",
    [
        *(None, 0, -3, 8.0, 8.5, float("nan"), "8", True, [8], 1_000_001, HUGE),
        *(
            np.int64(0),
            np.uint64(2**63),
            np.float64(8),
            np.True_,
            np.array([8]),
            torch.tensor(True),
        ),
    ],
)
def test_units_are_whole_numbers_from_one_to_a_million(units: object) -> None:
    with pytest.raises(ArchitectureError, match=r"layers\[1\].units: expected a whole"):
        Architecture(with_layer(1, Layer("relu", units)), CHAIN, "mlp-reg")


@pytest.mark.parametrize(
    "stride", [None, 0, 3, -1, 1.0, "1", True, np.int8(3), np.float32(1), np.True_]
)
def test_strides_are_one_or_two(stride: object) -> None:
    layers = (Layer("ip"), Layer("conv3", 8, stride), Layer("softmax"), Layer("op"))
    with pytest.raises(ArchitectureError, match=r"layers\[1\].stride: .*\[1, 2\]"):
        Architecture(layers, CHAIN[:3], "cnn")


@pytest.mark.parametrize("label", ["max-pool", "avg-pool"])
def test_pools_have_neither_units_nor_strides(label: str) -> None:
    for layer, name in ((Layer(label, 8), "units"), (Layer(label, None, 2), "stride")):
        layers = (Layer("ip"), Layer("conv3", 8, 1), layer, Layer("softmax"), Layer("op"))
        with pytest.raises(
            ArchitectureError,
            match=rf"layers\[2\].{name}: expected None, since '{label}' has no {name}",
        ):
            Architecture(layers, CHAIN, "cnn")


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        (None, r"edges: expected a sequence of pairs, got None"),
        ("01", r"edges: expected a sequence of pairs, got '01'"),
        (np.array(3), r"edges: expected a sequence of pairs, got array\(3\)"),
        (np.arange(4), r"edges\[0\]: expected a pair of whole numbers, got 0"),
        (np.array(CHAIN).T, r"edges\[0\]: expected a pair of whole numbers, got \[0, 1, 2, 3\]"),
        (np.eye(5, dtype=int), r"edges\[0\]: expected a pair of whole numbers, got \[1, 0, 0, 0"),
        (np.array([CHAIN]), r"edges\[0\]: expected a pair of whole numbers, got \[\[0, 1\]"),
        (np.array(CHAIN, float), r"edges\[0\]: expected a pair of .* numbers, got \[0.0, 1.0\]"),
        (np.array(CHAIN, bool), r"edges\[0\]: expected a pair of .* numbers, got \[False, True\]"),
        (np.array(CHAIN) - 1, r"edges\[0\]: expected layer numbers from 0 to 4, got \[-1, 0\]"),
        (np.array([*CHAIN, (1, 2)]), r"edges\[4\]: expected every edge once, got \[1, 2\] again"),
        (np.ndarray, r"edges: expected a sequence of pairs, got <class 'numpy.ndarray'>"),
        (
            [*map(np.array, CHAIN), np.arange(3)],
            r"edges\[4\]: expected a pair .* array\(\[0, 1, 2",
        ),
        ((*CHAIN, (0, np.float64(2))), r"edges\[4\]: expected a pair of whole numbers"),
        ((*CHAIN, (np.False_, 2)), r"edges\[4\]: expected a pair of whole numbers"),
        ((*CHAIN, (0, np.array([2]))), r"edges\[4\]: expected a pair of whole numbers"),
        ((), r"layers\[0\] \('ip'\): expected an edge out of this layer"),
        ((*CHAIN, 3), r"edges\[4\]: expected a pair of whole numbers, got 3"),
        ((*CHAIN, "01"), r"edges\[4\]: expected a pair of whole numbers, got '01'"),
        ((*CHAIN, (0,)), r"edges\[4\]: expected a pair of whole numbers, got \(0,\)"),
        ((*CHAIN, (0, 1, 2)), r"edges\[4\]: expected a pair of whole numbers"),
        ((*CHAIN, (0, 2.0)), r"edges\[4\]: expected a pair of whole numbers"),
        ((*CHAIN, (False, 2)), r"edges\[4\]: expected a pair of whole numbers"),
        ((*CHAIN, (0, None)), r"edges\[4\]: expected a pair of whole numbers"),
        ((*CHAIN, (0, 5)), r"edges\[4\]: expected layer numbers from 0 to 4, got \[0, 5\]"),
        ((*CHAIN, (-1, 2)), r"edges\[4\]: expected layer numbers from 0 to 4, got \[-1, 2\]"),
        pytest.param(
            (*CHAIN, (0, 10**5000)), r"edges\[4\]: expected layer numbers from 0 to 4", id="huge"
        ),
        ((*CHAIN, (1, 2)), r"edges\[4\]: expected every edge once, got \[1, 2\] again"),
        ((*CHAIN, (1, 1)), r"edges\[4\]: .* got the self-loop \[1, 1\]"),
        ((*CHAIN, (2, 1)), r"no cycle, got one that blocks layers 1 \(relu-8\), 2 \(tanh-8\)"),
        ((*CHAIN, (1, 4)), r"layers\[1\] \('relu-8'\): expected every parent of 'op' to be a"),
        ((*CHAIN, (0, 4)), r"layers\[0\] \('ip'\): expected every parent of 'op' to be a"),
        (((0, 1), (1, 3), (3, 4), (3, 2), (2, 4)), r"expected every parent of 'op'"),
    ],
)
def test_wrong_edges(edges: object, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        Architecture(LAYERS, edges, "mlp-reg")


DTYPES = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)
ADJACENCY = np.eye(5, k=1, dtype=int)


@pytest.mark.parametrize(
    "edges",
    [
        *(np.array(CHAIN, dtype) for dtype in DTYPES),
        np.array(CHAIN, object),
        np.argwhere(ADJACENCY),
        torch.tensor(CHAIN),
        list(np.array(CHAIN)),
        tuple(zip(*np.nonzero(ADJACENCY), strict=True)),
        [[np.int64(start), end] for start, end in CHAIN],
        [(np.array(start), torch.tensor(end)) for start, end in CHAIN],
    ],
    ids=lambda edges: f"{type(edges).__name__} of {getattr(edges, 'dtype', type(edges[0]))}",
)
def test_edges_may_come_from_arrays(edges: Any) -> None:
    plain = Architecture(LAYERS, CHAIN, "mlp-reg")
    network = Architecture(LAYERS, edges, "mlp-reg")
    assert network == plain
    assert hash(network) == hash(plain)
    assert {type(end) for edge in network.edges for end in edge} == {int}
    assert network.canonical_hash() == plain.canonical_hash()
    assert json.dumps(network.to_dict()) == json.dumps(plain.to_dict())


def test_a_name_of_numpy_is_a_kind() -> None:
    network = Architecture(LAYERS, CHAIN, np.array(["mlp-reg"])[0])
    assert type(network.kind) is str
    assert network.canonical_hash() == Architecture(LAYERS, CHAIN, "mlp-reg").canonical_hash()


def test_a_cycle_beside_a_whole_network() -> None:
    edges = ((0, 3), (3, 4), (1, 2), (2, 1))
    with pytest.raises(ArchitectureError, match=r"blocks layers 1 \(relu-8\), 2 \(tanh-8\)"):
        Architecture(LAYERS, edges, "mlp-reg")


def test_a_decision_layer_feeds_only_the_output() -> None:
    layers = (Layer("ip"), Layer("linear"), Layer("relu", 8), Layer("linear"), Layer("op"))
    edges = ((0, 1), (1, 2), (1, 4), (2, 3), (3, 4))
    with pytest.raises(
        ArchitectureError, match=r"layers\[1\] .* decision layer to feed only 'op', got .*\[2, 4\]"
    ):
        Architecture(layers, edges, "mlp-reg")


def test_only_one_decision_layer_can_do_without_processing_layers() -> None:
    three = (Layer("ip"), Layer("linear"), Layer("op"))
    assert len(Architecture(three, CHAIN[:2], "mlp-reg").layers) == 3
    four = (Layer("ip"), Layer("linear"), Layer("linear"), Layer("op"))
    with pytest.raises(ArchitectureError, match="expected a processing layer, or just ip"):
        Architecture(four, ((0, 1), (0, 2), (1, 3), (2, 3)), "mlp-reg")


@pytest.mark.parametrize("kind", [None, "rnn", 3, ["cnn"], "CNN", LONG, HUGE])
def test_unknown_kinds(kind: object) -> None:
    with pytest.raises(ArchitectureError, match="kind: expected one of") as refused:
        Architecture(LAYERS, CHAIN, kind)
    assert len(str(refused.value)) < 500


def test_edges_in_excess_are_found_without_comparing_all_pairs() -> None:
    n = 20_000  # all pairs of that many edges would be 200 million
    layers = (Layer("ip"), *[Layer("relu", 8)] * n, Layer("linear"), Layer("op"))
    chain = [(i, i + 1) for i in range(n + 2)]
    with pytest.raises(ArchitectureError, match=r"edges\[20002\]: .* once, got \[1, 2\] again"):
        Architecture(layers, (*chain, (1, 2), (5, 6)), "mlp-reg")


def test_messages_stay_short() -> None:
    n = 2000
    wide = [(0, 1), *((1, i + 2) for i in range(n)), *((i + 2, n + 2) for i in range(n))]
    layers = (Layer("ip"), Layer("linear"), *[Layer("relu", 8)] * n, Layer("linear"), Layer("op"))
    nested: object = 0
    for _ in range(6):
        nested = [nested] * 6
    for network in (
        lambda: Architecture((Layer("ip"),) * n, (), "mlp-reg"),
        lambda: Architecture(layers, (*wide, (n + 2, n + 3)), "mlp-reg"),
        lambda: Architecture(layers, (), nested),  # type: ignore[arg-type]
        lambda: Architecture(layers, (nested,), "mlp-reg"),  # type: ignore[arg-type]
    ):
        with pytest.raises(ArchitectureError) as refused:
            network()
        assert len(str(refused.value)) < 500
