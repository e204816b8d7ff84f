"""`export`: a network as code and as JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.command_line.chosen import chosen_network
from optuna_nasbot.command_line.chosen import chosen_study
from optuna_nasbot.command_line.header import header
from optuna_nasbot.command_line.options import add_network_options
from optuna_nasbot.command_line.options import add_size_options
from optuna_nasbot.command_line.options import add_study_options
from optuna_nasbot.command_line.user_error import UserError
from optuna_nasbot.command_line.user_error import reported_to_user
from optuna_nasbot.command_line.written import check_writable
from optuna_nasbot.command_line.written import remove
from optuna_nasbot.command_line.written import write

DESCRIPTION = (
    "Write a network as code that needs only PyTorch, and as JSON. The best network of a study, "
    "or that of a trial, becomes network.py, a module with a class Network, and "
    "architecture.json, which Architecture.from_dict reads. Cells, and networks with modules of "
    "your own other than PyTorch's Linear, Conv2d and BatchNorm2d, have no network.py: their code "
    "is yours."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_study_options(parser)
    add_network_options(parser)
    add_size_options(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to fill")
    parser.add_argument("--force", action="store_true", help="replace files that are there")


class _OwnCode(Exception):
    """Why a network can't be written as code."""


def run(arguments: argparse.Namespace) -> None:
    """Write the files of a network."""
    chosen = chosen_network(chosen_study(arguments), arguments)
    code, document = arguments.out / "network.py", arguments.out / "architecture.json"
    check_writable([code, document], force=arguments.force)
    files = {document: json.dumps(chosen.network.to_dict(), indent=1) + "\n"}
    try:
        source = _source(chosen.network, arguments.inputs, arguments.outputs)
    except _OwnCode as reason:
        write(files)
        remove(code)  # that of another network
        print(f"No {code.name}: {reason}")
    else:
        write({code: f"{header(chosen, arguments.inputs)}\n{source}", **files})


def _source(network: Architecture, inputs: int | None, outputs: int | None) -> str:
    """The code of a network.

    Raises:
        UserError: A size is missing or does not fit.
        _OwnCode: The network has no code, or its user's.
    """
    operations = network.operations
    if operations.decision is None:
        raise _OwnCode(f"'{network.kind}' are cells; the network around them is yours to write.")
    if inputs is None or outputs is None:
        takes = "channels of an image" if operations.is_image else "features of a row"
        gives = "classes" if operations.decision == "softmax" else "targets"
        raise UserError(
            f"--inputs, --outputs: expected the number of {takes} and of {gives}, on which the "
            f"code depends, got {inputs} and {outputs}."
        )
    # Imported here because torch is slow to import.
    import torch

    from optuna_nasbot.network import build_module
    from optuna_nasbot.network import module_source

    size = {"in_channels" if operations.is_image else "in_features": inputs}
    # The code has no weights, so they get no memory, unless modules of a user may look at theirs.
    is_own = any(operation.module is not None for operation in operations.by_label.values())
    with reported_to_user(TypeError, ValueError), torch.device("cpu" if is_own else "meta"):
        module = build_module(network, **size, out_features=outputs)
    try:
        return module_source(module)
    except TypeError as error:
        raise _OwnCode(f"it has modules of your own. {error}") from error
