"""`report`: a study as a web page."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from optuna.study import Study

from optuna_nasbot.command_line.chosen import chosen_name
from optuna_nasbot.command_line.chosen import chosen_study
from optuna_nasbot.command_line.chosen import readable_network
from optuna_nasbot.command_line.options import add_image_size_option
from optuna_nasbot.command_line.options import add_size_options
from optuna_nasbot.command_line.options import add_study_options
from optuna_nasbot.command_line.user_error import UserError
from optuna_nasbot.command_line.user_error import reported_to_user
from optuna_nasbot.command_line.written import check_writable
from optuna_nasbot.command_line.written import write
from optuna_nasbot.trials import attribute_key
from optuna_nasbot.trials.names import architecture_names
from optuna_nasbot.visualization import to_html

DESCRIPTION = (
    "Write a study as one web page, which can be read offline: figures, the best "
    "trials and their networks."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_study_options(parser)
    parser.add_argument(
        "--name",
        metavar="NET",
        help="show only the networks that the objective suggests under this name",
    )
    add_image_size_option(parser)
    add_size_options(parser)
    parser.add_argument("--out", required=True, type=_file, metavar="FILE.html", help="the page")
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def _file(text: str) -> Path:
    if text.endswith(os.sep):
        raise argparse.ArgumentTypeError(f"expected the name of a file, got the folder {text!r}")
    return Path(text)


def run(arguments: argparse.Namespace) -> None:
    """Write the page of a study."""
    check_writable([arguments.out], force=arguments.force)
    study = chosen_study(arguments)
    _check_readable(study, arguments.name)
    with reported_to_user(ImportError, TypeError, ValueError):
        page = to_html(
            study,
            arguments.name,
            image_size=arguments.image_size,
            inputs=arguments.inputs,
            outputs=arguments.outputs,
        )
    write({arguments.out: page})


def _check_readable(study: Study, name: str | None) -> None:
    """Check that not all networks of a name are unreadable, as they are without their space."""
    trials = study.get_trials(deepcopy=False)
    names = architecture_names(trials) if name is None else (chosen_name(trials, name),)
    for each in names:
        carrying = [trial for trial in trials if attribute_key(each) in trial.user_attrs]
        for trial in carrying:
            try:
                readable_network(trial, each)
                break
            except UserError as error:
                last = error
        else:
            raise last
