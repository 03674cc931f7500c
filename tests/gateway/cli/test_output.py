"""Cells are text for every spreadsheet, and tables keep what they are given."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli import output


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\u3000=1", "\uff1d1", "|x", "%x"])
def test_what_could_be_a_formula_is_made_text(text: str) -> None:
    assert not output.cell(text).lstrip().startswith(("=", "+", "-", "@", "\uff1d", "|", "%"))


@pytest.mark.parametrize("text", ["https://a.example/", "a=b", "2023-11-14", "", "<>"])
def test_ordinary_cells_stay(text: str) -> None:
    assert output.cell(text) == text


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_law_rows_and_columns_survive_csv(rows: list[list[str]]) -> None:
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", stream)
        output.write_csv(["a", "b"], rows)
    back = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))
    assert back[1:] == [[output.cell(value) for value in row] for row in rows]


def test_a_table_shows_markup_as_it_is_and_long_cells_whole(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_table(["a"], [["[red]x[/red] :smile:"], ["y" * 300]])
    out = capsys.readouterr().out
    assert "[red]x[/red] :smile:" in out
    assert "y" * 300 in out
