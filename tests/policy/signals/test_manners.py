"""What the sender's manner says of one link: changed habits, hosts, shapes of paths and kinds of files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.manner import LEAST, Change, Manner
from policy.model import Habit, Known, Owner, Seen, Trait
from policy.questions import habit, seen, traits
from policy.signals import changed_habits, download, new_host, new_shape
from policy.signals.case import Case
from policy.signals.registry import SIGNALS
from policy.traits import MOST, MOST_VALUES

MakeCase = Callable[..., Case]
CLERK = Owner("sender", "clerk@office.example")
ODD, PORTAL = "https://odd.test/x", "https://portal.example/in/4711"
MAILER, ZONE = (
    Change("mailer", "written with “B”", 4.0),
    Change("zone", "dated in the time zone “+0800”", 9.0),
)
NETWORK, REPLY = (
    Change("network", "sent from the network “N”", 4.0),
    Change("reply-to", "answers go to x", 4.0),
)
MAKER = Change("producer", "a PDF made by “M”", 4.0, "2")


def usual(past: Mapping[str, Mapping[str, int]], *changes: Change) -> Manner:
    known = {
        kind: {value: Trait(kind, value, count, 1.0, 2.0) for value, count in values.items()}
        for kind, values in past.items()
    }
    return Manner(CLERK, known, changes)


def case_of(make_case: MakeCase, url: str, manner: Manner, **more: Any) -> Case:
    return replace(make_case(url, **more), manner=manner)


def changed(make_case: MakeCase, *changes: Change, url: str = ODD, **more: Any) -> float:
    found = changed_habits.signal(case_of(make_case, url, usual({}, *changes), **more))
    return found.strength if found else 0.0


def test_one_change_is_a_quarter_and_four_are_the_whole(make_case: MakeCase) -> None:
    assert changed(make_case) == 0
    assert changed(make_case, MAILER) == changed(make_case, ZONE) == 0.25
    assert changed(make_case, REPLY) > 0.25
    assert changed(make_case, MAILER, ZONE, NETWORK) == 0.75
    assert changed(make_case, MAILER, ZONE, NETWORK, REPLY) == 1.0
    assert 0 < changed(make_case, replace(MAILER, nats=1.0)) < 0.1


def test_the_evidence_says_what_changed_and_for_whom(make_case: MakeCase) -> None:
    found = changed_habits.signal(case_of(make_case, ODD, usual({}, MAILER, REPLY)))
    assert found is not None
    assert found.words == (
        "Not as in earlier mail of clerk@office.example: answers go to x; written with “B”"
    )
    assert found.used == (traits(CLERK),)


def test_the_maker_of_a_pdf_counts_for_links_in_that_pdf(make_case: MakeCase) -> None:
    case = case_of(make_case, ODD, usual({}, MAKER))
    assert changed_habits.signal(case) is None, "the link stands in leaf 1"
    inside = replace(case, link=replace(case.link, leaf="2", place="pdf:annotation"))
    found = changed_habits.signal(inside)
    assert found is not None and found.strength == 0.25


def test_a_new_laptop_is_no_evidence_against_what_the_sender_is_known_for(make_case: MakeCase) -> None:
    known = {habit(CLERK): Known(Habit(9, 9, 2)), seen(CLERK, "odd.test"): Known(Seen(3, 1.0, 2.0))}
    assert changed(make_case, MAILER, facts=known) == 0
    assert changed(make_case, MAILER, participants=("odd.test",)) == 0


@given(
    st.lists(st.builds(Change, st.sampled_from(["mailer", "reply-to", "x"]), st.just("w"), st.floats(0, 99)))
)
def test_strength_stays_between_none_and_full(make_case: MakeCase, changes: list[Change]) -> None:
    assert 0 <= changed(make_case, *changes) <= 1


HOSTS = {"host": {"portal.example": 20, "in.portal.example": 8, "other.example": 90}}


def test_a_host_never_seen_on_a_known_site_is_new(make_case: MakeCase) -> None:
    found = new_host.signal(case_of(make_case, "https://evil.portal.example/", usual(HOSTS)))
    assert found is not None and 0 < found.strength <= new_host.MOST
    assert found.words == (
        "In 20 earlier messages clerk@office.example linked to 2 hosts of portal.example, "
        "never to evil.portal.example"
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://portal.example/",
        "https://www.portal.example/",
        "https://in.portal.example/",
        "https://new.test/",
    ],
)
def test_hosts_seen_before_and_sites_never_seen_are_not(make_case: MakeCase, url: str) -> None:
    assert new_host.signal(case_of(make_case, url, usual(HOSTS))) is None


def test_a_host_is_not_new_where_few_or_too_many_are_known(make_case: MakeCase) -> None:
    url = "https://evil.portal.example/"
    assert new_host.signal(case_of(make_case, url, usual({"host": {"portal.example": LEAST - 1}}))) is None
    assert new_host.signal(case_of(make_case, url, usual({"host": {"portal.example": LEAST}}))) is not None
    many = {"host": {f"h{number}.portal.example": 9 for number in range(MOST["host"])}}
    assert new_host.signal(case_of(make_case, url, usual(many))) is None, "others have fallen out"
    assert new_host.signal(make_case(url)) is None, "nobody is known"


def test_who_links_to_many_hosts_of_a_site_surprises_less_by_another(make_case: MakeCase) -> None:
    url = "https://evil.portal.example/"
    few = new_host.signal(case_of(make_case, url, usual({"host": {"portal.example": 40}})))
    many = {"host": {"portal.example": 40, **{f"h{number}.portal.example": 3 for number in range(9)}}}
    wide = new_host.signal(case_of(make_case, url, usual(many)))
    assert few is not None and wide is not None and few.strength > 2 * wide.strength


PATHS = {"path": {"portal.example/w/n": 30, "portal.example/": 4, "portal.example.test/h": 60}}


def test_a_path_unlike_all_before_is_new_on_a_known_site_only(make_case: MakeCase) -> None:
    found = new_shape.signal(
        case_of(make_case, "https://portal.example/wp-content/x/login.html?u=1", usual(PATHS))
    )
    assert found is not None and 0 < found.strength <= new_shape.MOST
    assert found.words == (
        "In 30 earlier messages clerk@office.example linked to 2 kinds of paths on portal.example, "
        "never to one like /w/w/w.html?"
    )
    for url in (PORTAL, "https://portal.example", "https://elsewhere.test/a/b/c.html"):
        assert new_shape.signal(case_of(make_case, url, usual(PATHS))) is None
    few = usual({"path": {"portal.example/w": LEAST - 1}})
    assert new_shape.signal(case_of(make_case, PORTAL, few)) is None
    many = usual({"path": {f"portal.example/{'w/' * number}w": 9 for number in range(MOST["path"])}})
    assert new_shape.signal(case_of(make_case, PORTAL, many)) is None, "others have fallen out"


def fetched(make_case: MakeCase, url: str, files: Mapping[str, int]) -> tuple[float, str]:
    found = download.signal(case_of(make_case, url, usual({"file": files})))
    assert found is not None
    return found.strength, found.words


def test_a_first_file_of_its_kind_counts_a_little_more_and_often_sent_ones_no_less(
    make_case: MakeCase,
) -> None:
    zip_ = "https://odd.test/a.zip"
    plain = download.signal(make_case(zip_))
    assert plain is not None
    first, words = fetched(make_case, zip_, {"-": 30, "pdf": 10})
    assert first == plain.strength + download.NEW < 1
    assert words == (
        "The link to odd.test fetches an archive; in 40 earlier messages clerk@office.example "
        "never linked to one"
    )
    for sent in ({"zip": 90}, {"-": 30, "tar": 1}, {"-": LEAST - 1}):
        assert fetched(make_case, zip_, sent) == (plain.strength, plain.words)
    assert fetched(make_case, "https://odd.test/a.exe", {"-": 30})[0] == 1.0
    full = {f"k{number}": 9 for number in range(MOST_VALUES)}
    assert fetched(make_case, zip_, full) == (plain.strength, plain.words), "others have fallen out"


def test_nothing_known_lowers_a_download(make_case: MakeCase) -> None:
    for url in ("https://odd.test/a.zip", "https://odd.test/a.docm", "https://odd.test/?f=a.exe"):
        stranger = download.signal(make_case(url))
        assert stranger is not None
        for files in ({"zip": 90, "docm": 9, "exe": 9}, {"-": 99}, {}):
            assert fetched(make_case, url, files)[0] >= stranger.strength


def test_signals_about_the_path_are_asked_for_every_link() -> None:
    by_link = {one.name for one in SIGNALS if one.by_link}
    assert {"changed_habits", "new_shape", "download"} <= by_link and "new_host" not in by_link


def test_of_several_that_it_may_be_the_most_surprised_counts(make_case: MakeCase) -> None:
    hosts = {"host": {"www.portal.example": 40}, "path": {"portal.example/in/0": 40}}
    quiet, other = Owner("sender", "a via b"), "https://odd.portal.example/new/"
    for signal in (changed_habits.signal, new_host.signal, new_shape.signal):
        alone = signal(case_of(make_case, other, usual(hosts, MAILER)))
        both = replace(Manner(quiet), others=(usual(hosts, MAILER),))
        assert alone is not None and signal(case_of(make_case, other, both)) == alone
        assert signal(case_of(make_case, other, Manner(quiet))) is None
