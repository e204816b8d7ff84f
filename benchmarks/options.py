"""The options that all searches on benchmarks have."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path

from methods import METHODS
from results_table import COLUMNS


def parser(
    description: str | None,
    datasets: Iterable[str],
    methods: Sequence[str],
    trials: int,
    out: Path,
) -> argparse.ArgumentParser:
    """A parser of these options, to which a benchmark may add its own.

    Args:
        description: What the benchmark is about.
        datasets: Names of its problems.
        methods: The methods that run by default, first the one that others are compared with.
            Those that are not among `METHODS` are of this benchmark alone.
        trials: Number of evaluations by default.
        out: Where results are kept by default.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    _add_runs(parser, list(datasets), list(methods), trials)
    _add_files(parser, out)
    return parser


def _add_runs(
    parser: argparse.ArgumentParser, datasets: list[str], methods: list[str], trials: int
) -> None:
    """Add the options that say which runs are wanted."""
    choices = list(dict.fromkeys([*METHODS, *methods]))
    parser.add_argument(
        "--methods",
        nargs="+",
        choices=choices,
        default=methods,
        metavar="METHOD",
        help=f"some of {', '.join(choices)}; by default {', '.join(methods)}",
    )
    parser.add_argument(
        "--datasets",
        nargs="+",
        choices=datasets,
        default=datasets,
        metavar="NAME",
        help=f"some of {', '.join(datasets)}; by default all",
    )
    parser.add_argument(
        "--seeds",
        type=seeds,
        default="7000:7020",
        metavar="A:B",
        help="seeds A to B - 1; by default %(default)s",
    )
    parser.add_argument(
        "--trials",
        type=positive,
        default=trials,
        metavar="N",
        help="evaluations of a run; by default %(default)s",
    )


def _add_files(parser: argparse.ArgumentParser, out: Path) -> None:
    """Add the options that say where data and results are, and how many runs go side by side."""
    parser.add_argument("--data", type=existing, metavar="PATH", help="where the data are")
    parser.add_argument(
        "--out",
        type=results_file,
        default=out,
        metavar="FILE.csv",
        help="where runs are kept; those that are there are not made again. By default "
        f"{out.parent.name}/{out.name}, which has the runs of the tables",
    )
    parser.add_argument(
        "--processes",
        type=positive,
        default=os.cpu_count(),
        metavar="N",
        help="runs at a time; by default one a core",
    )


def add_trainings(parser: argparse.ArgumentParser, out: Path) -> None:
    """Add the options that say where the trainings of real networks are kept.

    Args:
        parser: The parser.
        out: Where results are kept by default; the files are named after it.
    """
    cache, table = Path(f"{out.stem}.db"), out.with_name(f"{out.stem}_trainings.csv.gz")
    parser.add_argument(
        "--cache",
        type=Path,
        default=cache,
        help=f"SQLite file of all trainings; by default {cache}",
    )
    parser.add_argument(
        "--trainings",
        type=Path,
        default=table,
        metavar="FILE.csv.gz",
        help="table of all trainings, which is read first and written at the end; by default "
        f"{table.parent.name}/{table.name}",
    )


def parsed_with_data(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """What the options are, `--data` among them."""
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("--data: expected the folder with the data sets.")
    return arguments


def seeds(text: str) -> range:
    """The seeds of an option `A:B`."""
    first, _, last = text.partition(":")
    if not (first.isdecimal() and last.isdecimal() and int(first) < int(last)):
        raise argparse.ArgumentTypeError(f"expected A:B with A < B, such as 0:20, got {text!r}.")
    return range(int(first), int(last))


def positive(text: str) -> int:
    """The whole number of an option, at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}.")
    return int(text)


def at_least_0(text: str) -> float:
    """The number of an option, finite and not negative."""
    number = _number(text)
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"expected a finite number of at least 0, got {text!r}.")
    return number


def share(text: str) -> float:
    """The number of an option, at least 0 and less than 1."""
    number = _number(text)
    if not 0 <= number < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to below 1, got {text!r}.")
    return number


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number, got {text!r}.") from None


def existing(text: str) -> Path:
    """The path of an option, of a file or folder that is there."""
    path = Path(text)
    if not path.exists():
        raise argparse.ArgumentTypeError(f"expected a file or folder that exists, got {text!r}.")
    return path


def results_file(text: str) -> Path:
    """The path of an option, of a file of results or one that can be made."""
    path, head = Path(text), ",".join(COLUMNS)
    if path.is_dir() or any(parent.is_file() for parent in path.parents):
        raise argparse.ArgumentTypeError(f"expected the place of a file, got {text!r}.")
    try:
        with path.open(errors="replace") as file:
            first = file.readline(1000).rstrip("\n")
    except FileNotFoundError:
        return path
    except OSError as error:
        raise argparse.ArgumentTypeError(f"expected a file, got {text!r}: {error}.") from None
    if not head.startswith(first):  # a line that was cut off is gone on with
        raise argparse.ArgumentTypeError(
            f"expected a CSV file with the columns {head}, or none yet, got {text!r}, which "
            f"begins with {first[:80]!r}."
        )
    return path
