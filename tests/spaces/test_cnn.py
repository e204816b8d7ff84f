from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import optuna
import pytest
import torch
from torch import nn

from optuna_nasbot import OTMANN
from optuna_nasbot import Architecture
from optuna_nasbot import CNNSpace
from optuna_nasbot import EvolutionSampler
from optuna_nasbot import Layer
from optuna_nasbot import NASBOTSampler
from optuna_nasbot import best_architecture
from optuna_nasbot import build_module
from optuna_nasbot import suggest_architecture
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.architecture.image_size import inverse_image_sizes
from optuna_nasbot.architecture.parameter_count import count_parameters
from optuna_nasbot.visualization import to_mermaid
from optuna_nasbot.visualization import to_svg
from optuna_nasbot.visualization import to_text
from optuna_nasbot.visualization.drawing.colours import groups_of


def halvings(network) -> int:
    _, after = inverse_image_sizes(network.layers, network.parents, network.operations)
    return max(size for size in after if size is not None).bit_length() - 1


@pytest.mark.parametrize(
    ("image_size", "expected"),
    [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (8, 3), (28, 5), (32, 5), (33, 6), (224, 8)],
)
def test_images_are_halved_until_a_pixel_is_left(image_size: int, expected: int) -> None:
    space = CNNSpace(image_size=image_size)
    assert space.max_halvings == expected
    assert max(halvings(network) for network in space.initial_pool) <= expected
    assert all(network in space for network in space.initial_pool)


def test_halvings_can_be_given() -> None:
    for allowed in (0, 1, 3, 10):
        space = CNNSpace(image_size=32, max_halvings=allowed)
        assert space.max_halvings == allowed
        assert max(halvings(network) for network in space.initial_pool) == min(allowed, 6)


@pytest.mark.parametrize("value", [None, "32", 32.0, True, [32]])
def test_image_size_is_a_whole_number(value: object) -> None:
    with pytest.raises(TypeError, match=r"^image_size: expected a whole number, got "):
        CNNSpace(image_size=value)


def test_image_size_is_positive() -> None:
    with pytest.raises(ValueError, match=r"^image_size: expected at least 1, got 0"):
        CNNSpace(image_size=0)


def test_small_images_keep_their_layers_but_not_their_pools() -> None:
    for network in CNNSpace(image_size=1).initial_pool:
        assert not any("pool" in layer.label or layer.stride == 2 for layer in network.layers)
    deep = CNNSpace(image_size=1, min_layers=40, max_layers=40)
    assert {len(network.layers) for network in deep.initial_pool} == {40}


def test_the_branched_network_is_left_out_where_it_breaks_a_limit() -> None:
    def has_branches(space: CNNSpace) -> bool:
        return any(len(network.children[1]) == 3 for network in space.initial_pool)

    assert has_branches(CNNSpace())
    assert not has_branches(CNNSpace(max_out_degree=2))
    assert not has_branches(CNNSpace(max_layers=14))


# --- Tasks


@pytest.mark.parametrize("task", ["mlp-reg", "", None, 3, ["regression"], {}])
def test_unknown_tasks(task: object) -> None:
    with pytest.raises(
        ValueError, match=r"^task: expected one of \['classification', 'regression'\], got "
    ):
        CNNSpace(task=task)


def test_tasks() -> None:
    classes, targets = CNNSpace(), CNNSpace(task="regression")
    assert CNNSpace(task="classification") == classes != targets
    assert (classes.operation_set.kind, targets.operation_set.kind) == ("cnn", "cnn-reg")
    assert pickle.loads(pickle.dumps(targets)) == targets


@pytest.mark.parametrize("limits", [{}, {"image_size": 8, "max_layers": 12, "max_mass": 1e6}])
def test_the_pool_of_a_regression_has_other_decision_layers(limits: dict[str, Any]) -> None:
    classes, targets = CNNSpace(**limits), CNNSpace(task="regression", **limits)
    assert all(network in targets for network in targets.initial_pool)
    for one, other in zip(classes.initial_pool, targets.initial_pool, strict=True):
        layers = [Layer("linear") if each == Layer("softmax") else each for each in one.layers]
        assert other == Architecture(layers, one.edges, "cnn-reg")
        assert total_mass(other) == total_mass(one)


def test_distances_of_a_regression_are_those_of_a_classification() -> None:
    spaces = CNNSpace(max_layers=12), CNNSpace(max_layers=12, task="regression")
    of_space = [OTMANN.for_space(space).pairwise(space.initial_pool) for space in spaces]
    of_kind = OTMANN.for_kind("cnn-reg").pairwise(spaces[1].initial_pool)
    np.testing.assert_array_equal(of_space[0], of_space[1])
    np.testing.assert_array_equal(of_space[0], of_kind)


@pytest.mark.parametrize("sampler", [NASBOTSampler, EvolutionSampler])
def test_search_for_a_regression_is_that_for_a_classification(sampler: Any) -> None:
    found = []
    for task in ("classification", "regression"):
        space = CNNSpace(image_size=8, max_layers=10, max_units=64, task=task)

        def objective(trial: optuna.Trial, space: CNNSpace = space) -> float:
            network = suggest_architecture(trial, "net", space)
            assert network in space
            return total_mass(network)

        study = optuna.create_study(sampler=sampler(seed=0))
        study.optimize(objective, n_trials=14)
        found.append([trial.value for trial in study.trials])
        stored = best_architecture(study, "net").to_dict()
        assert Architecture.from_dict(stored) in space
        labels = {layer["label"] for layer in stored["layers"]}
        assert labels & {"softmax", "linear"} == {space.operation_set.decision}
    assert found[0] == found[1]


def test_outputs_of_a_regression_are_logits_of_several_labels() -> None:
    (*_, branched) = CNNSpace(image_size=16, task="regression").initial_pool
    assert [layer.label for layer in branched.layers].count("linear") == 2
    torch.manual_seed(0)
    module = build_module(branched, in_channels=3, out_features=4)
    images, labels = torch.randn(6, 3, 16, 16), (torch.rand(6, 4) > 0.5).float()
    logits = module(images)
    assert logits.shape == (6, 4)
    assert (logits.min() < 0.0) & (logits.max() > 0.0)
    nn.BCEWithLogitsLoss()(logits, labels).backward()
    assert all(parameter.grad is not None for parameter in module.parameters())
    n_parameters = sum(parameter.numel() for parameter in module.parameters())
    assert count_parameters(branched, inputs=3, outputs=4) == n_parameters


def test_a_regression_may_have_a_single_target() -> None:
    network = CNNSpace(task="regression").initial_pool[0]
    assert build_module(network, in_channels=1, out_features=1)(
        torch.randn(2, 1, 32, 32)
    ).shape == (
        2,
        1,
    )


def test_a_regression_is_drawn_in_the_colours_of_a_classification() -> None:
    classes, targets = CNNSpace().initial_pool[-1], CNNSpace(task="regression").initial_pool[-1]
    assert groups_of(targets) == groups_of(classes)
    for draw in (to_svg, to_text, to_mermaid):
        assert "linear" in draw(targets, image_size=32)
