"""Networks to draw, shapes that people know, and studies to look at."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import numpy as np
import optuna
import pytest
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution
from optuna.distributions import FloatDistribution
from optuna.distributions import IntDistribution
from optuna.trial import FrozenTrial

from optuna_nasbot import Architecture
from optuna_nasbot import CellSpace
from optuna_nasbot import CNNSpace
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import MLPSpace
from optuna_nasbot import Operation
from optuna_nasbot import create_architecture_trial
from optuna_nasbot.search import Candidate
from optuna_nasbot.search import mutate
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.trials.parameters import Parameter


class Builder:
    """Adds layers below those before."""

    def __init__(self) -> None:
        self.layers = [Layer("ip")]
        self.edges: list[tuple[int, int]] = []

    def add(self, label: str, units: int | None = None, *, to: list[int], stride: int = 1) -> int:
        is_convolution = label.startswith(("conv", "res"))
        self.layers.append(Layer(label, units, stride if is_convolution else None))
        self.edges += [(parent, len(self.layers) - 1) for parent in to]
        return len(self.layers) - 1

    def network(self, last: list[int]) -> Architecture:
        decision = self.add("softmax", to=last)
        self.add("op", to=[decision])
        return Architecture(tuple(self.layers), tuple(self.edges), "cnn")


def googlenet() -> Architecture:
    """Nine blocks of four branches, whose outputs are concatenated."""
    net = Builder()
    stem = net.add("conv7", 64, to=[0], stride=2)
    stem = net.add("max-pool", to=[stem])
    last = [net.add("max-pool", to=[net.add("conv3", 192, to=[stem])])]
    for units in (64, 128, 0, 160, 176, 192, 208, 256, 0, 288, 320):
        if units == 0:
            last = [net.add("max-pool", to=last)]
            continue
        last = [
            net.add("conv3", units, to=last),
            net.add("conv3", units, to=[net.add("conv3", units // 2, to=last)]),
            net.add("conv5", units // 2, to=[net.add("conv3", units // 4, to=last)]),
            net.add("conv7", units // 4, to=last),
        ]
    return net.network([net.add("fc", 256, to=last)])


def resnet(*, plain: bool) -> Architecture:
    """Residual blocks: the kind's own layers, or pairs of convolutions with a way around them."""
    net = Builder()
    last = [net.add("max-pool", to=[net.add("conv7", 64, to=[0], stride=2)])]
    for units in (64, 128, 256, 512):
        stride = 1 if units == 64 else 2
        for step in (stride, 1, 1):
            if not plain:
                last = [net.add("res3", units, to=last, stride=step)]
            elif step == 2:
                last = [net.add("conv3", units, to=last, stride=2)]
            else:
                inner = net.add("conv3", units, to=[net.add("conv3", units, to=last)])
                last = [inner, last[0]]
    return net.network(last)


def densenet() -> Architecture:
    """Three blocks in which every layer sees all those before."""
    net = Builder()
    last = net.add("conv3", 32, to=[0])
    for block in range(3):
        seen = [last]
        for _ in range(5):
            seen.append(net.add("conv3", 16, to=seen))
        if block < 2:
            last = net.add("avg-pool", to=[net.add("conv3", 48 + 16 * block, to=seen)])
    return net.network(seen)


KNOWN = {
    "googlenet": googlenet(),
    "resnet": resnet(plain=True),
    "resnet of residual layers": resnet(plain=False),
    "densenet": densenet(),
}

SPACES = {
    "mlp": MLPSpace(),
    "cnn": CNNSpace(),
    "vertex cells": CellSpace(
        kind="drawn-vertex-cells",
        operations=[
            Operation("conv1x1", "conv", 1.0),
            Operation("conv3x3", "conv", 9.0),
            Operation("maxpool3x3", "pool", 0.5),
        ],
    ),
    "edge cells": CellSpace(
        kind="drawn-edge-cells",
        operations=[
            Operation("skip_connect", mass=0.3),
            Operation("nor_conv_1x1", "conv", 1.0),
            Operation("nor_conv_3x3", "conv", 2.0),
        ],
        operations_on="edges",
        max_vertices=4,
        skip="skip_connect",
    ),
    "own": GraphSpace(
        kind="drawn-own",
        operations=[
            *("conv3", "max-pool", "fc"),
            Operation('"sep"<3> & #1;', "separable", strides=(1, 2)),
            Operation("a-convolution-with-a-very-long-name\n\x00\x85", strides=(1,)),
            Operation("注意力"),
        ],
        task="classification",
        image_size=32,
    ),
}


@pytest.fixture(scope="session")
def networks() -> st.SearchStrategy[Architecture]:
    return edited_networks()


@st.composite
def edited_networks(draw: st.DrawFn) -> Architecture:
    """A network of one of the spaces, some to many edits from its initial pool."""
    space = draw(st.sampled_from(list(SPACES.values())))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    candidate = Candidate(space.initial_pool[rng.integers(len(space.initial_pool))])
    for _ in range(draw(st.sampled_from([0, 1, 4, 16, 64]))):
        candidate = mutate(candidate, space, rng)
    return candidate.network


@pytest.fixture(params=KNOWN)
def known(request: pytest.FixtureRequest) -> Architecture:
    return KNOWN[request.param]


@pytest.fixture
def cell() -> Architecture:
    return SPACES["vertex cells"].initial_pool[0]


@pytest.fixture
def spaces() -> dict[str, ArchitectureSpace]:
    return SPACES


SPACE = MLPSpace(max_layers=12, max_units=64)

MakeTrial = Callable[..., FrozenTrial]
MakeStudy = Callable[..., optuna.Study]


@pytest.fixture
def pool() -> tuple[Architecture, ...]:
    """Different networks of one kind, at least ten."""
    return SPACE.initial_pool


@pytest.fixture
def trial() -> MakeTrial:
    """Make a trial whose network is named "net"."""

    def make(network: Architecture, value: float | None = None, **more: Any) -> FrozenTrial:
        return create_architecture_trial({"net": network}, value=value, **more)

    return make


@pytest.fixture
def study() -> MakeStudy:
    """Make a study of trials."""

    def make(*trials: FrozenTrial, **arguments: Any) -> optuna.Study:
        made = optuna.create_study(**arguments)
        made.add_trials(trials)
        return made

    return make


TUNED = {
    "lr": FloatDistribution(1e-5, 1e-1, log=True),
    "batch_size": IntDistribution(16, 128, step=16),
    "optimizer": CategoricalDistribution(["adam", "sgd", None]),
}


def tuned_loss(network: Architecture, parameters: Mapping[str, Any]) -> float:
    """What trials with parameters lose: most of it by the learning rate."""
    of_rate = (np.log10(parameters["lr"]) + 3) ** 2
    of_optimizer = {"adam": 0.0, "sgd": 0.3, None: 0.6}[parameters["optimizer"]]
    return float(of_rate + of_optimizer + 0.1 * len(network.layers))


@pytest.fixture
def tuned() -> Callable[..., list[FrozenTrial]]:
    """Make trials with the network "net" and three parameters; more is left to the caller."""

    def make(n: int = 24, sign: float = 1.0, **more: Any) -> list[FrozenTrial]:
        rng = np.random.default_rng(0)
        trials = []
        for number in range(n):
            network = SPACE.initial_pool[number % 6]
            parameters = {name: Parameter(each).drawn(rng) for name, each in TUNED.items()}
            trials.append(
                create_architecture_trial(
                    {"net": network},
                    value=sign * tuned_loss(network, parameters),
                    params=parameters,
                    distributions=TUNED,
                    **more,
                )
            )
        return trials

    return make


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Warnings of Optuna's logger."""
    messages: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    handler = Keep(logging.WARNING)
    optuna.logging.get_logger("optuna").addHandler(handler)
    yield messages
    optuna.logging.get_logger("optuna").removeHandler(handler)
