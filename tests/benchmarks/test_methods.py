from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optuna_nasbot import Architecture
from optuna_nasbot import Layer
from optuna_nasbot import MLPSpace
from optuna_nasbot import create_architecture_trial
from optuna_nasbot.gp.surrogate import SurrogateFitter
from optuna_nasbot.gp.targets import Targets
from optuna_nasbot.search import Candidate
from optuna_nasbot.trials import Dimensions
from optuna_nasbot.trials import Observation
from optuna_nasbot.trials import Observations
from optuna_nasbot.trials.configuration import of_networks
from optuna_nasbot.trials.outcomes import Outcomes

SPACE = MLPSpace()


def chain(*layers: Layer) -> Architecture:
    edges = tuple((index, index + 1) for index in range(len(layers) + 2))
    return Architecture((Layer("ip"), *layers, Layer("linear"), Layer("op")), edges, "mlp-reg")


def numbered(number: int) -> Architecture:
    return chain(Layer("relu", 8), Layer("tanh", 8 + number))


def observations(networks: Sequence[Architecture], values: Sequence[float]) -> Observations:
    trials = [create_architecture_trial({"net": network}, value=0.0) for network in networks]
    configurations = of_networks("net", networks)
    return Observations(
        dimensions=Dimensions({"net": "mlp-reg"}),
        finished=tuple(map(Observation, trials, configurations)),
        outcomes=Outcomes(np.array(values, dtype=float)[:, None], np.ones(1), {}),
        running=(),
        waiting=(),
        failed=(),
    )


class Climb:
    """A local search among numbered networks, whose neighbours are given, with their values."""

    def __init__(self, module, monkeypatch, neighbours: dict[int, list[int]]) -> None:
        local_search = module("methods.local_search")
        of_network = {
            Candidate(numbered(number)): [Candidate(numbered(each)) for each in found]
            for number, found in neighbours.items()
        }
        monkeypatch.setattr(
            local_search, "one_edit_neighbours", lambda network, *_: of_network[network]
        )
        self.restarts = iter(range(100, 110))
        monkeypatch.setattr(
            local_search, "random_network", lambda *_: numbered(next(self.restarts))
        )
        self.search = local_search.LocalSearch()
        self.tried: dict[int, float] = {}

    def chosen(self) -> int:
        networks = [numbered(number) for number in self.tried]
        observed = observations(networks, list(self.tried.values()))
        network = self.search(observed, SPACE, np.random.default_rng(0))
        return (network.layers[2].units or 0) - 8


def test_local_search_begins_at_the_best_and_moves_to_the_first_better_one(
    module, monkeypatch
) -> None:
    climb = Climb(module, monkeypatch, {0: [1, 2, 3], 2: [4, 0], 9: [8]})
    climb.tried = {9: 0.5, 0: 1.0}
    assert climb.chosen() == 1
    climb.tried[1] = 0.9
    assert climb.chosen() == 2
    climb.tried[2] = 1.1
    assert climb.chosen() == 4  # and not 3, the neighbour of 0 that was not tried


def test_local_search_restarts_at_local_optima(module, monkeypatch) -> None:
    climb = Climb(module, monkeypatch, {0: [1], 100: [2, 1], 2: [0]})
    climb.tried = {0: 1.0, 1: 0.5}
    assert climb.chosen() == 100
    climb.tried[100] = 0.1
    assert climb.chosen() == 2  # a neighbour of the worse network where the climb began anew
    climb.tried[2] = 0.2
    assert climb.chosen() == 101


def test_local_search_without_a_start(module, monkeypatch) -> None:
    climb = Climb(module, monkeypatch, {100: [1]})
    assert climb.chosen() == 100
    climb.tried = {100: 0.0}
    assert climb.chosen() == 1


def test_local_search_takes_real_neighbours(module) -> None:
    search = module("methods.local_search").LocalSearch()
    start = SPACE.initial_pool[0]
    network = search(observations([start], [0.0]), SPACE, np.random.default_rng(0))
    assert network in SPACE
    assert network.canonical_hash() != start.canonical_hash()


def test_regularised_evolution(module, monkeypatch) -> None:
    evolution = module("methods.regularised_evolution")
    monkeypatch.setattr(evolution, "mutate", lambda parent, *_, **__: parent)
    networks = [numbered(number) for number in range(25)]
    values = [*range(1000, 1005), *range(20)]  # the best five are the oldest, and dead
    rng = np.random.default_rng(0)
    parents = [
        evolution.regularised_evolution(observations(networks, values), SPACE, rng)
        for _ in range(200)
    ]
    # The best of five different ones of twenty is not among the worst four.
    drawn = {values[networks.index(parent)] for parent in parents}
    assert min(drawn) >= 4
    assert max(drawn) == 19
    assert len(drawn) > 5


def test_regularised_evolution_fills_its_population(module, monkeypatch) -> None:
    evolution = module("methods.regularised_evolution")
    monkeypatch.setattr(evolution, "random_network", lambda *_: numbered(99))
    networks = [numbered(number) for number in range(19)]
    observed = observations(networks, range(19))
    chosen = evolution.regularised_evolution(observed, SPACE, np.random.default_rng(0))
    assert chosen == numbered(99)


def test_counts(module) -> None:
    # 8 of the hidden layer, and for input, output and decision layer the least mass of 100 each.
    row = module("methods.counts").counts(chain(Layer("relu", 8)))
    np.testing.assert_allclose(row, [np.log(4), np.log(308), 3, 0.75])


def test_shares_of_labels(module) -> None:
    """Two layers of relu and one of tanh, which is skipped."""
    layers = (Layer("ip"), *[Layer("relu", 8)] * 2, Layer("tanh", 8), Layer("linear"), Layer("op"))
    edges = ((0, 1), (1, 2), (2, 3), (2, 4), (3, 4), (4, 5))
    network = Architecture(layers, edges, "mlp-reg")
    shares = module("methods.trends").shares_of_labels(network)
    by_label = dict(zip(network.operations.labels, shares, strict=True))
    assert (by_label["relu"], by_label["tanh"], by_label["elu"]) == (2 / 6, 1 / 6, 0.0)


def test_model_of_counts_follows_a_trend(module) -> None:
    kernel = module("methods.counts").counts_kernel({"net": None})
    networks = [chain(*[Layer("relu", 16)] * n) for n in range(2, 40, 2)]
    targets = Targets(np.array([-abs(len(network.layers) - 20.0) for network in networks]))
    surrogate = SurrogateFitter(kernel).fit(of_networks("net", networks), targets)
    between = [chain(*[Layer("relu", 16)] * n) for n in (3, 17, 35)]
    mean, std = surrogate.predict(of_networks("net", between))
    assert np.argmax(mean) == 1
    assert np.all(std > 0)
