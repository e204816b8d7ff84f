"""Options that several commands have."""

from __future__ import annotations

import argparse


def add_study_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the study is."""
    parser.add_argument(
        "--storage",
        required=True,
        metavar="URL",
        help="storage of the study: a URL such as sqlite:///nas.db, postgresql://... or "
        "redis://..., or the path of a journal file",
    )
    parser.add_argument("--study", help="its name; not needed if the storage has only one study")
    parser.add_argument(
        "--import",
        dest="imports",
        action="append",
        default=[],
        metavar="FILE.py",
        help="Python file that makes the GraphSpace or CellSpace of the networks, which can't be "
        "read without it; the file is executed, under another name than __main__",
    )


def add_network_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which network of the study."""
    parser.add_argument(
        "--name",
        metavar="NET",
        help="name that the objective suggests the network under; not needed if there is only one",
    )
    parser.add_argument(
        "--trial", type=int, metavar="N", help="number of the trial; by default the best one"
    )


def add_size_options(parser: argparse.ArgumentParser) -> None:
    """Add the sizes of data that networks themselves do not know."""
    parser.add_argument(
        "--inputs",
        type=positive,
        metavar="N",
        help="features of a row, or channels of an image",
    )
    parser.add_argument(
        "--outputs",
        type=positive,
        metavar="N",
        help="targets of a regression, or classes",
    )


def add_image_size_option(parser: argparse.ArgumentParser) -> None:
    """Add the size of images, which drawings show after each layer."""
    parser.add_argument("--image-size", type=positive, metavar="N", help="side of the images")


def positive(text: str) -> int:
    """A whole number of at least 1.

    Raises:
        argparse.ArgumentTypeError: The text is something else.
    """
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)
