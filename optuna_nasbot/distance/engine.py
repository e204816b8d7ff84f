"""Chooses the solver of the transport problems: compiled code if numba works, otherwise POT.

Both are exact; the compiled code is several times faster. It is compiled at its first use, which
takes seconds, and kept on disk. Import this module only where distances are computed, since numba
takes long to import.

Numba may fail at any time: when it is imported, when it compiles, when it reads or writes the
compiled code. Whatever the error, the next solver is used for the rest of the process, with one
warning. Errors of the last solver, POT, are raised, so that a fault of the networks is never taken
for a failure of numba.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from collections.abc import Sequence
from functools import partial
from textwrap import shorten
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.distance.costs import MatchingCosts
from optuna_nasbot.distance.features import NetworkFeatures
from optuna_nasbot.distance.soft_warning import warn_softly

__all__ = ["transport_costs"]

# Characters of an error that a warning quotes: numba's may fill a page.
MAX_DESCRIPTION = 300

_TransportCosts = Callable[..., NDArray[np.float64]]
_Solver = Callable[[], _TransportCosts]  # imports what it needs


def _kept_on_disk() -> _TransportCosts:
    from optuna_nasbot.distance.compiled_transport import transport_costs

    return transport_costs


def _compiled_anew() -> _TransportCosts:
    from optuna_nasbot.distance.compiled_transport import transport_costs

    return partial(transport_costs, on_disk=False)


def _by_pot() -> _TransportCosts:
    from optuna_nasbot.distance.transport import transport_costs

    return transport_costs


_CONSEQUENCES = {
    _compiled_anew: (
        "The compiled code of OTMANN is not kept on disk: each process compiles it again, which "
        "takes some seconds. Set the environment variable NUMBA_CACHE_DIR to a folder that can be "
        "written to, on a disk with space."
    ),
    _by_pot: (
        "OTMANN distances are computed with POT instead, just as exactly but several times "
        "slower. Reinstall numba; if that does not help, a filter of the module warnings silences "
        "this."
    ),
}


def _solvers() -> list[_Solver]:
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return [_by_pot]
    return [_kept_on_disk, _compiled_anew, _by_pot]


_solvers_left = _solvers()
_lock = Lock()


def transport_costs(
    rows: Sequence[NetworkFeatures],
    columns: Sequence[NetworkFeatures],
    costs: MatchingCosts,
    below_diagonal: bool = False,
) -> NDArray[np.float64]:
    """The unnormalised OTMANN distances between two sequences of networks.

    Args:
        rows: n networks.
        columns: m networks.
        costs: The costs of matching layers.
        below_diagonal: Compute only the pairs (i, j) with i > j and leave 0 elsewhere.

    Returns:
        Array (n_coeffs, n, m), in units of mass times non-assignment penalty.

    Raises:
        ImportError: POT is needed, and can't be imported.
        RuntimeError: POT is needed, and found no optimum.
    """
    errors = []
    for solver in tuple(_solvers_left):  # a copy, since other threads may shorten the list
        try:
            result = solver()(rows, columns, costs, below_diagonal)
            break
        except Exception as error:
            if solver is _by_pot:
                raise
            errors.append(error)
    if errors:
        _leave_out_before(solver, errors[0])
    return result


def _leave_out_before(solver: _Solver, error: Exception) -> None:
    with _lock:
        failed = _solvers_left[: _solvers_left.index(solver)] if solver in _solvers_left else []
        del _solvers_left[: len(failed)]
    is_absent = isinstance(error, ModuleNotFoundError) and error.name == "numba"
    if failed and not is_absent:  # else numba is not installed, or another thread has warned
        warn_softly(f"numba failed: {_described(error)} {_CONSEQUENCES[solver]}", stacklevel=3)


def _described(error: Exception) -> str:
    try:
        text = f"{type(error).__name__}: {error}"
    except Exception:  # an error of an unknown class may fail to give its text
        text = type(error).__name__
    text = shorten(text, MAX_DESCRIPTION, placeholder=" ...")
    return f"{text.rstrip(' .:')}."
