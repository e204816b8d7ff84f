"""The interface of views."""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod
from collections.abc import Hashable
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.trials.configuration import Configuration


class View(ABC):
    """A way of comparing configurations, by one or more dissimilarities.

    A view that has to know the observations before it can compare anything, for instance to
    standardise features, learns them in `fitted`; until then its length is 0. Terms may share a
    view, which is then computed once.
    """

    @abstractmethod
    def __len__(self) -> int:
        """The number k of dissimilarities of a pair."""

    @abstractmethod
    def between(
        self, a: Sequence[Configuration], b: Sequence[Configuration]
    ) -> NDArray[np.float64]:
        """The dissimilarities of n and m configurations.

        Returns:
            Array (k, n, m), which may be empty: finite, not negative, exactly 0 for equal
            configurations, and symmetric. The view scales dissimilarities to means of about 1 over
            random pairs of the space or of the observed configurations, as the priors of the terms
            expect. The caller does not change the array.
        """

    def part(self, configuration: Configuration) -> Hashable:
        """A key of what the view compares, so that equal parts are compared only once.

        Configurations with equal keys have the same dissimilarities to all others. A key may be
        the `id` of an object that the configuration holds. It is needed very often, and so has to
        be cheap. In a class that defines `between` but no `part`, even if it inherits one, each
        configuration has a key of its own.
        """
        return id(configuration)

    def __init_subclass__(cls) -> None:
        # A new `between` may compare more than the inherited `part` accounts for.
        if "between" in vars(cls) and "part" not in vars(cls):
            cls.part = View.part  # type: ignore[method-assign]

    def fitted(self, configurations: Sequence[Configuration]) -> View:
        """The view with what it has to learn from observed configurations."""
        return self

    def remember(self, configurations: Sequence[Configuration]) -> None:  # noqa: B027 (optional)
        """Keep what is computed for pairs of these configurations, which will recur."""
