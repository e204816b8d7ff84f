"""`export`: a network as code and as JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from optuna_nasbot.command_line.chosen import Chosen
from optuna_nasbot.command_line.chosen import chosen_network
from optuna_nasbot.command_line.errors import UserError
from optuna_nasbot.command_line.errors import reported_to_user
from optuna_nasbot.command_line.options import add_network_options
from optuna_nasbot.command_line.options import add_size_options
from optuna_nasbot.command_line.options import add_study_options
from optuna_nasbot.command_line.written import check_writable
from optuna_nasbot.command_line.written import write

DESCRIPTION = (
    "Write the best network of a study, or that of a trial, as network.py, a "
    "module that needs nothing but PyTorch, and as architecture.json, which "
    "Architecture.from_dict reads. Networks with modules of your own (GraphSpace) and cells "
    "(CellSpace) have no network.py: their code is yours."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_study_options(parser)
    add_network_options(parser)
    add_size_options(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to fill")
    parser.add_argument("--force", action="store_true", help="replace files that are there")


def run(arguments: argparse.Namespace) -> None:
    """Write the files of a network."""
    chosen = chosen_network(arguments)
    code, document = arguments.out / "network.py", arguments.out / "architecture.json"
    check_writable([code, document], force=arguments.force)
    files = {document: json.dumps(chosen.network.to_dict(), indent=1) + "\n"}
    own = _own_code(chosen)
    if own is None:
        files = {code: _source(chosen, arguments.inputs, arguments.outputs), **files}
    write(files)
    if own is not None:
        print(f"No {code.name}: {own}")


def _own_code(chosen: Chosen) -> str | None:
    """Why a network can't be written as code; None if it can."""
    operations = chosen.network.operations
    if operations.decision is None:
        return (
            f"networks of kind '{operations.kind}' are cells, and the network around them is "
            f"yours to write."
        )
    labels = {layer.label for layer in chosen.network.layers}
    own = sorted(
        label for label in labels if (each := operations.by_label.get(label)) and each.module
    )
    if own:
        return f"the modules of its layers {own} are your own code, which can't be written out."
    return None


def _source(chosen: Chosen, inputs: int | None, outputs: int | None) -> str:
    operations = chosen.network.operations
    if inputs is None or outputs is None:
        kind = "channels of an image" if operations.is_image else "features of a row"
        raise UserError(
            f"--inputs, --outputs: expected the {kind} and the "
            f"{'classes' if operations.decision == 'softmax' else 'targets'}, which "
            f"the first and the last layer of the code depend on, got {inputs} and {outputs}."
        )
    # Imported here because torch is slow to import.
    from optuna_nasbot.network import build_module
    from optuna_nasbot.network import module_source

    with reported_to_user(TypeError, ValueError):
        size = {"in_channels" if operations.is_image else "in_features": inputs}
        source = module_source(build_module(chosen.network, **size, out_features=outputs))
    takes = "channels, height, width" if operations.is_image else "features"
    gives = "log-probabilities of classes" if operations.decision == "softmax" else "targets"
    return (
        f'"""The network of trial {chosen.trial.number}, with PyTorch\'s default weights.\n\n'
        f"`Network()` maps inputs of shape (batch, {takes})\n"
        f"to {gives}, shape (batch, {outputs}).\n"
        f'"""\n\n{source}'
    )
