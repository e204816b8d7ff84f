"""What can be made of proposals with several networks and parameters."""

from __future__ import annotations

import numpy as np
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution
from optuna.distributions import IntDistribution

from optuna_nasbot import MLPSpace
from optuna_nasbot.search import Candidate
from optuna_nasbot.search.moves import JointMoves
from optuna_nasbot.search.moves import KnownNetworkMoves
from optuna_nasbot.search.moves import NetworkMoves
from optuna_nasbot.search.moves import ParameterMoves
from optuna_nasbot.search.proposal import Proposal
from optuna_nasbot.trials.parameters import Parameter

SPACE = MLPSpace(max_layers=10)
FIRST, SECOND = (
    Candidate(network, number) for number, network in enumerate(SPACE.initial_pool[:2])
)
PARENT = Proposal({"encoder": FIRST, "decoder": SECOND}, {"lr": 0.1})
MOVES = NetworkMoves("decoder", SPACE)


def assert_moved(found: Proposal) -> None:
    assert found.candidates["encoder"] is FIRST
    assert found.candidates["decoder"].parent == SECOND.parent
    assert found.candidates["decoder"].network in SPACE
    assert found.parameters == {"lr": 0.1}
    assert found.key != PARENT.key


def test_neighbours_differ_in_one_network() -> None:
    found = MOVES.neighbours(PARENT, np.random.default_rng(0), at_most=7)
    assert len({each.key for each in found}) == len(found) == 7
    for each in found:
        assert_moved(each)
        assert len(each.candidates["decoder"].edits) == 1


def test_children_differ_in_one_network() -> None:
    child = MOVES.child(PARENT, np.random.default_rng(0), (0.0, 0.0, 1.0))
    assert_moved(child)
    assert len(child.candidates["decoder"].edits) == 3


def test_proposals_are_told_apart_by_networks_and_parameters() -> None:
    same = Proposal({"decoder": Candidate(SECOND.network, 9, ("swap_label",)), "encoder": FIRST})
    assert Proposal(same.candidates, {"lr": 0.1}).key == PARENT.key
    assert same.key != PARENT.key
    assert Proposal({"encoder": SECOND, "decoder": FIRST}, {"lr": 0.1}).key != PARENT.key


# --- Parameters


PARAMETERS = {
    "lr": Parameter(FloatDistribution(1e-4, 1e-1, log=True)),
    "depth": Parameter(IntDistribution(1, 5)),
    "optimiser": Parameter(CategoricalDistribution(["adam", "sgd"])),
}
WITH_PARAMETERS = Proposal(
    {"encoder": FIRST, "decoder": SECOND}, {"lr": 0.01, "depth": 2, "optimiser": "adam"}
)


def test_steps_of_parameters() -> None:
    moves, rng = ParameterMoves(PARAMETERS), np.random.default_rng(0)
    found = moves.neighbours(WITH_PARAMETERS, rng, at_most=100)
    assert len(found) == 100
    for each in found:
        assert each.candidates == WITH_PARAMETERS.candidates
        assert all(PARAMETERS[name].holds(value) for name, value in each.parameters.items())
        assert each.parameters != WITH_PARAMETERS.parameters
    for name, value in WITH_PARAMETERS.parameters.items():
        changed = [each for each in found if each.parameters[name] != value]
        assert 50 < len(changed) < 85  # 1/2 + 1/6 of them


def test_refined_parameters_stay_near() -> None:
    moves, rng = ParameterMoves(PARAMETERS), np.random.default_rng(0)
    found = moves.refined(WITH_PARAMETERS, 0.01, rng)
    assert {each.parameters["optimiser"] for each in found} == {"adam"}
    steps = [abs(PARAMETERS["lr"].scaled(each.parameters["lr"]) - 2 / 3) for each in found]
    assert 0 < max(steps) < 0.05
    categories = ParameterMoves({"optimiser": PARAMETERS["optimiser"]})
    assert categories.refined(WITH_PARAMETERS, 0.01, rng) == []
    assert NetworkMoves("decoder", SPACE).refined(WITH_PARAMETERS, 0.01, rng) == []


def test_moves_without_parameters() -> None:
    moves, rng = ParameterMoves({}), np.random.default_rng(0)
    assert moves.neighbours(PARENT, rng) == []
    assert moves.child(PARENT, rng) is PARENT


def test_tried_networks_take_the_place_of_one() -> None:
    tried = tuple(Candidate(network, 7) for network in SPACE.initial_pool[3:6])
    moves, rng = KnownNetworkMoves("encoder", tried), np.random.default_rng(0)
    found = moves.neighbours(PARENT, rng)
    assert {each.candidates["encoder"] for each in found} == {*tried}
    assert len(moves.neighbours(PARENT, rng, 2)) == 2
    assert moves.child(PARENT, rng).candidates["encoder"] in tried
    assert all(each.candidates["decoder"] is SECOND for each in found)


def test_joint_moves_change_networks_parameters_or_both() -> None:
    moves = JointMoves((NetworkMoves("decoder", SPACE),), ParameterMoves(PARAMETERS))
    rng = np.random.default_rng(0)
    children = [moves.child(WITH_PARAMETERS, rng) for _ in range(60)]
    kinds = {
        (
            each.candidates["decoder"] is not SECOND,
            each.parameters != WITH_PARAMETERS.parameters,
        )
        for each in children
    }
    assert kinds >= {(True, False), (False, True), (True, True)}
    assert len(moves.neighbours(WITH_PARAMETERS, rng, 12)) == 12


def test_joint_moves_of_networks_or_parameters_alone() -> None:
    rng = np.random.default_rng(0)
    networks = JointMoves((NetworkMoves("decoder", SPACE),), ParameterMoves({}))
    assert all(
        each.parameters == PARENT.parameters and each.candidates["decoder"] is not SECOND
        for each in [*networks.neighbours(PARENT, rng, 9), networks.child(PARENT, rng)]
    )
    parameters = JointMoves((), ParameterMoves(PARAMETERS))
    assert all(
        each.candidates == WITH_PARAMETERS.candidates
        for each in [
            *parameters.neighbours(WITH_PARAMETERS, rng, 9),
            parameters.child(WITH_PARAMETERS, rng),
        ]
    )
