"""`report`: a study as a web page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from optuna.study import Study

from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.command_line.chosen import chosen_name
from optuna_nasbot.command_line.chosen import chosen_study
from optuna_nasbot.command_line.chosen import readable_network
from optuna_nasbot.command_line.errors import UserError
from optuna_nasbot.command_line.errors import reported_to_user
from optuna_nasbot.command_line.options import add_image_size_option
from optuna_nasbot.command_line.options import add_size_options
from optuna_nasbot.command_line.options import add_study_options
from optuna_nasbot.command_line.written import check_writable
from optuna_nasbot.command_line.written import write
from optuna_nasbot.visualization import to_html

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_parser(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser(
        "report",
        help="write a web page with figures and the best networks",
        description="Write a study as one web page, which needs no network: figures, the best "
        "trials and their networks.",
    )
    add_study_options(parser)
    parser.add_argument(
        "--name",
        metavar="NET",
        help="show only the networks that the objective suggests under this name",
    )
    add_image_size_option(parser)
    add_size_options(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.html", help="the page")
    parser.add_argument("--force", action="store_true", help="replace a file that is there")
    parser.set_defaults(run=run)
