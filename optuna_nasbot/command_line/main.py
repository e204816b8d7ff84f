"""The command line as a whole."""

from __future__ import annotations

import argparse
import io
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from optuna_nasbot.command_line import export
from optuna_nasbot.command_line import report
from optuna_nasbot.command_line import show
from optuna_nasbot.command_line.user_error import UserError

_SCRIPT = "optuna-nasbot"
_COMMANDS = {"show": show, "export": export, "report": report}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: The arguments, those of the process if None.

    Returns:
        The exit code: 0, or 2 after a mistake of the user's, which is printed to stderr.

    Raises:
        SystemExit: argparse refused the arguments (code 2) or printed its help (code 0).
    """
    parser = argparse.ArgumentParser(
        prog=_program(), description="Look at the networks of a finished or running study."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in _COMMANDS.items():
        description = command.DESCRIPTION
        summary = description.partition(". ")[0].rstrip(".")
        options = commands.add_parser(name, help=summary, description=description)
        command.add_options(options)
    arguments = parser.parse_args(argv)
    with warnings.catch_warnings(record=True) as caught:
        code = _run(arguments)
    for message in dict.fromkeys(str(each.message) for each in caught):
        print(f"warning: {message}", file=sys.stderr)
    return code


def _program() -> str:
    """How the command line was called: as the script that an installation has, or as a module."""
    return _SCRIPT if Path(sys.argv[0]).stem == _SCRIPT else "python -m optuna_nasbot"


def _run(arguments: argparse.Namespace) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # terminals that lack a character
    try:
        _COMMANDS[arguments.command].run(arguments)
        if sys.stdout is not None:  # as it is where the shell has closed it
            sys.stdout.flush()
    except BrokenPipeError:  # a reader such as `head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except UserError as error:
        message = " ".join(str(error).split())
        print(f"{_program()} {arguments.command}: error: {message}", file=sys.stderr)
        return 2
    return 0
