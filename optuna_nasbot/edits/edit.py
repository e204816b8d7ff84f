"""What an edit of an architecture is."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optuna_nasbot.architecture import Architecture

Sites = Callable[[Architecture, np.random.Generator], Sequence[Any]]
Apply = Callable[[Architecture, Any, np.random.Generator], "Architecture | None"]


@dataclass(frozen=True)
class Edit:
    """A way to change a network: one of the paper's nine (paper, table 3), or one of cells.

    Args:
        name: The paper's name, or that of an edit of cells.
        probability: How likely a random child is made by this edit (for the paper's edits the
            reference's figures), relative to the other edits of a space.
        sites: Lists the places of a network where the edit can be made.
        apply: Makes the edit at one of these places; None if the result is not a network. What the
            place leaves open (a label, the layers of a path that are kept) is drawn at random.
    """

    name: str
    probability: float
    sites: Sites
    apply: Apply
