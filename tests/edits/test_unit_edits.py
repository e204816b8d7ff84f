from __future__ import annotations

import numpy as np
import pytest

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import Layer
from optuna_nasbot.edits.edit import Edit
from optuna_nasbot.edits.unit_edits import DEC_EN_MASSE
from optuna_nasbot.edits.unit_edits import DEC_SINGLE
from optuna_nasbot.edits.unit_edits import INC_EN_MASSE
from optuna_nasbot.edits.unit_edits import INC_SINGLE
from optuna_nasbot.edits.unit_edits import en_masse_sites
from optuna_nasbot.edits.unit_edits import layers_with_units
from optuna_nasbot.edits.unit_edits import rounded
from optuna_nasbot.edits.unit_edits import single_sites

KINDS = ("cnn", "mlp-reg", "mlp-class")
RNG = np.random.default_rng(0)


def chain(*units: int) -> Architecture:
    layers = (Layer("ip"), *[Layer("relu", n) for n in units], Layer("linear"), Layer("op"))
    return Architecture(layers, tuple((i, i + 1) for i in range(len(layers) - 1)), "mlp-reg")


def units_of(architecture: Architecture) -> list[int | None]:
    return [layer.units for layer in architecture.layers]


@pytest.mark.parametrize(
    ("units", "wider", "narrower"),
    [
        (8, 9, 7),
        (64, 72, 56),
        (16, 18, 14),
        (20, 23, 18),  # 22.5 and 17.5 are rounded away from zero
        (12, 14, 11),  # 13.5 and 10.5
        (100, 113, 88),  # 112.5 and 87.5
        (17, 19, 15),  # 19.125 and 14.875
        (3, 4, 2),  # an eighth would be nothing: by one at least
        (1, 2, None),
    ],
)
def test_an_eighth_rounded(units: int, wider: int, narrower: int | None) -> None:
    inc = INC_SINGLE.apply(chain(units, 50), (1,), RNG)
    assert units_of(inc) == [None, wider, 50, None, None]
    dec = DEC_SINGLE.apply(chain(units, 50), (1,), RNG)
    assert (dec and units_of(dec)) == (narrower and [None, narrower, 50, None, None])


@pytest.mark.parametrize(
    ("value", "expected"), [(22.5, 23), (23.5, 24), (22.49, 22), (22.51, 23), (0.5, 1), (7.0, 7)]
)
def test_halves_are_rounded_away_from_zero(value: float, expected: int) -> None:
    assert rounded(value) == expected


def test_units_have_an_upper_bound() -> None:
    assert INC_SINGLE.apply(chain(1_000_000), (1,), RNG) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("edit", "sign"),
    [(INC_SINGLE, 1), (DEC_SINGLE, -1), (INC_EN_MASSE, 1), (DEC_EN_MASSE, -1)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_only_the_units_of_the_group_change(
    architectures, kind: str, edit: Edit, sign: int
) -> None:
    for architecture in architectures(kind).values():
        for group in edit.sites(architecture, RNG):
            child = edit.apply(architecture, group, RNG)
            if child is None:
                assert sign == -1
                assert min(architecture.layers[index].units for index in group) == 1
                continue
            assert child.edges == architecture.edges
            for index, (old, new) in enumerate(
                zip(architecture.layers, child.layers, strict=True)
            ):
                assert (new.label, new.stride) == (old.label, old.stride)
                if index not in group:
                    assert new.units == old.units
                else:
                    change = (new.units - old.units) * sign
                    assert change >= 1
                    assert change == 1 or abs(change - old.units / 8) <= 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_sites_of_single_edits_are_all_layers_with_units(architectures, kind: str) -> None:
    for architecture in architectures(kind).values():
        sites = single_sites(architecture, RNG)
        assert [index for (index,) in sites] == [
            index for index, layer in enumerate(architecture.layers) if layer.units is not None
        ]


@pytest.mark.parametrize(
    ("n_hidden", "sizes"),
    [
        (1, []),
        (2, []),
        (3, [1, 2]),  # 4 internal layers with the decision layer
        (6, [3, 3]),
        (7, [3, 4, 1, 2, 2, 2]),  # 8 internal layers
        (14, [7, 7, 3, 4, 3, 4]),
        (15, [7, 8, 3, 4, 4, 4, 1, 2, 2, 2, 2, 2, 2, 2]),  # 16 internal layers
        (16, [8, 8, 4, 4, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2]),
    ],
)
def test_halves_quarters_and_eighths(n_hidden: int, sizes: list[int]) -> None:
    groups = en_masse_sites(chain(*[16] * n_hidden), RNG)
    assert [len(group) for group in groups] == sizes


@pytest.mark.parametrize("kind", KINDS)
def test_groups_of_one_grouping_are_contiguous_and_cover_all_layers(
    architectures, kind: str
) -> None:
    for architecture in architectures(kind).values():
        changeable = layers_with_units(architecture)
        groups = en_masse_sites(architecture, RNG)
        assert all(groups)
        n_internal = len(architecture.layers) - 2
        n_groupings = sum(n_internal >= least for least in (4, 8, 16)) if changeable else 0
        assert sum(groups, ()) == tuple(changeable) * n_groupings
