"""`module_source` carries what was changed on a network, or refuses it."""

from __future__ import annotations

import copy
import types
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import fx
from torch import nn
from torch.nn.utils import parametrizations
from torch.nn.utils import prune
from torch.nn.utils.parametrize import remove_parametrizations

from optuna_nasbot import Architecture
from optuna_nasbot import GraphSpace
from optuna_nasbot import Layer
from optuna_nasbot import Operation
from optuna_nasbot import build_module
from optuna_nasbot import lsuv_init_
from optuna_nasbot import module_source

Network = Callable[..., Architecture]
Change = Callable[[fx.GraphModule], object]

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")


@pytest.fixture
def module(network: Network) -> fx.GraphModule:
    architecture = network("cnn", "ip conv3-4 res3-4/2 avg-pool fc-4 softmax op")
    built = build_module(architecture, in_channels=3, out_features=2)
    built(torch.randn(8, 3, 8, 8))
    return built


def made_by(source: str) -> nn.Module:
    namespace: dict[str, type[nn.Module]] = {}
    exec(source, namespace)
    return namespace["Network"]()


def check_is_carried(module: fx.GraphModule) -> nn.Module:
    """The program's network takes the state, and computes the same in either mode."""
    made = made_by(module_source(module))
    made.load_state_dict(module.state_dict())
    images = torch.randn(8, 3, 8, 8)
    for mode in (True, False):
        torch.testing.assert_close(made.train(mode)(images), module.train(mode)(images))
    torch.testing.assert_close(dict(made.state_dict()), dict(module.state_dict()))
    return made


def hang(name: str, value: object) -> Change:
    return lambda module: setattr(module.layer_01_conv3, name, value)


def prune_conv(module: fx.GraphModule) -> None:
    prune.l1_unstructured(module.layer_01_conv3, "weight", 0.5)


def keep_calls(*given: object) -> None:
    pass


REFUSED: dict[str, tuple[Change, str]] = {
    "pruning": (prune_conv, "weight_mask"),
    "global pruning": (
        lambda module: prune.global_unstructured(
            [(module.layer_04_fc, "weight"), (module.layer_05_softmax, "bias")],
            pruning_method=prune.L1Unstructured,
            amount=3,
        ),
        "weight_orig",
    ),
    "old weight norm": (
        lambda module: nn.utils.weight_norm(module.layer_04_fc),
        "weight_g",
    ),
    "old spectral norm": (
        lambda module: nn.utils.spectral_norm(module.layer_04_fc),
        "weight_u",
    ),
    "weight norm": (
        lambda module: parametrizations.weight_norm(module.layer_04_fc),
        "parametrizations",
    ),
    "spectral norm": (
        lambda module: parametrizations.spectral_norm(module.layer_01_conv3),
        "parametrizations",
    ),
    "forward hook": (
        lambda module: module.layer_01_conv3.register_forward_hook(lambda s, i, o: 2 * o),
        "forward_hooks",
    ),
    "forward pre-hook": (
        lambda module: module.layer_04_fc.register_forward_pre_hook(lambda s, i: 2 * i[0]),
        "forward_pre_hooks",
    ),
    "backward hook": (
        lambda module: module.layer_04_fc.register_full_backward_hook(keep_calls),
        "backward_hooks",
    ),
    "state-dict hook": (
        lambda module: module.layer_04_fc.register_state_dict_pre_hook(keep_calls),
        "state_dict_pre_hooks",
    ),
    "hook of the whole": (
        lambda module: module.register_forward_hook(lambda s, i, o: 2 * o),
        "forward_hooks",
    ),
    "buffer": (
        lambda module: module.layer_04_fc.register_buffer("total_ops", torch.zeros(1)),
        "total_ops",
    ),
    "parameter": (
        lambda module: module.layer_04_fc.register_parameter("gain", nn.Parameter(torch.zeros(1))),
        "gain",
    ),
    "parameter of the whole": (
        lambda module: module.register_parameter("gain", nn.Parameter(torch.zeros(1))),
        "gain",
    ),
    "buffer of the whole": (
        lambda module: module.register_buffer("mean", torch.zeros(3, 1, 1)),
        "mean",
    ),
    "submodule": (
        lambda module: module.layer_04_fc.add_module("adapter", nn.Linear(4, 4)),
        "adapter",
    ),
    "forward by hand": (
        lambda module: setattr(
            module.layer_04_fc,
            "forward",
            types.MethodType(
                lambda self, given: -nn.Linear.forward(self, given), module.layer_04_fc
            ),
        ),
        "forward",
    ),
    "forward of the whole by hand": (
        lambda module: setattr(module, "forward", lambda images: images),
        "forward",
    ),
    "weights of another size": (
        hang("weight", nn.Parameter(torch.zeros(4, 3, 5, 5))),
        "weight",
    ),
    "no running statistics": (
        lambda module: setattr(module.layer_01_conv3_norm, "track_running_stats", False),
        "running_mean",
    ),
    "another padding": (hang("padding", (0, 0)), "padding"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_program_does_not_carry_is_refused(case: str, module: fx.GraphModule) -> None:
    change, named = REFUSED[case]
    change(module)
    with pytest.raises(TypeError, match=r"^module.*: expected ") as raised:
        module_source(module)
    assert named in str(raised.value)
    assert "torch.nn.utils.prune.remove" in str(raised.value)


def replaced(module: fx.GraphModule) -> None:
    module.layer_01_conv3 = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1))


def subclassed(module: fx.GraphModule) -> None:
    class Scaled(nn.Linear):
        def forward(self, given: torch.Tensor) -> torch.Tensor:
            return 2 * super().forward(given)

    module.layer_05_softmax = Scaled(4, 2)


def added(module: fx.GraphModule) -> None:
    module.add_module("head", nn.Softsign())


@pytest.mark.parametrize("change", [replaced, subclassed, added])
def test_modules_whose_code_is_the_user_s(change: Change, module: fx.GraphModule) -> None:
    change(module)
    with pytest.raises(TypeError, match=r"^module\..*: expected one of .*code you have to keep"):
        module_source(module)


def test_functions_whose_code_is_the_user_s(module: fx.GraphModule) -> None:
    def twice(value: torch.Tensor) -> torch.Tensor:
        return 2 * value

    output = next(node for node in module.graph.nodes if node.op == "output")
    with module.graph.inserting_before(output):
        result = module.graph.call_function(twice, (output.args[0],))
    output.args = (result,)
    module.recompile()
    with pytest.raises(TypeError, match=r"^module: expected a graph .*twice.*have to keep"):
        module_source(module)


def test_functions_of_pytorch_are_carried(module: fx.GraphModule) -> None:
    output = next(node for node in module.graph.nodes if node.op == "output")
    with module.graph.inserting_before(output):
        result = module.graph.call_function(torch.mul, (output.args[0], 2.0))
        result = module.graph.call_method("exp", (result,))
    output.args = (result,)
    module.recompile()
    check_is_carried(module)


def prune_and_remove(module: fx.GraphModule) -> None:
    prune_conv(module)
    prune.remove(module.layer_01_conv3, "weight")


def parametrise_and_remove(module: fx.GraphModule) -> None:
    parametrizations.weight_norm(module.layer_04_fc)
    remove_parametrizations(module.layer_04_fc, "weight")


def norm_and_remove(module: fx.GraphModule) -> None:
    nn.utils.remove_weight_norm(nn.utils.weight_norm(module.layer_04_fc))
    nn.utils.remove_spectral_norm(nn.utils.spectral_norm(module.layer_05_softmax))


def hook_and_remove(module: fx.GraphModule) -> None:
    for layer in (module, module.layer_04_fc):
        layer.register_forward_hook(keep_calls).remove()
        layer.register_full_backward_hook(keep_calls).remove()


def hook_on_loading(module: fx.GraphModule) -> None:
    module.register_load_state_dict_post_hook(keep_calls)


def take_bias(module: fx.GraphModule) -> None:
    module.layer_04_fc.bias = None


def pad_with_the_other_side(module: fx.GraphModule) -> None:
    module.layer_01_conv3.padding_mode = "circular"


def change_norm(module: fx.GraphModule) -> None:
    module.layer_01_conv3_norm.momentum = None
    module.layer_02_res3_conv1_norm.eps = 0.25


def replace_norm(module: fx.GraphModule) -> None:
    module.layer_01_conv3_norm = nn.BatchNorm2d(4, affine=False, track_running_stats=False)


def replace_convolution(module: fx.GraphModule) -> None:
    module.layer_01_conv3 = nn.Conv2d(3, 4, 5, padding="same", padding_mode="circular")


def tie(module: fx.GraphModule) -> None:
    module.layer_02_res3_conv2.weight = module.layer_02_res3_conv1.weight


def tie_modules(module: fx.GraphModule) -> None:
    module.layer_02_res3_conv2_norm = module.layer_02_res3_conv1_norm


def annotate(module: fx.GraphModule) -> None:
    module.layer_01_conv3.remark = "the first"
    module.remark = [1, 2]


def transpose(module: fx.GraphModule) -> None:
    module.to(memory_format=torch.channels_last)
    module.layer_04_fc.weight = nn.Parameter(torch.randn(4, 4).T)


def add_layer(module: fx.GraphModule) -> None:
    module.add_module("spare", nn.Linear(3, 3))


def compile_layer(module: fx.GraphModule) -> None:
    module.layer_04_fc.compile(backend="eager")


@pytest.mark.parametrize(
    "change",
    [
        prune_and_remove,
        parametrise_and_remove,
        norm_and_remove,
        hook_and_remove,
        hook_on_loading,
        take_bias,
        pad_with_the_other_side,
        change_norm,
        replace_norm,
        replace_convolution,
        tie,
        tie_modules,
        annotate,
        transpose,
        add_layer,
        compile_layer,
        lambda module: module.eval(),
        lambda module: module.requires_grad_(False),
        lambda module: lsuv_init_(module, torch.randn(8, 3, 8, 8)),
        copy.deepcopy,
        fx.symbolic_trace,
    ],
)
def test_what_a_program_carries(change: Change, module: fx.GraphModule) -> None:
    changed = change(module)
    check_is_carried(changed if isinstance(changed, fx.GraphModule) else module)


def test_what_is_shared_stays_shared(module: fx.GraphModule) -> None:
    tie(module)
    tie_modules(module)
    made = check_is_carried(module)
    assert made.layer_02_res3_conv2.weight is made.layer_02_res3_conv1.weight
    assert made.layer_02_res3_conv2_norm is made.layer_02_res3_conv1_norm
    assert len(list(made.parameters())) == len(list(module.parameters()))


def test_a_layer_that_an_operation_uses_twice() -> None:
    shared = nn.Conv2d(4, 4, 3, padding=1)
    own = Operation("own", has_units=False, module=lambda *given: shared)
    GraphSpace(kind="test-shared-source", operations=["conv3", own], image_size=8)
    layers = (Layer("ip"), Layer("conv3", 4, 1), Layer("own"), Layer("own"), Layer("linear"))
    edges = tuple((index, index + 1) for index in range(len(layers)))
    network = Architecture((*layers, Layer("op")), edges, "test-shared-source")
    made = check_is_carried(build_module(network, in_channels=3, out_features=2))
    assert made.layer_02_own is made.layer_03_own


def test_code_has_no_lines_that_free_memory(module: fx.GraphModule) -> None:
    assert "None" in module.code
    source = module_source(module)
    assert "None" not in source
    assert ";" not in source


def set_numbers(module: fx.GraphModule) -> None:
    norm = next(each for each in module.modules() if isinstance(each, nn.BatchNorm2d))
    norm.momentum, norm.eps = np.float64(0.05), torch.tensor(0.1)
    module.layer_01_conv3.padding = (np.int64(1), np.int64(1))


def freeze(module: fx.GraphModule) -> None:
    module.layer_01_conv3.weight.requires_grad_(False)


def test_numbers_that_are_not_pythons_are_carried(module: fx.GraphModule) -> None:
    set_numbers(module)
    check_is_carried(module)


def test_frozen_weights_are_carried(module: fx.GraphModule) -> None:
    freeze(module)
    made = check_is_carried(module)
    frozen = [name for name, weight in made.named_parameters() if not weight.requires_grad]
    assert frozen == ["layer_01_conv3.weight"]


def test_hooks_of_weights_are_refused(module: fx.GraphModule) -> None:
    module.layer_01_conv3.weight.register_hook(lambda gradient: 2 * gradient)
    with pytest.raises(TypeError, match=r"^module.layer_01_conv3: .* differs in \['weight'\]"):
        module_source(module)
