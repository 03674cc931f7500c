"""The case oddlink is measured by, its near misses, and the laws of judging."""

import pickle
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspectors.model import Header, Inspection, Leaf, Link, Message, Span
from policy.actions import LEFT
from policy.judge import ask, judge
from policy.lessons import lesson
from policy.model import Envelope, Facts, Judgement, Question, Scope, Trust
from policy.policyfile import load
from policy.rules import Entry, ObserveRules, Policy, ScopeEntry

POLICY = load()
GENUINE, FORGED = Trust(from_is_genuine=True), Trust()
TO_US = Envelope("clerk@office.example", ("you@our.example",))
Make = Callable[..., Inspection]


@pytest.fixture
def office(make_past: Callable[..., Any]) -> Any:
    """A public office with forty messages to five domains, and a handful of other correspondents."""
    past = make_past()
    usual = ["office.example", "forms.example", "gazette.example", "court.example", "maps.example"]
    for number in range(40):
        past.message("clerk@office.example", "office.example", usual[number % 5])
    for number in range(12):
        past.message(f"person{number % 4}@shop.example", "shop.example", f"carrier{number % 3}.example")
    return past


def _judge(
    past: Any,
    inspection: Inspection,
    trust: Trust = GENUINE,
    policy: Policy = POLICY,
    envelope: Envelope = TO_US,
) -> Judgement:
    facts = past.facts(ask(inspection, envelope, policy, trust))
    return judge(inspection, envelope, facts, policy, trust)


def _verdicts(judgement: Judgement) -> list[str]:
    return [one.verdict for one in judgement.decisions]


def test_one_odd_link_among_usual_ones_is_the_only_one_rewritten(
    office: Any, make_inspection: Make, make_link: Callable[..., Link]
) -> None:
    urls = [
        "office.example/n/1",
        "forms.example/f",
        "documents-check.example/v",
        "gazette.example/g",
        "www.office.example/",
    ]
    links = [make_link(f"https://{url}", "Open", "pdf:annotation") for url in urls]
    judgement = _judge(office, make_inspection(*links))
    assert _verdicts(judgement) == ["pass", "pass", "rewrite", "pass", "pass"]
    odd = judgement.decisions[2]
    words = " ".join(one.evidence.words for one in odd.weighed)
    assert (
        "40 earlier messages from clerk@office.example linked to 5 domains, never to documents-check.example"
        in words
    )
    assert "; nobody here has ever received a link to it" in words
    assert "documents-check.example had been linked by this sender before" in odd.flip


def test_an_address_nobody_knows_is_trusted_no_more_than_its_known_colleague(
    office: Any, make_inspection: Make
) -> None:
    """Otherwise a thief of accounts takes the one nobody has heard of, or adds a tag to the known one."""
    known, new, tagged = (
        _judge(office, make_inspection("https://documents-check.test/", sender=sender), GENUINE).decisions[0]
        for sender in ("clerk@office.example", "new.clerk@office.example", "clerk+1@office.example")
    )
    assert known.verdict == new.verdict == tagged.verdict == "rewrite"
    assert tagged.score == known.score


@pytest.mark.parametrize(
    "sender",
    [
        "C <clerk@office.example>, C <clerk@office.example>",
        '"cl\\erk"@office.example',
        "<@x.test:clerk@office.example>",
        "C\x01 <clerk@office.example>",
    ],
)
def test_an_odd_from_does_not_take_away_the_habits_a_link_is_measured_by(
    office: Any, make_inspection: Make, sender: str
) -> None:
    judgement = _judge(office, make_inspection("https://other.test/", sender=sender), GENUINE)
    assert not judgement.identity.genuine
    assert "clerk@office.example" in judgement.identity.named
    assert judgement.decisions[0].verdict == "rewrite"


@pytest.mark.parametrize("ranks", [None, {"forms.example": 40_000}])
@pytest.mark.parametrize(
    ("sender", "urls"),
    [
        ("clerk@office.example", ["https://new-host.forms.example/a/new/page", "https://forms.example:443/"]),
        ("clerk@office.example", ["https://intranet.office.example/"]),
        ("clerk@office.example", ["https://www.our.example/profile"]),
        (
            "person1@shop.example",
            ["https://shop.example/t/9f8a7b6c5d?u=1", "https://click.carrier1.example/z"],
        ),
        ("someone@first.example", ["https://first.example/", "https://one.test/", "https://two.test/"]),
        ("new.clerk@office.example", ["https://forms.example/a", "https://intranet.office.example/"]),
    ],
)
@pytest.mark.parametrize("trust", [GENUINE, FORGED])
def test_near_misses_pass(
    office: Any,
    make_inspection: Make,
    sender: str,
    urls: list[str],
    ranks: dict[str, int] | None,
    trust: Trust,
) -> None:
    office.ranks = ranks
    assert set(_verdicts(_judge(office, make_inspection(*urls, sender=sender), trust))) == {"pass"}


def test_a_newsletter_that_links_to_the_whole_web_may_go_on(
    make_past: Callable[..., Any], make_inspection: Make
) -> None:
    past = make_past()
    for number in range(200):
        past.message("news@feed.example", "feed.example", f"site{number}.test", f"blog{number}.test")
    judgement = _judge(past, make_inspection("https://never-seen.test/", sender="news@feed.example"))
    assert _verdicts(judgement) == ["pass"]


def test_the_same_link_from_a_stranger_is_judged_by_reputation_alone(
    office: Any, make_inspection: Make
) -> None:
    link = "https://documents-check.example/v"
    known = _judge(office, make_inspection(link)).decisions[0]
    stranger = _judge(office, make_inspection(link, sender="x@first.example")).decisions[0]
    assert known.verdict == "rewrite" and stranger.verdict == "pass" and known.score > stranger.score


def test_a_forger_is_not_helped_by_the_domains_of_the_sender_he_names(
    office: Any, make_inspection: Make
) -> None:
    usual = _judge(office, make_inspection("https://forms.example/"), FORGED).decisions[0]
    assert all(one.evidence.signal != "familiar" for one in usual.weighed)
    odd = _judge(office, make_inspection("https://documents-check.example/"), FORGED).decisions[0]
    assert odd.verdict == "rewrite"


def test_copying_oneself_in_does_not_make_one_a_participant(office: Any, make_inspection: Make) -> None:
    for _ in range(10):
        office.message("friend@quiet.example", "forms.example")
    cc = (("Cc", "helper@documents-check.example, friend@quiet.example, friend@shop.example"),)
    urls = ("https://documents-check.example/", "https://quiet.example/", "https://shop.example/")
    odd, known, heard_of = _judge(office, make_inspection(*urls, fields=cc)).decisions
    assert odd.verdict == "rewrite"
    said = [{one.evidence.signal for one in decision.weighed} for decision in (known, heard_of)]
    assert "participant" in said[0], "somebody who often writes to us"
    assert "participant" not in said[1], "others were sent links there, which lowers the surprise already"


@pytest.mark.parametrize("place", ["html:img.src", "html:link.href", "html:style"])
def test_what_nobody_clicks_passes(
    office: Any, make_inspection: Make, make_link: Callable[..., Link], place: str
) -> None:
    judgement = _judge(office, make_inspection(make_link("https://documents-check.example/", place=place)))
    assert _verdicts(judgement) == ["pass"] and judgement.decisions[0].left == ""
    assert "fetches by itself" in judgement.decisions[0].flip and judgement.decisions[0].weighed == ()


def test_nothing_is_asked_about_what_nobody_clicks(
    make_inspection: Make, make_link: Callable[..., Link]
) -> None:
    pictures = [
        make_link(f"https://p{number}.example/", place=place)
        for number, place in enumerate(
            ("html:img.src", "html:td.background", "html:style", "html:v:fill.src")
        )
    ]
    inspection = make_inspection(make_link("https://forms.example/", place="html:a.href"), *pictures)
    asked = ask(inspection, TO_US, POLICY, GENUINE)
    assert any("forms.example" in str(each) for each in asked)
    assert not any(f"p{number}.example" in str(each) for each in asked for number in range(4))


@pytest.mark.parametrize(
    ("link", "sealed", "left"),
    [
        ({"place": "calendar:url"}, "", "listed"),
        ({"place": "pdf:qr"}, "", "qr"),
        ({"place": "image:qr"}, "", "qr"),
        ({"ambiguous": True}, "", "ambiguous"),
        ({"leaf": "1/inner.html"}, "", "inside"),
        ({}, "signed", "signed"),
        ({}, "attached", "attached"),
        ({}, "inside", "inside"),
        ({}, "unheaded", "other"),
    ],
)
def test_an_odd_link_that_stays_as_it_came_gets_the_verdict_its_action_says(
    office: Any, make_inspection: Make, make_link: Callable[..., Link], link: dict[str, Any], sealed: str,
    left: str,
) -> None:  # fmt: skip
    odd = replace(make_link("https://documents-check.example/", place="text"), **link)
    usual = replace(make_link("https://forms.example/", place="text"), **link)
    made = make_inspection(odd, usual)
    leaf = Leaf("1", "text/plain", "", "7bit", "", "", Span(0, 0), Span(0, 0), sealed)
    inspection = replace(made, message=replace(made.message, leaves=(leaf,)))
    for action in ("pass", "tag", "hold", "refuse"):
        actions = replace(POLICY.rules.actions, **{left: action})
        judgement = _judge(
            office, inspection, policy=replace(POLICY, rules=replace(POLICY.rules, actions=actions))
        )
        assert [(one.verdict, one.left) for one in judgement.decisions] == [(action, left), ("pass", "")]
        assert LEFT[left] in judgement.decisions[0].flip and "points fewer" in judgement.decisions[0].flip


OBSERVING = replace(POLICY, rules=replace(POLICY.rules, observe=ObserveRules(True)))


def test_where_policy_only_observes_an_odd_link_stays_and_everything_else_is_as_before(
    office: Any, make_inspection: Make, make_link: Callable[..., Link]
) -> None:
    odd = make_link("https://documents-check.example/")
    inspection = make_inspection(odd, replace(odd, place="pdf:qr"), "https://forms.example/")
    acting, seen = _judge(office, inspection), _judge(office, inspection, policy=OBSERVING)
    assert _verdicts(acting) == ["rewrite", "tag", "pass"]
    assert [(one.verdict, one.left, one.otherwise) for one in seen.decisions] == [
        ("observe", "observed", ""),
        ("observe", "observed", "qr"),
        ("pass", "", ""),
    ]
    for before, after in zip(acting.decisions, seen.decisions, strict=True):
        assert (before.score, before.weighed, before.flip) == (after.score, after.weighed, after.flip)
    assert seen.scope == Scope("", True, POLICY.rules.threshold)


def test_an_odd_link_whose_action_is_pass_is_observed_as_well(
    office: Any, make_inspection: Make, make_link: Callable[..., Link]
) -> None:
    lax = replace(OBSERVING.rules, actions=replace(OBSERVING.rules.actions, qr="pass"))
    link = make_link("https://documents-check.example/", place="pdf:qr")
    (decision,) = _judge(office, make_inspection(link), policy=replace(OBSERVING, rules=lax)).decisions
    assert (decision.verdict, decision.left, decision.otherwise) == ("observe", "observed", "qr")


def test_a_scope_has_a_threshold_of_its_own(office: Any, make_inspection: Make) -> None:
    inspection = make_inspection("https://documents-check.example/")
    (before,) = _judge(office, inspection).decisions
    for threshold, verdict in ((before.score, "rewrite"), (before.score + 0.01, "pass")):
        entries = (ScopeEntry("us", "x", ("our.example",), threshold=threshold),)
        policy = replace(POLICY, rules=replace(POLICY.rules, scope=entries))
        judgement = _judge(office, inspection, policy=policy)
        assert _verdicts(judgement) == [verdict]
        assert judgement.scope == Scope("us", False, threshold)
        assert _verdicts(_judge(office, inspection, policy=policy, envelope=Envelope())) == ["rewrite"]
        assert ("fewer" if verdict == "rewrite" else "more") in judgement.decisions[0].flip


def test_an_allowed_link_is_left_alone_without_any_action(
    office: Any, make_inspection: Make, make_link: Callable[..., Link]
) -> None:
    rules = replace(POLICY.rules, allow=(Entry("documents-check.example", "asked for"),))
    link = make_link("https://documents-check.example/", place="pdf:qr")
    decision = _judge(office, make_inspection(link), policy=replace(POLICY, rules=rules)).decisions[0]
    assert (decision.verdict, decision.left) == ("pass", "")


def test_equal_links_in_signed_and_other_parts_are_decided_apart(
    office: Any, make_inspection: Make, make_link: Callable[..., Link]
) -> None:
    """Decisions are worked out once for equal evidence; what keeps a link must not be shared with it."""
    odd = make_link("https://documents-check.example/", place="text")
    made = make_inspection(odd, replace(odd, leaf="2"), odd)
    signed = Leaf("2", "text/plain", "", "7bit", "", "", Span(0, 0), Span(0, 0), "signed")
    inspection = replace(made, message=replace(made.message, leaves=(signed,)))
    assert _verdicts(_judge(office, inspection)) == ["rewrite", "tag", "rewrite"]


@pytest.mark.parametrize(
    "url", ["mailto:x@documents-check.example", "tel:+1", "", "https://", "http://[", "cid:a"]
)
def test_links_that_open_no_page_pass_without_evidence(office: Any, make_inspection: Make, url: str) -> None:
    judgement = _judge(office, make_inspection(url))
    assert _verdicts(judgement) == ["pass"] and judgement.decisions[0].weighed == ()


@pytest.mark.parametrize("scheme", ["file", "smb", "webcal", "SFTP", "intent"])
def test_what_a_click_opens_without_being_a_page_is_judged_and_stays(
    office: Any, make_inspection: Make, make_link: Callable[..., Link], scheme: str
) -> None:
    odd, own = (
        replace(make_link(f"https://{host}/x"), url=f"{scheme}://{host}/x")
        for host in ("documents-check.example", "forms.example")
    )
    found = _judge(office, make_inspection(odd, own))
    assert [(one.verdict, one.left) for one in found.decisions] == [("tag", "listed"), ("pass", "")]
    taught = lesson(found, POLICY.rules, 1.0)
    assert taught is not None and taught.domains == ("forms.example",)


def test_the_policys_own_lists_decide(office: Any, make_inspection: Make) -> None:
    rules = replace(
        POLICY.rules,
        allow=(Entry("documents-check.example", "asked for"),),
        block=(Entry("forms.example", "taken over"),),
    )
    urls = ("https://a.documents-check.example/", "https://x.forms.example/")
    judgement = _judge(office, make_inspection(*urls), policy=replace(POLICY, rules=rules))
    assert _verdicts(judgement) == ["pass", "rewrite"]
    assert "asked for" in judgement.decisions[0].flip and judgement.decisions[0].score >= rules.threshold


def test_a_local_block_list_stops_even_a_usual_link(office: Any, make_inspection: Make) -> None:
    office.lists = {"block": {"forms.example"}}
    assert _verdicts(_judge(office, make_inspection("https://forms.example/"))) == ["rewrite"]


def test_without_any_facts_only_the_form_of_a_link_counts(make_inspection: Make) -> None:
    inspection = make_inspection("https://new.test/", "https://www.office.example@192.0.2.1.evil.test:81/")
    judgement = judge(inspection, TO_US, Facts(), POLICY, GENUINE)
    assert _verdicts(judgement) == ["pass", "rewrite"]
    assert {one.evidence.signal for one in judgement.decisions[1].weighed} == {
        "user_info",
        "odd_port",
        "odd_name",
    }


def test_every_question_is_asked_once_and_only_for_links_that_are_judged(make_inspection: Make) -> None:
    inspection = make_inspection("https://a.test/1", "https://a.test/2", "mailto:x@b.test")
    questions = ask(inspection, TO_US, POLICY, GENUINE)
    assert len(questions) == len(set(questions))
    assert Question("seen", ("sender", "clerk@office.example", "a.test")) in questions
    assert not any("b.test" in one.key for one in questions)
    assert ask(make_inspection("mailto:x@b.test"), TO_US, POLICY, GENUINE) == ()


def test_keys_are_asked_only_for_signatures_that_could_prove_the_sender(make_inspection: Make) -> None:
    fields = (("DKIM-Signature", "d=mail.office.example; s=a"), ("DKIM-Signature", "d=other.test; s=b"))
    inspection = make_inspection(fields=fields)
    asked = ask(inspection, TO_US, POLICY, Trust(verify_dkim=True))
    assert asked == (Question("dkim-key", ("a", "mail.office.example")),)
    assert ask(inspection, TO_US, POLICY, FORGED) == ()
    assert ask(inspection, TO_US, POLICY, Trust(verify_dkim=True, from_is_genuine=True)) == ()


def test_points_always_add_up_to_the_score_and_the_flip_says_something(
    office: Any, make_inspection: Make
) -> None:
    urls = [
        "https://a.test/",
        "https://office.example/",
        "https://bit.ly/x",
        "http://8.8.8.8:81/",
        "https://xn--e1afmkfd.test/",
    ]
    for one in _judge(office, make_inspection(*urls)).decisions:
        assert one.score == pytest.approx(sum(part.points for part in one.weighed), abs=1e-5)
        assert "points" in one.flip and (one.verdict == "rewrite") == (one.score >= POLICY.rules.threshold)


def test_values_cross_process_borders(office: Any, make_inspection: Make) -> None:
    judgement = _judge(office, make_inspection("https://a.test/"))
    assert pickle.loads(pickle.dumps((judgement, POLICY))) == (judgement, POLICY)


HOSTS = st.sampled_from(
    [
        "office.example",
        "forms.example",
        "a.test",
        "b.test",
        "bit.ly",
        "offlce.example",
        "192.0.2.9",
        "xn--e1afmkfd.test",
    ]
)
URLS = st.builds(lambda host, port: f"https://{host}{port}/p", HOSTS, st.sampled_from(["", ":81"]))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(URLS, st.sampled_from(["", "https://office.example/", "Open"])), max_size=8),
    st.randoms(),
)
def test_permuting_links_changes_no_decision(pairs: list[tuple[str, str]], shuffle: random.Random) -> None:
    links = [Link("1", url, url, shown, "text", None) for url, shown in pairs]
    header = Header("from", Span(0, 0), b"clerk@office.example")

    def decided(order: list[Link]) -> dict[tuple[str, str], tuple[str, float, str]]:
        inspection = Inspection(Message(b"", (header,), ()), tuple(order))
        judgement = judge(inspection, TO_US, Facts(), POLICY, GENUINE)
        assert [one.link for one in judgement.decisions] == order
        return {
            (one.link.url, one.link.shown): (one.verdict, one.score, one.flip) for one in judgement.decisions
        }

    before = decided(links)
    shuffle.shuffle(links)
    assert decided(links) == before


@given(st.text(max_size=80), st.text(max_size=40), st.text(max_size=40))
def test_no_link_makes_judging_raise(url: str, shown: str, host: str) -> None:
    header = Header("from", Span(0, 0), b"clerk@office.example")
    links = (
        Link("1", url, url, shown, "text", None, host),
        Link("1", f"http://{url}", url, shown, "text", None),
    )
    inspection = Inspection(Message(b"", (header,), ()), links)
    ask(inspection, TO_US, POLICY, GENUINE)
    assert len(judge(inspection, TO_US, Facts(), POLICY, GENUINE).decisions) == 2


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=60), st.sampled_from(["a.test", "bit.ly", "192.0.2.9"])
)
def test_no_history_makes_an_unseen_link_count_less_than_from_a_stranger(
    make_past: Callable[..., Any], make_inspection: Make, mail: list[int], host: str
) -> None:
    """Law 8 over the whole judgement."""
    past = make_past()
    for number in mail:
        past.message("clerk@office.example", *(f"usual{one}.example" for one in range(number + 1)))
    url = f"https://{host}/"
    known = _judge(past, make_inspection(url)).decisions[0]
    stranger = _judge(past, make_inspection(url, sender="x@first.test")).decisions[0]
    colleague = _judge(past, make_inspection(url, sender="y@office.example")).decisions[0]
    assert known.score >= colleague.score >= stranger.score
