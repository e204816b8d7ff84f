"""Chains of layers as ordinary parameters, for samplers that know nothing of networks.

What one writes by hand to search networks with Optuna's own samplers: a number of layers or
blocks, and for each of them what it is and how wide. (The paper calls its rival of this form
TreeBO.)
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from optuna.trial import BaseTrial

from optuna_nasbot import Architecture
from optuna_nasbot import Layer
from optuna_nasbot.spaces.fitted_chains import fitted_sizes
from optuna_nasbot.spaces.network_space import NetworkSpace

_MAX_BLOCKS = 8
_MAX_BLOCK_LAYERS = 6
_MAX_DENSE = 3
_NO_POOL = "none"


def flattened(trial: BaseTrial, space: NetworkSpace) -> Architecture:
    """The chain that a trial's parameters describe, fitted to the limits of a space."""
    suggest = _image_chain if space.operation_set.is_image else _plain_chain
    fitted = fitted_sizes(suggest(trial, space), space.operation_set, space)
    return fitted[0] if fitted else space.initial_pool[0]


def flattened_params(network: Architecture) -> dict[str, Any] | None:
    """The parameters that describe a network of the space, None if none do."""
    n_layers = len(network.layers)
    if network.edges != tuple(zip(range(n_layers - 1), range(1, n_layers), strict=True)):
        return None
    hidden = network.layers[1:-2]
    return _image_params(hidden) if network.operations.is_image else _plain_params(hidden)


# --- multi-layer perceptrons: layer by layer


def _plain_chain(trial: BaseTrial, space: NetworkSpace) -> tuple[Layer, ...]:
    labels = list(space.operation_set.by_label)
    n_hidden = trial.suggest_int("n_hidden", max(1, space.min_layers - 3), space.max_layers - 3)
    return tuple(
        Layer(trial.suggest_categorical(f"label{index}", labels), _units(trial, space, index))
        for index in range(n_hidden)
    )


def _plain_params(hidden: tuple[Layer, ...]) -> dict[str, Any]:
    params: dict[str, Any] = {"n_hidden": len(hidden)}
    for index, layer in enumerate(hidden):
        params |= {f"label{index}": layer.label, f"units{index}": layer.units}
    return params


def _units(trial: BaseTrial, space: NetworkSpace, name: object) -> int:
    return trial.suggest_int(f"units{name}", space.min_units, space.max_units, log=True)


# --- convolutional networks: blocks of equal layers, then dense layers


@dataclass(frozen=True)
class _Block:
    """Equal convolutions, of which the first may stride, and perhaps a pool."""

    label: str
    units: int | None
    stride: int | None
    n_layers: int = 1
    pool: str = _NO_POOL

    def layers(self) -> list[Layer]:
        later = [Layer(self.label, self.units, 1)] * (self.n_layers - 1)
        pool = [] if self.pool == _NO_POOL else [Layer(self.pool)]
        return [Layer(self.label, self.units, self.stride), *later, *pool]

    def goes_on_with(self, layer: Layer) -> bool:
        is_open = self.pool == _NO_POOL and self.n_layers < _MAX_BLOCK_LAYERS
        return is_open and layer == Layer(self.label, self.units, 1)


def _image_chain(trial: BaseTrial, space: NetworkSpace) -> tuple[Layer, ...]:
    operations = space.operation_set.operations
    convolutions = [operation.label for operation in operations if operation.strides]
    pools = [operation.label for operation in operations if operation.image == "halve"]
    [dense] = [operation.label for operation in operations if operation.image == "flatten"]
    chain = []
    for index in range(trial.suggest_int("n_blocks", 1, _MAX_BLOCKS)):
        block = _Block(
            label=trial.suggest_categorical(f"label{index}", convolutions),
            units=_units(trial, space, index),
            stride=trial.suggest_int(f"stride{index}", 1, 2),
            n_layers=trial.suggest_int(f"n_layers{index}", 1, _MAX_BLOCK_LAYERS),
            pool=trial.suggest_categorical(f"pool{index}", [_NO_POOL, *pools]),
        )
        chain += block.layers()
    for index in range(trial.suggest_int("n_dense", 0, _MAX_DENSE)):
        chain.append(Layer(dense, _units(trial, space, f"_dense{index}")))
    return tuple(chain)


def _image_params(hidden: tuple[Layer, ...]) -> dict[str, Any] | None:
    dense = [layer for layer in hidden if layer.stride is None and layer.units is not None]
    blocks = _blocks(hidden[: len(hidden) - len(dense)])
    if blocks is None or len(blocks) > _MAX_BLOCKS or len(dense) > _MAX_DENSE:
        return None
    params: dict[str, Any] = {"n_blocks": len(blocks), "n_dense": len(dense)}
    for index, block in enumerate(blocks):
        params |= {f"{name}{index}": value for name, value in vars(block).items()}
    for index, layer in enumerate(dense):
        params[f"units_dense{index}"] = layer.units
    return params


def _blocks(image_layers: tuple[Layer, ...]) -> list[_Block] | None:
    """As few blocks as make the layers; None where a pool follows a pool."""
    blocks: list[_Block] = []
    for layer in image_layers:
        if layer.stride is None:  # a pool, which no network begins with
            if blocks[-1].pool != _NO_POOL:
                return None
            blocks[-1] = replace(blocks[-1], pool=layer.label)
        elif blocks and blocks[-1].goes_on_with(layer):
            blocks[-1] = replace(blocks[-1], n_layers=blocks[-1].n_layers + 1)
        else:
            blocks.append(_Block(layer.label, layer.units, layer.stride))
    return blocks
