"""The compiled solver of POT, without everything else that POT imports.

`import ot` imports every array library that is installed (PyTorch, JAX, CuPy, TensorFlow). That
takes seconds and GPU memory, and fails if one of them is broken, though none is needed here. So
the solver's extension module is loaded alone. POT's environment variables POT_BACKEND_DISABLE_*
are no alternative: other threads would see them, and users of POT would have to do without these
libraries for the rest of the process.

This relies on details that POT does not document, but that are the same in its versions 0.9.4 to
0.9.7: the name `ot.lp.emd_wrap.emd_c`, and that this module imports nothing of POT but `dist` from
`..utils`. If loading it alone fails, POT is imported as usual.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.machinery import PathFinder
from importlib.util import find_spec
from importlib.util import module_from_spec
from importlib.util import spec_from_file_location
from types import ModuleType
from typing import Any

__all__ = ["emd_c"]

_NAME = "ot.lp.emd_wrap"


def _solver_module() -> ModuleType:
    ways = [_loaded_alone, _imported]
    if "ot" in sys.modules:  # the user's own import of it, which may not be finished yet
        ways.reverse()
    try:
        return ways[0]()
    except Exception:
        pass
    try:
        return ways[1]()
    except Exception as error:
        raise ImportError(
            "POT (the package `ot`), which solves the transport problems of OTMANN, can't be "
            f"imported: {type(error).__name__}: {error} To install it anew: "
            "pip install --force-reinstall --no-deps POT. If the error comes from an array "
            "library that POT imports, repair or remove that library."
        ) from error


def _loaded_alone() -> ModuleType:
    """The module, loaded without leaving anything in `sys.modules`.

    While it is loaded, Python takes it for a module of this package, so that it finds `dist` in
    `utils` here. Then it gets its own name back. There is only one such module in a process: a
    later `import ot` finds this one.
    """
    package = find_spec("ot")
    folders = package.submodule_search_locations if package is not None else None
    found = PathFinder.find_spec(_NAME, [os.path.join(each, "lp") for each in folders or ()])
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"No file of the module {_NAME} was found.", name=_NAME)
    spec = spec_from_file_location(f"{__name__}.lp.emd_wrap", found.origin)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    was_there = _NAME in sys.modules
    try:
        spec.loader.exec_module(module)
    finally:
        if not was_there:
            sys.modules.pop(_NAME, None)  # Cython puts its modules there by itself
    module.__name__, module.__package__, module.__spec__ = _NAME, "ot.lp", found
    return module


def _imported() -> ModuleType:
    from ot.lp import emd_wrap

    return emd_wrap  # type: ignore[no-any-return]


emd_c: Callable[..., Any] | None = getattr(_solver_module(), "emd_c", None)
"""The network simplex; None in a version of POT that lacks it."""
