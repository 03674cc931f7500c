from __future__ import annotations

from inspectors.pdf.model import Found, PdfHandle, Place
from inspectors.pdf.plan import Remade, plan, shared

ACTION = Place(20, 0)
STRING = Place(30, 0)


def found(annotation: int, action: Place | None = None, uri: Place | None = None) -> Found:
    place = Place(annotation, 0)
    action = action or place.into("/A")
    return Found(PdfHandle(place, action, uri or action.into("/URI")), 1, b"https://a.example/")


def test_a_string_of_its_own_is_changed_where_it_stands() -> None:
    one, two = found(1), found(2)
    steps = plan([one, two], {two.handle: "u"}, {})
    assert steps.strings == {Place(2, 0, ("/A", "/URI")): "u"}
    assert not steps.actions
    assert steps.objects() == {(2, 0)}


def test_a_shared_action_changes_once_if_all_its_links_do() -> None:
    links = [found(1, ACTION), found(2, ACTION)]
    steps = plan(links, {link.handle: "u" for link in links}, {(20, 0): 2})
    assert steps.strings == {ACTION.into("/URI"): "u"}
    assert not steps.actions


def test_one_of_several_users_of_an_action_gets_a_copy() -> None:
    links = [found(1, ACTION), found(2, ACTION)]
    steps = plan(links, {links[0].handle: "u"}, {(20, 0): 2})
    assert not steps.strings
    assert steps.actions == {Place(1, 0, ("/A",)): Remade(ACTION, ("u",), False, False)}


def test_of_users_that_wish_different_urls_the_first_keeps_the_action() -> None:
    links = [found(1, ACTION), found(2, ACTION)]
    steps = plan(links, {links[0].handle: "u", links[1].handle: "v"}, {})
    assert steps.strings == {ACTION.into("/URI"): "u"}
    assert steps.actions == {Place(2, 0, ("/A",)): Remade(ACTION, ("v",), False, False)}


def test_an_action_used_by_something_that_is_no_link_changes_where_it_stands() -> None:
    link = found(1, ACTION)
    assert plan([link], {link.handle: "u"}, {}).strings == {ACTION.into("/URI"): "u"}


def test_a_string_used_by_something_that_is_no_link_stays() -> None:
    link = found(1, uri=STRING)
    assert plan([link], {link.handle: "u"}, {(30, 0): 2}).strings == {Place(1, 0, ("/A", "/URI")): "u"}


def test_an_indirect_string_is_changed_in_its_own_object() -> None:
    link = found(1, uri=STRING)
    assert plan([link], {link.handle: "u"}, {(30, 0): 1}).strings == {STRING: "u"}


def test_a_string_shared_by_two_actions_is_replaced_in_the_one() -> None:
    links = [found(1, uri=STRING), found(2, uri=STRING)]
    steps = plan(links, {links[1].handle: "u"}, {(30, 0): 2})
    assert steps.strings == {Place(2, 0, ("/A", "/URI")): "u"}
    both = plan(links, {link.handle: "u" for link in links}, {(30, 0): 2})
    assert both.strings == {STRING: "u"}


def test_only_indirect_strings_need_counting() -> None:
    assert shared([found(1).handle]) == set()
    assert shared([found(1, ACTION, STRING).handle]) == {(30, 0)}
