from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot import MLPSpace

POOL = MLPSpace().initial_pool


@pytest.fixture
def evaluations(module):
    """The evaluations of a problem whose value is the number of layers."""

    def of(direction: str, noise_std: float, seed: int = 0):
        problem = module("problem").Problem(
            space=MLPSpace(),
            evaluate=lambda network: float(len(network.layers)),
            direction=direction,
            start=(),
            noise_std=noise_std,
        )
        return module("evaluations").Evaluations(problem, seed)

    return of


@pytest.mark.parametrize(
    ("direction", "best"), [("maximize", np.maximum), ("minimize", np.minimum)]
)
def test_without_noise(evaluations, direction: str, best: np.ufunc) -> None:
    evaluate = evaluations(direction, 0.0)
    values = [evaluate(network) for network in (*POOL[5:], *POOL[:5])]
    assert values == [len(network.layers) for network in (*POOL[5:], *POOL[:5])]
    assert evaluate.incumbents() == list(best.accumulate(values))
    assert len(evaluate) == len(values)


@pytest.mark.parametrize(("direction", "choose"), [("maximize", max), ("minimize", min)])
def test_noise_decides_but_is_not_reported(evaluations, direction: str, choose) -> None:
    evaluate = evaluations(direction, 20.0)
    seen = [(evaluate(network), float(len(network.layers))) for network in POOL]
    expected = [choose(seen[:n])[1] for n in range(1, len(seen) + 1)]
    assert evaluate.incumbents() == expected
    assert expected != list(np.maximum.accumulate([true for _, true in seen]))


def test_what_is_observed_decides(module) -> None:
    problem = module("problem").Problem(
        space=MLPSpace(),
        evaluate=lambda network: float(len(network.layers)),
        observe=lambda network: 50.0 if network is None else -float(len(network.layers)),
        direction="maximize",
        start=(),
        impossible_value=0.0,
    )
    evaluate = module("evaluations").Evaluations(problem, 0)
    shortest_first = sorted(POOL, key=lambda network: len(network.layers))
    seen = [evaluate(network) for network in (*shortest_first[::-1], None)]
    sizes = [float(len(network.layers)) for network in shortest_first[::-1]]
    assert seen == [*(-size for size in sizes), 50.0]
    assert evaluate.incumbents() == [*sizes, 0.0]


def test_same_noise_for_all_methods_of_a_seed(evaluations) -> None:
    one, same, other = (evaluations("maximize", 1.0, seed) for seed in (0, 0, 1))
    assert [one(POOL[0]) for _ in range(3)] == [same(POOL[0]) for _ in range(3)]
    assert one(POOL[0]) != other(POOL[0])


def test_failures_are_the_same_for_all_methods_of_a_seed(module) -> None:
    def outcomes(seed: int) -> list[float | None]:
        problem = module("problem").Problem(
            space=MLPSpace(),
            evaluate=lambda network: float(len(network.layers)),
            direction="maximize",
            start=POOL[:3],
            failure_rate=0.3,
        )
        evaluations = module("evaluations")
        evaluate = evaluations.Evaluations(problem, seed)
        results = []
        for index in range(200):
            try:
                results.append(evaluate(POOL[index % len(POOL)]))
            except evaluations.EvaluationFailed:
                results.append(None)
        values = [-np.inf if result is None else result for result in results]
        assert evaluate.incumbents() == list(np.maximum.accumulate(values))
        return results

    assert outcomes(0) == outcomes(0) != outcomes(1)
    assert None not in outcomes(0)[:3]
    assert 40 < outcomes(0).count(None) < 80
