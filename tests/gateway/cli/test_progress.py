"""The bar shows itself to people only, and hands on what it was given."""

from __future__ import annotations

import pytest

from gateway.cli.progress import bar


def test_items_pass_in_order_and_nothing_is_written_where_nobody_looks(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert list(bar(range(1000), "learning")) == list(range(1000))
    assert list(bar([], "learning")) == []
    assert capfd.readouterr() == ("", "")


def test_a_bar_that_is_left_early_lets_go() -> None:
    for item in bar([1, 2, 3], "learning"):
        if item == 2:
            break
    assert list(bar([4], "learning")) == [4]
