"""What an exported program says about its network, in comments."""

from __future__ import annotations

from collections.abc import Iterator

from optuna_nasbot.command_line.chosen import Chosen

_WEIGHTS = """\
Network() has PyTorch's default weights: studies keep none. To load weights that were saved by
torch.save(module.state_dict(), "weights.pt"), where module is what build_module made:

    network = Network()
    network.load_state_dict(torch.load("weights.pt"))

To initialise it by data, as optuna_nasbot.lsuv_init_ does it for module, where inputs are a few
hundred training inputs, shape ({shape}):

    network = Network()
    optuna_nasbot.lsuv_init_(torch.fx.symbolic_trace(network), inputs)"""


def header(chosen: Chosen, inputs: int) -> str:
    """Comment lines: where a network comes from, what it reached, and how it gets its weights.

    Texts of users are written as `repr` has them, so that no line of them becomes code, and below
    the first two lines, where Python looks for the encoding of the file.

    Args:
        chosen: The network and its trial.
        inputs: Features or channels of the input.
    """
    is_image = chosen.network.operations.is_image
    shape = f"batch, {inputs}, height, width" if is_image else f"batch, {inputs}"
    lines = [
        "A network that was found by optuna_nasbot, as code that needs only PyTorch.",
        "",
        *_origin(chosen),
        "",
        *_WEIGHTS.format(shape=shape).splitlines(),
    ]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _origin(chosen: Chosen) -> Iterator[str]:
    study, trial = chosen.study, chosen.trial
    yield f"study: {study.study_name!r}"
    yield f"trial: {trial.number}"
    yield f"name: {chosen.name!r}"
    if trial.values is None:
        yield f"value: none, since the trial's state is {trial.state.name}"
    else:
        for value, direction in zip(trial.values, study.directions, strict=True):
            yield f"value: {value!r} ({direction.name.lower()})"
    yield "parameters:" if trial.params else "parameters: none"
    for name, value in trial.params.items():
        yield f"    {name!r}: {value!r}"
