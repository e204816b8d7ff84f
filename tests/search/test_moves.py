"""What can be made of proposals with several networks and parameters."""

from __future__ import annotations

import numpy as np

from optuna_nasbot import MLPSpace
from optuna_nasbot.search import Candidate
from optuna_nasbot.search.moves import NetworkMoves
from optuna_nasbot.search.proposal import Proposal

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
