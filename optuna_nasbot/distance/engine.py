"""Chooses what solves the transport problems: compiled code where numba compiles, else POT.

Both are exact; the compiled code is several times faster. It is compiled at its first use, which
takes seconds, and kept on disk. Import this module only where distances are computed: both numba
and POT take long to import.
"""

from __future__ import annotations

import os
import warnings
from importlib.util import find_spec

__all__ = ["transport_costs"]

if find_spec("numba") is None or os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
    from optuna_nasbot.distance.transport import transport_costs
else:
    try:
        from optuna_nasbot.distance.compiled_transport import transport_costs
    except (ImportError, RuntimeError) as error:
        from optuna_nasbot.distance.transport import transport_costs

        warnings.warn(
            f"numba is installed but cannot be used: {error} OTMANN distances are computed with "
            "POT instead, as exactly but several times slower.",
            RuntimeWarning,
            stacklevel=2,
        )
