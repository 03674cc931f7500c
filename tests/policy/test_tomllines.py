from policy.tomllines import line_of, lines

TEXT = '''# top
name = "x"
[one]
a.b = 1
list = [
  "not = a key",
  { in = 1 },
]
text = """
fake = 1
"""
inline = { p = 1, q = 2 }
[[many]]
k = 1
[[many]] # second
k = 2
["quoted.name"]
z = 1
'''


def test_keys_tables_and_arrays_of_tables_have_their_lines() -> None:
    found = lines(TEXT)
    assert found["name",] == 2 and found["one",] == 3
    assert found["one", "a"] == found["one", "a", "b"] == 4
    assert found["one", "inline", "q"] == 12
    assert found["many", 0, "k"] == 14 and found["many", 1, "k"] == 16 and found["many", 1] == 15
    assert found["quoted.name", "z"] == 18


def test_what_stands_in_strings_and_arrays_is_no_key() -> None:
    found = lines(TEXT)
    assert ("one", "fake") not in found and ("one", "not") not in found


def test_a_missing_key_has_the_line_of_its_table() -> None:
    assert line_of(lines(TEXT), ("many", 1, "why")) == 15
    assert line_of(lines(TEXT), ("nothing", "here")) == 1
