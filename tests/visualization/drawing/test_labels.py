from __future__ import annotations

import pytest

from optuna_nasbot.visualization.drawing.labels import printable
from optuna_nasbot.visualization.drawing.labels import shortened
from optuna_nasbot.visualization.drawing.labels import text_width


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("conv3-64/2", "conv3-64/2"),
        ("注意力 é", "注意力 é"),
        ("a\u3000b\xa0c", "a b c"),
        ("a\nb\tc\x00\ud800\ufffe", "a�b�c���"),
    ],
)
def test_printable(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_shortened_keeps_both_ends() -> None:
    assert shortened("dilated-convolution-64/2") == "dilated-convolution-64/2"
    assert shortened("dilated-convolution-5x5-64/2") == "dilated-con…ion-5x5-64/2"


# Advance widths of Liberation Sans, which has those of Arial and Helvetica, at 1,000 a size.
@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("conv3-64/2", 4948),
        ("leaky-relu-448", 6337),
        ("WAVENET", 4834),
        ("maxpool3x3", 5393),
    ],
)
def test_text_width_is_rather_too_much(text: str, width: float) -> None:
    assert width <= text_width(text, 1000) <= 1.3 * width


def test_wide_characters_are_wide() -> None:
    assert text_width("注意力", 10) >= 30
