"""The form in which a trial carries a network."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any
from weakref import ref

import pytest

from optuna_nasbot import Architecture
from optuna_nasbot import ArchitectureError
from optuna_nasbot import GraphSpace
from optuna_nasbot import Operation
from optuna_nasbot.trials import architecture_attributes
from optuna_nasbot.trials import attribute_key
from optuna_nasbot.trials import read_architecture


@pytest.mark.parametrize("kind", ["mlp-reg", "mlp-class", "cnn"])
def test_attributes_are_plain_json_and_read_back(
    kind: str, architectures: Callable[[str], dict[str, Architecture]]
) -> None:
    for architecture in architectures(kind).values():
        attributes = architecture_attributes(architecture, "net")
        reloaded = json.loads(json.dumps(attributes, allow_nan=False))
        assert reloaded == attributes
        assert read_architecture(reloaded, "net") == architecture


def test_numbers_for_tables(architectures: Callable[[str], dict[str, Architecture]]) -> None:
    architecture = next(iter(architectures("cnn").values()))
    attributes = architecture_attributes(architecture, "net")
    assert set(attributes) == {
        "architecture:net",
        "architecture:net:n_layers",
        "architecture:net:mass",
    }
    assert attributes["architecture:net:n_layers"] == len(architecture.layers)
    assert type(attributes["architecture:net:mass"]) is float
    assert attributes["architecture:net:mass"] > 0


@pytest.mark.parametrize("attributes", [{}, {"architecture:n": {}}])
def test_nothing_is_carried(attributes: dict[str, Any]) -> None:
    assert read_architecture(attributes, "net") is None


@pytest.mark.parametrize("document", [{}, "net", 3, [], {"format": "optuna-nasbot/2"}])
def test_damaged_attribute_is_refused(document: Any) -> None:
    with pytest.raises(ArchitectureError):
        read_architecture({"architecture:net": document}, "net")


@pytest.mark.parametrize("name", ["", "a:b", ":"])
def test_impossible_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name: expected a string without colons, not empty"):
        attribute_key(name)


def test_name_that_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match=r"name: expected Unicode text, got 'net\\udc80'"):
        attribute_key("net\udc80")


def test_newer_form_is_named_however_large() -> None:
    document = {"format": "optuna-nasbot/2", "layers": ["x" * 100_000]}
    with pytest.raises(ArchitectureError, match=r"format: expected 'optuna-nasbot/1'.* newer"):
        read_architecture({"architecture:net": document}, "net")


@pytest.mark.parametrize("name", [None, 3, b"net", ("net",)])
def test_name_of_wrong_type_is_refused(name: Any) -> None:
    with pytest.raises(TypeError, match="name: expected a string, got"):
        attribute_key(name)


def test_what_is_too_large_to_be_stored_is_not_read() -> None:
    document = {"kind": "mlp-reg", "layers": [{"label": "relu", "units": 8}] * 3000, "edges": []}
    with pytest.raises(ArchitectureError, match="at most 60,000 bytes"):
        read_architecture({"architecture:net": document}, "net")


def test_null_is_damage_and_not_absence() -> None:
    assert read_architecture({}, "net") is None
    with pytest.raises(ArchitectureError, match="expected a JSON object"):
        read_architecture({"architecture:net": None}, "net")


# --- Kinds that change their meaning


def stored_network(*operations: Operation, kind: str = "test-stored-form") -> dict[str, Any]:
    space = GraphSpace(kind=kind, operations=operations, max_layers=6)
    return architecture_attributes(space.initial_pool[0], "net")


def read_in_new_thread(attributes: dict[str, Any], *operations: Operation) -> Architecture:
    def read() -> Architecture | None:
        GraphSpace(kind="test-stored-form", operations=operations, max_layers=6)
        return read_architecture(attributes, "net")

    with ThreadPoolExecutor(1) as thread:
        architecture = thread.submit(read).result()
    assert architecture is not None
    return architecture


def test_equal_documents_are_one_network_whatever_the_functions() -> None:
    attributes = stored_network(Operation("own"))
    network = read_architecture(attributes, "net")
    assert read_architecture(deepcopy(attributes), "net") is network
    for rule in (lambda channels_in, units: 1.0, lambda channels_in, units: 2.0):
        assert read_in_new_thread(attributes, Operation("own", mass=rule)) is network
        assert read_in_new_thread(deepcopy(attributes), Operation("own", mass=rule)) is network
    assert read_architecture(attributes, "net") is network


def test_each_thread_reads_by_its_own_operations() -> None:
    attributes = stored_network(Operation("own"))
    network = read_architecture(attributes, "net")
    with pytest.raises(ArchitectureError, match=r"layers\[1\].label: expected .*other.*got 'own'"):
        read_in_new_thread(attributes, Operation("other"))
    with pytest.raises(ArchitectureError, match=r"layers\[1\].units: expected None"):
        read_in_new_thread(deepcopy(attributes), Operation("own", has_units=False))
    assert read_architecture(attributes, "net") is network
    GraphSpace(kind="test-stored-form", operations=[Operation("other")], max_layers=6)
    with pytest.raises(ArchitectureError, match=r"layers\[1\].label: expected .*other.*got 'own'"):
        read_architecture(attributes, "net")


def test_what_was_read_keeps_no_function() -> None:
    def made() -> tuple[dict[str, Any], ref[Any]]:
        def rule(channels_in: int, units: int) -> float:
            return 1.0

        attributes = stored_network(Operation("own", mass=rule))
        assert read_architecture(attributes, "net") is not None
        return attributes, ref(rule)

    attributes, rule = made()
    stored_network(Operation("own"))
    gc.collect()
    assert rule() is None
    assert read_architecture(attributes, "net") is not None
