from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.edits import EDITS
from optuna_nasbot.edits import edits_on
from optuna_nasbot.edits.listed_units import nearest

LISTED = (16, 32, 100, 512)
ON_LIST = {edit.name: edit for edit in edits_on(LISTED)}
RNG = np.random.default_rng(0)


def chain(*units: int) -> Architecture:
    return Architecture.chain(*[f"relu-{each}" for each in units], kind="mlp-reg")


def units_of(architecture: Architecture | None) -> list[int] | None:
    if architecture is None:
        return None
    return [layer.units for layer in architecture.layers if layer.units is not None]


@pytest.mark.parametrize(
    ("units", "wider", "narrower"),
    [
        (16, 32, None),
        (32, 100, 16),
        (100, 512, 32),
        (512, None, 100),
        (8, 16, None),
        (64, 100, 32),
    ],
)
def test_the_next_width(units: int, wider: int | None, narrower: int | None) -> None:
    inc = ON_LIST["inc_single"].apply(chain(units, 32), (1,), RNG)
    dec = ON_LIST["dec_single"].apply(chain(units, 32), (1,), RNG)
    assert units_of(inc) == (wider and [wider, 32])
    assert units_of(dec) == (narrower and [narrower, 32])


def test_only_the_width_changes() -> None:
    network = Architecture.chain("conv3-16/2", "conv5-32", "fc-100", kind="cnn")
    inc = ON_LIST["inc_single"].apply(network, (1,), RNG)
    assert inc == Architecture.chain("conv3-32/2", "conv5-32", "fc-100", kind="cnn")


def test_groups_step_together() -> None:
    network = chain(16, 32, 100)
    assert units_of(ON_LIST["inc_en_masse"].apply(network, (2, 3), RNG)) == [16, 100, 512]
    assert units_of(ON_LIST["dec_en_masse"].apply(network, (2, 3), RNG)) == [16, 16, 32]
    assert ON_LIST["dec_en_masse"].apply(network, (1, 2), RNG) is None  # the list ends at 16


@pytest.mark.parametrize(
    ("before", "after", "between"), [(16, 512, 100), (100, 100, 100), (16, 32, 16), (32, 100, 32)]
)
def test_a_new_layer_has_the_width_nearest_to_the_mean(
    before: int, after: int, between: int
) -> None:
    wedged = ON_LIST["wedge_layer"].apply(chain(before, after), (1, 2), RNG)
    assert units_of(wedged) == [before, between, after]


@pytest.mark.parametrize(("width", "expected"), [(1, 16), (24, 16), (24.5, 32), (1e9, 512)])
def test_nearest(width: float, expected: int) -> None:
    assert nearest(LISTED, width) == expected


def test_names_and_probabilities_are_the_paper_s() -> None:
    assert [(each.name, each.probability, each.sites) for each in edits_on(LISTED)] == [
        (each.name, each.probability, each.sites) for each in EDITS
    ]
