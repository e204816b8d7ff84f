"""What a view is."""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optuna_nasbot.trials.configuration import Configuration


class View(ABC):
    """A respect in which configurations are compared, by one or more dissimilarities.

    A view that has to know the observations before it can compare anything, to standardise
    features for instance, learns that in `fitted`.
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
            Array (k, n, m), not negative, 0 for equal configurations, symmetric, and with means
            about 1 over random pairs, for which the priors of the terms are made.
        """

    def fitted(self, configurations: Sequence[Configuration]) -> View:
        """The view for a process that is fitted to these configurations."""
        return self

    def remember(self, configurations: Sequence[Configuration]) -> None:  # noqa: B027 (optional)
        """Keep what is computed for pairs of these configurations, which will recur."""
