"""NASBOT: Bayesian optimisation of network architectures as an Optuna sampler."""

from __future__ import annotations

from typing import Any
from typing import get_args

import numpy as np
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import Trial

from optuna_nasbot.acquisition.criterion import AcquisitionName
from optuna_nasbot.acquisition.criterion import criterion
from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture_sampler import ArchitectureSampler
from optuna_nasbot.architecture_sampler import check_single_objective
from optuna_nasbot.evolution.maximiser import maximise
from optuna_nasbot.evolution.selection import any_untaken
from optuna_nasbot.evolution.start import Preparation
from optuna_nasbot.evolution.start import prepare
from optuna_nasbot.gp.surrogate import fit_surrogate
from optuna_nasbot.spaces import ArchitectureSpace
from optuna_nasbot.spaces.limits import check_whole
from optuna_nasbot.trials import observe


class NASBOTSampler(ArchitectureSampler):
    """Searches networks by Bayesian optimisation with optimal transport (Kandasamy et al. 2018).

    Networks come from `suggest_architecture`; ordinary parameters beside them are left to
    another sampler. All that the sampler knows it reads from the study, so that studies can be
    resumed and shared by many workers.

    Args:
        seed: Seed of all random choices. A sequential study with a seed can be repeated exactly.
            Workers that share a study need different seeds, or none, for the sake of the
            ordinary parameters.
        n_startup_trials: How many networks with a value the model needs; until then networks of
            the initial pool and around it are tried, spread by distance.
        acquisition: `"log_ei"` (logarithm of the expected improvement), `"ucb"` (upper
            confidence bound) or `"ts"` (Thompson sampling).
        independent_sampler: The sampler of ordinary parameters; None for a `TPESampler`.

    Raises:
        TypeError: `independent_sampler` is no sampler.
        ValueError: Another argument is out of range.
    """

    def __init__(
        self,
        *,
        seed: int | None = None,
        n_startup_trials: int = 10,
        acquisition: AcquisitionName = "log_ei",
        independent_sampler: BaseSampler | None = None,
    ) -> None:
        super().__init__(seed=seed, independent_sampler=independent_sampler)
        if acquisition not in get_args(AcquisitionName):
            raise ValueError(
                f"acquisition: expected one of {list(get_args(AcquisitionName))}, "
                f"got {acquisition!r}."
            )
        check_whole("n_startup_trials", n_startup_trials, 1)
        self._n_startup_trials = n_startup_trials
        self._acquisition: AcquisitionName = acquisition
        self._prepared: dict[ArchitectureSpace, Preparation] = {}

    def sample_architecture(
        self, study: Study, trial: Trial, name: str, space: ArchitectureSpace
    ) -> Architecture:
        check_single_objective(study)
        observed = observe(study, name, space.kind, but_for=trial.number)
        rng = self.trial_rng(trial.number, name)
        prepared = self._prepare(space)
        if len(observed.networks) < self._n_startup_trials:
            return any_untaken(prepared.start, space, observed.taken, rng)

        surrogate = fit_surrogate(observed.networks, observed.values, prepared.distances)
        acquisition = criterion(
            self._acquisition, surrogate.hallucinate(observed.running), surrogate.values.max(), rng
        )
        inside = [i for i, network in enumerate(observed.networks) if network in space]
        parents = [observed.networks[i] for i in inside] or list(prepared.start)
        fitness = surrogate.values[inside] if inside else np.zeros(len(parents))
        chosen = maximise(acquisition, parents, fitness, space, observed.taken, rng)
        return chosen or any_untaken(parents, space, observed.taken, rng)

    def _prepare(self, space: ArchitectureSpace) -> Preparation:
        if space not in self._prepared:
            self._prepared[space] = prepare(space, self._n_startup_trials)
        return self._prepared[space]

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_prepared": {}}
