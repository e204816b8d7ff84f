"""Tables that grow on the screen while a benchmark runs."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence

Cell = str | int | float | None


def print_table(title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print a markdown table, each row as soon as it is there.

    Args:
        title: The line above the table.
        head: Names of the columns.
        rows: The rows; numbers are rounded to three digits, None is a dash.
    """
    print(f"\n{title}\n")
    for row in (head, ["---"] * len(head)):
        print("| " + " | ".join(row) + " |")
    for cells in rows:
        print("| " + " | ".join(_text(cell) for cell in cells) + " |", flush=True)


def _text(cell: Cell) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{cell:.0f}" if abs(cell) >= 1000 else f"{cell:.3g}"
    return str(cell)
