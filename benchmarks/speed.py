"""How fast are distances, suggestions, imports and what shows a study?

Times differ from machine to machine and from minute to minute. What counts is their ratios: all
that is compared takes turns in one run. Wall time well above CPU time tells of a busy machine.

    python benchmarks/speed.py
    python benchmarks/speed.py --parts distances features --kinds cnn --layers 10 20
    python benchmarks/speed.py --parts suggestions memory --observed 100 1000 --repeats 3
    python benchmarks/speed.py --profile 200
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import warnings
from collections.abc import Callable
from collections.abc import Sequence
from importlib import metadata
from importlib.util import find_spec

import optuna
from optuna.exceptions import ExperimentalWarning
from populations import SPACES
from speed_dashboard import print_dashboard
from speed_distances import print_distances
from speed_distances import print_features
from speed_imports import print_imports
from speed_memory import print_memory
from speed_suggestions import print_profile
from speed_suggestions import print_startup
from speed_suggestions import print_suggestions

PARTS = ("distances", "features", "startup", "suggestions", "memory", "imports", "dashboard")
_LAYERS = (10, 20, 40, 57)
_SHOWN = (100, 400)
_OBSERVED = (20, 50, 100, 200, 500, 1000, 2000)
_PACKAGES = ("numpy", "scipy", "POT", "numba", "torch", "greenlet", "optuna")


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parsed(arguments)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    warnings.simplefilter("ignore", ExperimentalWarning)
    print(_machine())
    if options.profile is not None:
        for kind in options.kinds:
            print_profile(kind, options.profile)
        return
    repeats = options.repeats
    if "distances" in options.parts:
        print_distances(options.kinds, options.layers, repeats)
    if "features" in options.parts:
        print_features(options.kinds, options.layers, repeats)
    if "startup" in options.parts:
        print_startup(options.kinds, repeats)
    if "suggestions" in options.parts:
        print_suggestions(
            options.kinds, options.observed, options.candidates, repeats, options.gp_up_to
        )
    if "memory" in options.parts:
        print_memory(options.kinds, options.observed)
    if "imports" in options.parts:
        print_imports(repeats)
    if "dashboard" in options.parts:
        print_dashboard(options.kinds, options.shown, repeats)


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--kinds", nargs="+", choices=SPACES, default=list(SPACES))
    parser.add_argument("--layers", nargs="+", type=_size(5, 100), default=_LAYERS)
    parser.add_argument("--observed", nargs="+", type=_size(1), default=_OBSERVED, help="trials")
    parser.add_argument(
        "--shown", nargs="+", type=_size(1), default=_SHOWN, help="trials in the dashboard"
    )
    parser.add_argument(
        "--candidates", type=int, default=1000, help="how many a thorough suggestion scores"
    )
    parser.add_argument(
        "--gp-up-to", type=int, default=1000, metavar="N", help="largest study of GPSampler"
    )
    parser.add_argument("--repeats", type=_size(1), default=5)
    parser.add_argument(
        "--profile", type=int, metavar="N", help="only profile a suggestion after N trials"
    )
    return parser.parse_args(arguments)


def _size(least: int, most: float = math.inf) -> Callable[[str], int]:
    """A type of arguments: whole numbers within bounds."""

    def size(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"expected {least} to {most}, got {value}")
        return value

    return size


def _machine() -> str:
    """What to know of the machine and the environment."""
    versions = [
        f"{name} {metadata.version(name)}"
        for name in _PACKAGES
        if find_spec("ot" if name == "POT" else name) is not None
    ]
    limits = [
        f"{key}={value}" for key, value in os.environ.items() if key.endswith("_NUM_THREADS")
    ]
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{os.cpu_count()} processors{load}; Python {platform.python_version()}; "
        f"{', '.join([*versions, *limits])}"
    )


if __name__ == "__main__":
    main()
