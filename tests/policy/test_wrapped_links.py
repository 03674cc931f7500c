"""A wrapper is no way to look familiar, and no reason to look strange: law 8 through other vendors' links."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from inspectors.model import Inspection, Link
from policy.judge import ask, judge
from policy.lessons import lesson
from policy.model import Envelope, Judgement, Trust
from policy.policyfile import load
from policy.questions import confirmed, listed
from policy.rules import Entry

POLICY = load()
GENUINE = Trust(from_is_genuine=True)
TO_US = Envelope("clerk@office.example", ("you@our.example",))
Make = Callable[..., Inspection]
FOREIGN = "https://documents-check.example/v"
USUAL = "https://forms.example/f"


def _safe(url: str, whom: str = "our.example") -> str:
    data = quote(f"05|01|you@{whom}|x", safe="")
    return f"https://eur01.safelinks.protection.outlook.com/?url={quote(url, safe='')}&data={data}"


def _google(url: str) -> str:
    return f"https://www.google.com/url?q={quote(url, safe='')}"


@pytest.fixture
def office(make_past: Callable[..., Any]) -> Any:
    """A public office whose own links all come through the same wrapper, but for opaque ones."""
    past = make_past(ranks={"google.com": 1, "outlook.com": 20})
    usual = ["office.example", "forms.example", "gazette.example", "google.com", "mimecast.com"]
    for number in range(40):
        past.message("clerk@office.example", "office.example", usual[number % 5])
    for number in range(12):
        past.message(f"person{number % 4}@shop.example", "shop.example", f"carrier{number % 3}.example")
    return past


def _judge(past: Any, inspection: Inspection) -> Judgement:
    return judge(inspection, TO_US, past.facts(ask(inspection, TO_US, POLICY, GENUINE)), POLICY, GENUINE)


def _one(past: Any, make: Make, url: str) -> Any:
    return _judge(past, make(url)).decisions[0]


def test_a_foreign_link_stands_out_behind_any_wrapper_as_it_does_bare(
    office: Any, make_inspection: Make
) -> None:
    bare = _one(office, make_inspection, FOREIGN)
    assert bare.verdict == "rewrite"
    for url in (_safe(FOREIGN), _google(FOREIGN), _safe(_google(FOREIGN)), _google(_safe(FOREIGN))):
        wrapped = _one(office, make_inspection, url)
        assert wrapped.verdict == "rewrite" and wrapped.score >= bare.score
        assert wrapped.domain == "documents-check.example" and wrapped.link.url == url


def test_a_usual_link_stays_familiar_behind_a_wrapper(office: Any, make_inspection: Make) -> None:
    bare, wrapped = (_one(office, make_inspection, url) for url in (USUAL, _safe(USUAL)))
    assert (bare.verdict, wrapped.verdict) == ("pass", "pass") and wrapped.score == bare.score
    assert any("forms.example" in one.evidence.words for one in wrapped.weighed)


@pytest.mark.parametrize(
    "trick",
    [
        "https://www.google.com/url?q=https://forms.example/&q=https://documents-check.example/",
        "https://www.google.com/url?q=https://documents-check.example/&url=https://forms.example/",
        "https://www.google.com/url?Q=https://documents-check.example/&%71=https://forms.example/",
        "https://www.google.com/url?" + "x=1&" * 120 + "q=https://documents-check.example/",
    ],
)
def test_two_destinations_in_a_famous_and_familiar_wrapper_are_odd(
    office: Any, make_inspection: Make, trick: str
) -> None:
    assert _one(office, make_inspection, "https://www.google.com/maps").verdict == "pass"
    found = _one(office, make_inspection, trick)
    assert found.verdict == "rewrite" and found.domain == "google.com"


def test_the_order_of_good_and_broken_links_to_one_host_plays_no_part(
    office: Any, make_inspection: Make
) -> None:
    urls = [
        "https://www.google.com/maps",
        "https://www.google.com/url?q=https://forms.example/&q=https://documents-check.example/",
        _google(USUAL),
        _safe(USUAL),
        USUAL,
    ]
    straight = _judge(office, make_inspection(*urls)).decisions
    turned = _judge(office, make_inspection(*reversed(urls))).decisions
    assert {one.link: one for one in straight} == {one.link: one for one in turned}
    assert [one.verdict for one in straight] == ["pass", "rewrite", "pass", "pass", "pass"]


def test_allowing_a_site_allows_the_destination_and_not_what_its_redirector_hides(
    office: Any, make_inspection: Make
) -> None:
    entries = (Entry("google.com", "tests"), Entry("documents-check.example", "tests"))
    policy = replace(POLICY, rules=replace(POLICY.rules, allow=entries))
    two = "https://www.google.com/url?q=https://forms.example/&q=https://documents-check.example/"
    inspection = make_inspection(_safe(FOREIGN), _google("https://other.example/"), two)
    facts = office.facts(ask(inspection, TO_US, policy, GENUINE))
    verdicts = [one.verdict for one in judge(inspection, TO_US, facts, policy, GENUINE).decisions]
    assert verdicts == ["pass", "rewrite", "rewrite"]


def test_what_an_opaque_wrapper_shows_to_people_makes_nothing_familiar(
    office: Any, make_inspection: Make
) -> None:
    plain = _one(office, make_inspection, "https://url.uk.m.mimecastprotect.com/s/abc")
    claimed = _one(office, make_inspection, "https://url.uk.m.mimecastprotect.com/s/abc?domain=forms.example")
    assert plain.domain == claimed.domain == "mimecastprotect.com" and plain.score == claimed.score


def test_a_scheme_that_is_not_judged_hides_nothing_behind_a_wrapper(
    office: Any, make_inspection: Make
) -> None:
    rules = replace(POLICY.rules, links=replace(POLICY.rules.links, schemes=("http", "https")))
    policy = replace(POLICY, rules=rules)
    inspection = make_inspection(_safe("ftp://documents-check.example/x"))
    facts = office.facts(ask(inspection, TO_US, policy, GENUINE))
    assert judge(inspection, TO_US, facts, policy, GENUINE).decisions[0].verdict == "rewrite"


def test_a_wrapper_of_another_company_is_seen_by_whom_it_was_made_for(
    office: Any, make_inspection: Make
) -> None:
    def signals(whom: str, **more: Any) -> set[str]:
        inspection = make_inspection(_safe(USUAL, whom), **more)
        return {one.evidence.signal for one in _judge(office, inspection).decisions[0].weighed}

    assert "foreign_wrapper" in signals("stranger.example")
    assert "foreign_wrapper" not in signals("our.example") | signals("mail.office.example")
    assert "foreign_wrapper" not in signals("shop.example", fields=(("Cc", "x@shop.example"),))
    archived = Envelope()
    inspection = make_inspection(_safe(USUAL, "stranger.example"))
    facts = office.facts(ask(inspection, archived, POLICY, GENUINE))
    weighed = judge(inspection, archived, facts, POLICY, GENUINE).decisions[0].weighed
    assert "foreign_wrapper" not in {one.evidence.signal for one in weighed}


def test_a_wrapped_link_teaches_its_destination_and_nothing_of_the_wrapper(
    office: Any, make_inspection: Make
) -> None:
    taught = lesson(
        _judge(office, make_inspection(_safe(USUAL), _google("https://gazette.example/"))), POLICY.rules, 1.0
    )
    assert taught is not None and taught.domains == ("forms.example", "gazette.example")


def test_a_broken_wrapper_teaches_nothing_and_an_opaque_one_itself(
    office: Any, make_inspection: Make
) -> None:
    broken = _judge(office, make_inspection("https://www.google.com/url?q=javascript:x"))
    assert broken.decisions[0].verdict == "pass" and lesson(broken, POLICY.rules, 1.0) is None
    opaque = lesson(_judge(office, make_inspection("https://eu.mimecast.com/s/x")), POLICY.rules, 1.0)
    assert opaque is not None and opaque.domains == ("mimecast.com",)


def test_our_own_click_link_teaches_nothing_wrapped_by_others(office: Any, make_inspection: Make) -> None:
    judgement = _judge(office, make_inspection(_safe("https://click.gazette.example/h/T"), USUAL))
    taught = lesson(judgement, POLICY.rules, 1.0, ("click.gazette.example",))
    assert taught is not None and taught.domains == ("forms.example",)


def test_questions_are_about_the_destination_and_block_lists_about_the_wrapper_too(
    make_inspection: Make, make_link: Callable[..., Link]
) -> None:
    asked = ask(make_inspection(_safe(FOREIGN)), TO_US, POLICY, GENUINE)
    about = {key for question in asked for key in question.key}
    assert "documents-check.example" in about and "outlook.com" not in about
    wrapper = make_link(_safe(FOREIGN)).host
    assert [question for question in asked if wrapper in question.key] == [
        confirmed(wrapper),
        *(listed(name, wrapper) for name in POLICY.rules.lists.blocked),
    ]
