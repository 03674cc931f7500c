"""A quickly made class is what the dataclass was: only making and pickling it takes less time."""

import copy
import dataclasses
import inspect
import pickle

import pytest

from inspectors.model import Leaf, Link, Span
from inspectors.quick import quickly_made


@quickly_made
@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    first: str
    second: tuple[int, ...] = (1, 2)


LINK = Link("1", "http://a.test/", "a.test", "here", "text", ("handle", 3), "a.test", fetched=True)
LEAF = Leaf("1", "text/plain", "", "7bit", "", "", Span(0, 3), Span(5, 9), base="http://a.test/")


def test_fields_are_set_by_place_and_by_name_and_defaults_are_the_class_own():
    assert (Pair("a").first, Pair("a").second) == ("a", (1, 2))
    assert Pair(second=(), first="b") == Pair("b", ())
    assert (LINK.leaf, LINK.host, LINK.page, LINK.fetched, LINK.box) == ("1", "a.test", 0, True, None)
    assert (LEAF.body, LEAF.sealed, LEAF.base) == (Span(5, 9), "", "http://a.test/")


@pytest.mark.parametrize("one", [Pair("a"), LINK, LEAF], ids=lambda one: type(one).__name__)
def test_it_is_of_its_class_and_of_no_other(one):
    assert type(one) in (Pair, Link, Leaf)
    assert repr(one).startswith(type(one).__name__ + "(")
    assert not hasattr(one, "__dict__")


@pytest.mark.parametrize("name", ["first", "second", "third", "__class__"])
def test_it_is_frozen(name):
    one = Pair("a")
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
        setattr(one, name, "b")
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
        delattr(one, name)
    assert one == Pair("a")


def test_equal_ones_are_equal_and_have_one_hash_and_others_are_not():
    assert Pair("a", (3,)) == Pair("a", (3,))
    assert hash(Pair("a", (3,))) == hash(Pair("a", (3,)))
    assert Pair("a") != Pair("b")
    assert Pair("a") != ("a", (1, 2))


@pytest.mark.parametrize("one", [Pair("a"), LINK, LEAF], ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_it_can_be_pickled_copied_and_replaced(one, protocol):
    assert pickle.loads(pickle.dumps(one, protocol)) == one
    assert copy.copy(one) == one == copy.deepcopy(one)
    assert dataclasses.replace(one) == one
    assert dataclasses.replace(LINK, url="http://b.test/").url == "http://b.test/"
    assert type(pickle.loads(pickle.dumps(one, protocol))) is type(one)


@pytest.mark.parametrize("arguments", [(), ("a", (), 3)])
def test_missing_and_superfluous_values_are_errors_as_ever(arguments):
    with pytest.raises(TypeError, match=r"Pair\.__init__\(\)"):
        Pair(*arguments)


def test_people_and_programs_see_the_same_signature():
    assert str(inspect.signature(Pair)) == "(first: str, second: tuple[int, ...] = (1, 2)) -> None"


def test_fields_that_are_not_simply_set_are_refused():
    @dataclasses.dataclass(frozen=True, slots=True)
    class Made:
        values: list[int] = dataclasses.field(default_factory=list)

    with pytest.raises(TypeError, match="Made"):
        quickly_made(Made)
