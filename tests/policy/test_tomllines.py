"""Keys are found in the lines where they stand, whatever strings and brackets lie between."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from policy.tomllines import line_of, lines

TEXT = '''# [not.a.table]
top = 1
[a]  # comment with "quotes
x = """
[not]
y = 2
"""  # z = 3
list = [
  "]", # ]
  {q = 1},
]
"quoted key" = 1
dotted.key = 'one'
[a.b]
x = "# no [comment]"
  indented = 1
[[many]]
n = 1
'''


def test_keys_and_tables_are_found() -> None:
    tomllib.loads(TEXT)
    found = lines(TEXT)
    assert found == {
        ("top",): 2,
        ("a",): 3,
        ("a", "x"): 4,
        ("a", "list"): 8,
        ("a", "list", 0): 9,
        ("a", "list", 1): 10,
        ("a", "quoted key"): 12,
        ("a", "dotted"): 13,
        ("a", "dotted", "key"): 13,
        ("a", "b"): 14,
        ("a", "b", "x"): 15,
        ("a", "b", "indented"): 16,
        ("many", 0): 17,
        ("many", 0, "n"): 18,
    }


def test_what_is_not_there_takes_the_line_of_what_holds_it() -> None:
    found = lines(TEXT)
    assert line_of(found, ("a", "list", "q")) == 8
    assert line_of(found, ("nowhere",)) == 1


@given(st.text(max_size=200))
def test_law_any_text_gives_lines_within_it(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in lines(text).values())


@given(st.lists(st.text(alphabet="ab'\"\n#[]=\\", max_size=20), max_size=6))
def test_law_string_values_do_not_move_the_keys(values: list[str]) -> None:
    import json

    text = "".join(f"k{number} = {json.dumps(value)}\n" for number, value in enumerate(values))
    tomllib.loads(text)
    assert lines(text) == {(f"k{number}",): number + 1 for number in range(len(values))}


def test_entries_of_an_array_of_tables_and_keys_of_an_inline_table_have_their_lines() -> None:
    found = lines("inline = { p = 1, q = 2 }\n[[many]]\nk = 1\n[[many]] # second\nk = 2\n")
    assert found["inline", "q"] == 1
    assert found["many", 0, "k"] == 3 and found["many", 1, "k"] == 5
    assert line_of(found, ("many", 1, "why")) == 4


def test_tables_below_an_array_of_tables_belong_to_its_last_entry() -> None:
    text = "[[a]]\nn = 1\n[[a.b]]\nk = 1\n[[a.b]]\nk = 2\n[[a]]\n[[a.b]]\nk = 3\n[a.c]\nx = 1\n"
    tomllib.loads(text)
    found = lines(text)
    assert [found["a", 0, "b", 0, "k"], found["a", 0, "b", 1, "k"], found["a", 1, "b", 0, "k"]] == [4, 6, 9]
    assert found["a", 1, "c", "x"] == 11


def test_entries_of_an_array_over_several_lines_have_their_own() -> None:
    text = 'x = [ "a", "]", # ,\n  [1,\n 2], \'b,\', {q = 1,\n r = 2}\n, """\n,""",\n  5]\ny = 1\n'
    found = lines(text)
    assert [line_of(found, ("x", at)) for at in range(7)] == [1, 1, 2, 3, 3, 5, 7]
    assert found["y",] == 8
