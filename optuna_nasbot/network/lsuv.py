"""Layer-sequential unit variance: weights that suit the data, layer by layer."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import fx
from torch import nn
from torch.nn.parameter import is_lazy

PRE_ACTIVATION_STD = {"logistic": 2.0, "linear": 0.3, "softmax": 0.3}
"""Standard deviation of the pre-activations of layers with these labels; 1 for all others."""


def lsuv_init_(
    module: fx.GraphModule, inputs: torch.Tensor, *, generator: torch.Generator | None = None
) -> fx.GraphModule:
    """Initialise a network from data: layer-sequential unit variance (Mishkin and Matas, 2016).

    The inputs pass through the network once, in the order of its layers. The weights of every
    linear and convolutional layer become orthogonal and are scaled by one number per layer, such
    that its pre-activations have standard deviation 1 over the batch (2 before `logistic`; 0.3 in
    decision layers, so that first predictions are cautious). If a layer has a bias, the bias first
    makes the mean of each unit 0. Built-in convolutions, which have none, are only scaled; the
    batch normalisation that follows them is reset (scale 1, shift 0, no running statistics yet)
    and normalises by the batch in this pass.

    Modules of a user's own operations keep the weights that they were made with, unless they are
    a Linear or a Conv2d themselves. Layers whose weights are computed from others (pruned or
    parametrised ones) keep theirs, too. A layer that is used twice is initialised for its first
    use.

    With PyTorch's default weights deep multi-layer perceptrons with many sigmoids can't be
    trained; with these they can. CNNs have batch normalisation and train with either.

    Args:
        module: What `build_module` made, or `torch.fx.symbolic_trace` of a network whose code
            `module_source` wrote; changed in place.
        inputs: Some training inputs, at least 2; a few hundred are enough. Shape (batch,
            in_features) or (batch, in_channels, height, width).
        generator: Source of randomness, on the CPU; by default PyTorch's global one.

    Returns:
        The module, in the mode (training or evaluation) in which it was.

    Raises:
        TypeError: `module` is not a `torch.fx.GraphModule`, `inputs` is not a tensor, or
            `generator` is neither a `torch.Generator` nor None.
        ValueError: `module` has no parameters, or `inputs` has another shape, fewer than 2 rows,
            or values that are not finite.

    References:
        Mishkin and Matas, "All you need is a good init", ICLR 2016, arXiv 1511.06422. The means
        and the two other deviations are additions found useful for these networks.
    """
    if not isinstance(module, fx.GraphModule):
        raise TypeError(
            f"module: expected what build_module returns, got {type(module).__name__}."
        )
    if not (generator is None or isinstance(generator, torch.Generator)):
        raise TypeError(
            f"generator: expected a torch.Generator or None, got {type(generator).__name__}."
        )
    _check_inputs(inputs, module)
    example = next(module.parameters(), None)
    if example is None:
        raise ValueError("module: expected a network with parameters, got one that has none.")
    with torch.no_grad():
        inputs = inputs.to(example.device, example.dtype)
        _LayerSequentialUnitVariance(module, generator).run(inputs)
    return module


def _check_inputs(inputs: object, module: fx.GraphModule) -> None:
    if not isinstance(inputs, torch.Tensor):
        raise TypeError(f"inputs: expected a tensor, got {type(inputs).__name__}.")
    shape = _input_shape(module)
    is_fitting = shape is None or (inputs.ndim == len(shape) + 1 and inputs.shape[1] == shape[0])
    if not is_fitting or inputs.ndim < 2 or len(inputs) < 2:
        wanted = "..." if shape is None else ", ".join(map(str, shape))
        raise ValueError(
            f"inputs: expected shape (batch, {wanted}) with a batch of at least 2, "
            f"got {tuple(inputs.shape)}."
        )
    if not inputs.isfinite().all():
        raise ValueError(
            f"inputs: expected finite values, got {int((~inputs.isfinite()).sum())} that are "
            f"NaN or infinite."
        )


def _input_shape(module: fx.GraphModule) -> tuple[int | str, ...] | None:
    """The shape of an input without the batch; None if only a user's own operations know it."""
    source = next(iter(module.graph.nodes))
    for node in source.users:
        layer = module.get_submodule(str(node.target)) if node.op == "call_module" else None
        if isinstance(layer, nn.Conv2d) and _is_standard(layer):
            return layer.in_channels, "height", "width"
        if isinstance(layer, nn.Linear) and _is_standard(layer):
            return (layer.in_features,)
    return None


def _is_standard(layer: nn.Module) -> bool:
    """Whether a layer is a Linear or a Conv2d with a weight of its own and the usual forward."""
    return (
        isinstance(layer, nn.Linear | nn.Conv2d)
        and type(layer).forward in (nn.Linear.forward, nn.Conv2d.forward)
        and isinstance(layer.weight, nn.Parameter)
        and not is_lazy(layer.weight)
    )


class _LayerSequentialUnitVariance(fx.Interpreter):
    """Runs a network and initialises each module just before its result is used."""

    def __init__(self, module: fx.GraphModule, generator: torch.Generator | None) -> None:
        super().__init__(module)
        self._generator = generator
        self._initialised: set[nn.Module] = set()

    def call_module(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        layer = self.fetch_attr(target)
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_parameters()
            return nn.functional.batch_norm(args[0], None, None, training=True, eps=layer.eps)
        if isinstance(layer, nn.Dropout):  # weights would depend on what it drops
            return args[0]
        if any(map(is_lazy, layer.parameters())):
            layer(*args, **kwargs)  # now its weights have their shapes
        if not _is_standard(layer) or layer in self._initialised:
            return super().call_module(target, args, kwargs)
        self._initialised.add(layer)
        _orthogonal_(layer.weight, self._generator)
        if layer.bias is not None:
            layer.bias.zero_()
        return _standardise_(layer, layer(*args), pre_activation_std(target))


def pre_activation_std(name: str) -> float:
    """The standard deviation that the outputs of a module are to have, by its name."""
    label = re.sub(r"layer_\d+_", "", name)
    return PRE_ACTIVATION_STD.get(label, 1.0)


def _orthogonal_(weight: torch.Tensor, generator: torch.Generator | None) -> None:
    # Drawn on the CPU and in single precision, so that a seed gives the same weights on every
    # device and with every default device and type.
    drawn = torch.empty(weight.shape, dtype=torch.float32, device="cpu")
    weight.copy_(nn.init.orthogonal_(drawn, generator=generator))


def _standardise_(layer: nn.Linear | nn.Conv2d, outputs: torch.Tensor, std: float) -> torch.Tensor:
    """Shift the bias, if any, to mean 0, and scale the layer to outputs with the given deviation.

    Outputs that differ by no more than rounding errors are not scaled.

    Returns:
        The outputs that the layer gives now.
    """
    largest = outputs.abs().max()
    if layer.bias is not None:
        units = 1 if isinstance(layer, nn.Conv2d) else outputs.ndim - 1
        mean = outputs.mean([dim for dim in range(outputs.ndim) if dim != units], keepdim=True)
        layer.bias.sub_(mean.flatten())
        outputs = outputs - mean
    found = (outputs / largest).std()  # NaN, and so not precise, if all are 0
    is_precise = found > 100 * torch.finfo(found.dtype).eps
    scale = std / (found * largest) if is_precise else torch.ones_like(found)
    for parameter in layer.parameters():
        parameter.mul_(scale)
    return outputs * scale
