from __future__ import annotations

import numpy as np
import pytest
import torch

from optuna_nasbot.architecture.arguments import check_number
from optuna_nasbot.architecture.arguments import check_whole


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), np.array(3), torch.tensor(3)])
def test_whole_numbers_become_plain_ones(value: object) -> None:
    checked = check_whole("n", value, 3, 3)
    assert checked == 3
    assert type(checked) is int


@pytest.mark.parametrize(
    "value",
    [
        *(True, np.True_, np.array(True), torch.tensor(True), 3.0, np.float64(3), np.array(3.0)),
        *("3", None, [3], np.array([3]), torch.tensor([3]), np.int64),
    ],
)
def test_what_is_no_whole_number(value: object) -> None:
    with pytest.raises(TypeError, match=r"^n: expected a whole number, got "):
        check_whole("n", value, 0)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1, "at least 2, got 1"),
        (np.int64(-1), "at least 2, got -1"),
        (1001, "at most 1,000, got 1001"),
        (10**5000, "at most 1,000, got a huge int"),
    ],
    ids=["little", "negative", "large", "huge"],
)
def test_what_is_out_of_range(value: object, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^n: expected {message}\.$"):
        check_whole("n", value, 2, 1000)


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), np.array(0.5), torch.tensor(0.5)])
def test_numbers_become_plain_ones(value: object) -> None:
    checked = check_number("x", value)
    assert checked == 0.5
    assert type(checked) is float
