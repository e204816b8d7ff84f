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
    """A respect in which configurations are compared, by one or more dissimilarities.

    A view that has to know the observations before it can compare anything, to standardise
    features for instance, learns that in `fitted`; until then its length is 0. A term may share
    the view of another one: it is then computed once.
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
            configurations and symmetric. Means over random pairs, of the space or of the observed
            configurations, are about 1: the view scales them so, since the priors of the terms
            expect it. The caller does not change the array.
        """

    def part(self, configuration: Configuration) -> Hashable:
        """The identity of what the view looks at: what is the same is compared only once.

        It is called for every configuration, so that it has to be cheap.
        """
        return id(configuration)

    def fitted(self, configurations: Sequence[Configuration]) -> View:
        """The view with what it has to learn from observed configurations."""
        return self

    def remember(self, configurations: Sequence[Configuration]) -> None:  # noqa: B027 (optional)
        """Keep what is computed for pairs of these configurations, which will recur."""
