from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import torch

from optuna_nasbot import Layer

INTEGERS = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)


@pytest.mark.parametrize("whole", [*INTEGERS, np.intp, np.array, torch.tensor])
def test_whole_numbers_of_arrays_become_plain_ones(whole: Any) -> None:
    layer = Layer("conv3", whole(64), whole(2))
    assert layer == Layer("conv3", 64, 2)
    assert hash(layer) == hash(Layer("conv3", 64, 2))
    assert repr(layer) == repr(Layer("conv3", 64, 2))
    assert pickle.loads(pickle.dumps(layer)) == Layer("conv3", 64, 2)


def test_one_of_two_numbers_may_be_missing() -> None:
    assert repr(Layer("fc", np.int64(8))) == repr(Layer("fc", 8))
    assert repr(Layer("own", stride=np.int64(1))) == repr(Layer("own", stride=1))


def test_a_name_of_numpy_becomes_a_plain_one() -> None:
    assert repr(Layer(np.array(["relu"])[0], 8)) == repr(Layer("relu", 8))


@pytest.mark.parametrize("units", [True, np.True_, 8.0, np.float64(8), "8", [8], np.array([8])])
def test_what_is_no_whole_number_stays_for_the_check_of_the_network(units: Any) -> None:
    assert Layer("relu", units).units is units
