"""What wrappers hold: the sampler that chooses networks, or the trial of Optuna."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from inspect import getattr_static
from typing import Any
from typing import Protocol
from typing import TypeGuard
from typing import TypeVar
from typing import cast
from typing import runtime_checkable

from optuna.study import Study
from optuna.trial import BaseTrial
from optuna.trial import FixedTrial
from optuna.trial import FrozenTrial
from optuna.trial import Trial

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.spaces import ArchitectureSpace

_T = TypeVar("_T")

_MAX_SEEN = 200
"""How many wrappers are looked into: some objects make up any attribute they are asked for."""
_MAX_DEPTH = 3
"""How deep collections within collections are looked into."""


@runtime_checkable
class ChoosesArchitectures(Protocol):
    """A sampler that chooses networks itself, of this package or not."""

    def sample_architecture(
        self, study: Study, trial: Trial, name: str, space: ArchitectureSpace
    ) -> Architecture:
        """Choose a network for a running trial.

        Args:
            study: The study.
            trial: The running trial.
            name: The name under which the trial will carry the network.
            space: The search space.

        Returns:
            A network of the space.
        """


def samplers_behind(sampler: object) -> list[ChoosesArchitectures]:
    """The samplers that choose networks: the given one, or all that it holds as a wrapper.

    A wrapper holds them as attributes, also in collections, or holds other wrappers that do.
    """
    found = [*found_behind(sampler, _has_method, "sample_relative")]
    # A wrapper may pass all calls on to an object that none of its attributes shows.
    passes_on = not found and callable(getattr(sampler, "sample_architecture", None))
    return [cast(ChoosesArchitectures, sampler)] if passes_on else found


def _has_method(sampler: object) -> TypeGuard[ChoosesArchitectures]:
    """Whether a sampler chooses networks itself and does not just pass calls on to one."""
    return getattr_static(sampler, "sample_architecture", None) is not None


def trial_behind(stand_in: Any) -> BaseTrial | None:
    """The Optuna trial behind what an objective got: that object itself, or what it stands in for.

    Returns:
        The trial, or the stand-in itself if it shows the study that its trial belongs to. None if
        the object leads to no trial, or to several.
    """
    found = [*found_behind(stand_in, _is_trial, "suggest_float")]
    running = [trial for trial in found if isinstance(trial, Trial)]
    if len(running or found) == 1:
        return (running or found)[0]
    return stand_in if isinstance(getattr(stand_in, "study", None), Study) else None


def user_attrs_of(trial: object) -> Mapping[str, Any]:
    """The user attributes of a trial, or of the one that an object stands in for.

    Raises:
        TypeError: There are none.
    """
    found = trial_behind(trial)
    user_attrs = getattr(trial if found is None else found, "user_attrs", None)
    if not isinstance(user_attrs, Mapping) or isinstance(trial, Study):
        raise TypeError(f"trial: expected an Optuna trial, got {trial!r}.")
    return user_attrs


def _is_trial(value: object) -> TypeGuard[BaseTrial]:
    return isinstance(value, (Trial, FixedTrial, FrozenTrial))


def found_behind(
    outermost: object, is_wanted: Callable[[object], TypeGuard[_T]], method: str
) -> Iterator[_T]:
    """All that is wanted among an object and what it holds, each once, the outermost first.

    Args:
        outermost: The object.
        is_wanted: Whether an object is wanted. What it holds is not looked at.
        method: The method that wrappers have.
    """
    seen, waiting = {id(outermost)}, [outermost]
    for each in waiting:
        if is_wanted(each):
            yield each
            continue
        for value in _held(each):
            is_new = id(value) not in seen and len(seen) < _MAX_SEEN
            if is_new and (is_wanted(value) or _has(value, method)):
                seen.add(id(value))
                waiting.append(value)


def _has(value: object, method: str) -> bool:
    try:
        return hasattr(value, method)
    except Exception:  # whatever a `__getattr__` raises
        return False


def _held(wrapper: object) -> Iterator[object]:
    """The values of an object's attributes, and what is in those that are collections."""
    classes = type(wrapper).__mro__
    for values in (getattr(wrapper, "__dict__", {}), *map(vars, classes)):
        yield from _flat([*values.values()])
    for each in classes:
        slots = each.__dict__.get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else slots:
            is_private = name.startswith("__") and not name.endswith("__")
            mangled = f"_{each.__name__.lstrip('_')}{name}" if is_private else name
            yield from _flat(getattr(wrapper, mangled, None))


def _flat(value: object, depth: int = 0) -> Iterator[object]:
    """The values in a collection and in those that it holds; another value itself."""
    if isinstance(value, Mapping):
        value = [*value.values()]
    if isinstance(value, (list, tuple, set, frozenset)) and depth < _MAX_DEPTH:
        for each in [*value]:
            yield from _flat(each, depth + 1)
    elif not isinstance(value, type):
        yield value
