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
from typing import runtime_checkable

from optuna.study import Study
from optuna.trial import BaseTrial
from optuna.trial import FixedTrial
from optuna.trial import FrozenTrial
from optuna.trial import Trial

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.spaces import ArchitectureSpace

_T = TypeVar("_T")


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

    A wrapper holds them as attributes, also in lists, tuples and dictionaries, or holds other
    wrappers that do.
    """
    found = [*_behind(sampler, _has_method, lambda value: hasattr(value, "sample_relative"))]
    if not found and isinstance(sampler, ChoosesArchitectures):  # by `__getattr__` of its own
        return [sampler]
    return found


def _has_method(sampler: object) -> TypeGuard[ChoosesArchitectures]:
    """Whether a sampler chooses networks itself and does not just pass calls on to one."""
    return getattr_static(sampler, "sample_architecture", None) is not None


def trial_behind(stand_in: Any) -> BaseTrial | None:
    """The trial of Optuna that an objective got, or that what it got stands in for.

    Returns:
        The trial, or the stand-in itself if it shows the study that its trial belongs to. None if
        what the objective got leads to no trial, or to several.
    """
    found = [*_behind(stand_in, _is_trial, lambda value: hasattr(value, "suggest_float"))]
    if len(found) == 1:
        return found[0]
    return stand_in if isinstance(getattr(stand_in, "study", None), Study) else None


def user_attrs_of(trial: object) -> Mapping[str, Any]:
    """The user attributes of a trial, or of what stands in for one.

    Raises:
        TypeError: It has none.
    """
    user_attrs = getattr(trial, "user_attrs", None)
    if not isinstance(user_attrs, Mapping) or isinstance(trial, Study):
        raise TypeError(f"trial: expected an Optuna trial, got {trial!r}.")
    return user_attrs


def _is_trial(value: object) -> TypeGuard[BaseTrial]:
    return isinstance(value, (Trial, FixedTrial, FrozenTrial))


def _behind(
    outermost: object,
    is_wanted: Callable[[object], TypeGuard[_T]],
    is_wrapper: Callable[[object], bool],
) -> Iterator[_T]:
    """All that is wanted among an object and what it holds, each once, the outermost first."""
    seen, waiting = {id(outermost)}, [outermost]
    for each in waiting:
        if is_wanted(each):
            yield each
            continue
        for value in _held(each):
            if id(value) not in seen and (is_wanted(value) or is_wrapper(value)):
                seen.add(id(value))
                waiting.append(value)


def _held(wrapper: object) -> Iterator[object]:
    """The values of an object's attributes, and what is in those that are collections."""
    slots = (getattr(each, "__slots__", ()) for each in type(wrapper).__mro__)
    names = [name for some in slots for name in ([some] if isinstance(some, str) else some)]
    values = [*getattr(wrapper, "__dict__", {}).values()]
    for value in [*values, *(getattr(wrapper, name, None) for name in names)]:
        if isinstance(value, (list, tuple)):
            yield from value
        elif isinstance(value, Mapping):
            yield from value.values()
        else:
            yield value
