from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.distance.feature_cache import FeatureCache


def perceptron(width: int) -> Architecture:
    layers = (Layer("ip"), Layer("relu", width), Layer("linear"), Layer("op"))
    return Architecture(layers, ((0, 1), (1, 2), (2, 3)), "mlp-reg")


class Widths:
    """Features of a network: the width of its hidden layer."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, architecture: Architecture) -> list[int | None]:
        self.calls += 1
        return [architecture.layers[1].units]


def test_features_are_computed_once():
    compute = Widths()
    cache = FeatureCache(compute, 10)
    assert cache(perceptron(8)) is cache(perceptron(8))
    assert compute.calls == 1


def test_cache_forgets_what_was_used_longest_ago():
    compute = Widths()
    cache = FeatureCache(compute, 2)
    for width in (1, 2, 1, 3, 1):
        cache(perceptron(width))
    assert (compute.calls, len(cache)) == (3, 2)
    cache(perceptron(2))
    assert (compute.calls, len(cache)) == (4, 2)


def test_threads_share_a_cache():
    networks = [perceptron(width) for width in range(1, 30)] * 20
    cache = FeatureCache(Widths(), 7)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(cache, networks))
    assert found == [[network.layers[1].units] for network in networks]
    assert len(cache) == 7
