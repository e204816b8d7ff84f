"""Spaces of whole networks: their limits, and the initial networks fitted to them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from itertools import zip_longest
from statistics import median

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.edits import EDITS
from optuna_nasbot.edits import Edit
from optuna_nasbot.edits import edits_on
from optuna_nasbot.spaces.fitted_chains import Chain
from optuna_nasbot.spaces.fitted_chains import fitted_chains
from optuna_nasbot.spaces.fitted_chains import nearest_violation
from optuna_nasbot.spaces.limits import Limits
from optuna_nasbot.spaces.space import ArchitectureSpace

_SMALLER = (1 / 8, 1 / 64)
"""Shares of the usual mass that bound smaller networks."""


@dataclass(frozen=True, kw_only=True)
class NetworkSpace(Limits, ArchitectureSpace):
    """Networks of one kind within hard limits.

    Raises:
        TypeError: A limit has the wrong type, or `accepts` returns neither True nor False.
        RuntimeError: `accepts` raises an exception.
        ValueError: A limit is out of range, or no chain of layers meets all limits; the message
            gives the reason. (Limits that only networks with branches meet are refused, too.)
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("max_parameters", "max_multiply_adds"):
            if getattr(self, name) is not None and None in (self.inputs, self.outputs):
                raise ValueError(
                    f"{name}: expected inputs and outputs of the network as well, since the "
                    f"number of {name[4:].replace('_', '-')} depends on them, got "
                    f"inputs={self.inputs}, outputs={self.outputs}."
                )
        if not self.initial_pool:
            simplest = self.reference_chains()[0]
            raise ValueError(
                f"{type(self).__name__}: found no chain of layers within these limits: "
                f"{nearest_violation(simplest, self.operation_set, self)}."
            )

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The paper's nine edits, restricted to the widths that layers may have."""
        return EDITS if self.units is None else edits_on(self.units)

    @abstractmethod
    def reference_chains(self) -> Sequence[Chain]:
        """The hidden layers of the initial networks that are chains, at least one network."""

    def reference_graphs(self) -> Sequence[Architecture]:
        """The initial networks that are not chains."""
        return ()

    @cached_property
    def pool_of_sizes(self) -> tuple[Architecture, ...]:
        """The initial networks, and the same chains fitted to bounds far below their usual mass.

        Networks of the different sizes take turns.
        """
        usual = median(map(total_mass, self.initial_pool))
        pools = [self.initial_pool]
        for share in _SMALLER:
            try:
                smaller = replace(self, max_mass=max(share * usual, self.min_mass))
            except ValueError:  # no network is so small
                continue
            pools.append(smaller.initial_pool)
        turns = zip_longest(*pools)
        networks = [network for turn in turns for network in turn if network is not None]
        return tuple({each.canonical_hash(): each for each in networks}.values())

    @cached_property
    def initial_pool(self) -> tuple[Architecture, ...]:
        """The initial networks, all different: chains fitted to the limits, and others in them.

        Where bounds on parameters, multiply-adds or mass make several chains narrower, their
        sizes range from the bound down to about an eighth of it.
        """
        fitted = fitted_chains(self.reference_chains(), self.operation_set, self)
        whole = [graph for graph in self.reference_graphs() if self.violation(graph) is None]
        return tuple({each.canonical_hash(): each for each in (*fitted, *whole)}.values())
