"""Law 8: knowing a sender never lowers the weight of a link he has never sent."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.model import Link
from policy.history import ORGANISATION, Level, claimed, escape, familiarity, owners, surprise, times
from policy.lessons import lesson
from policy.model import Decision, Habit, Identity, Judgement, Owner, Seen
from policy.policyfile import load
from policy.rules import Rules

HISTORY = load().rules.history
SENDER, DOMAIN = Owner("sender", "clerk@office.example"), Owner("domain", "office.example")
WHO = Identity("clerk@office.example", "office.example", "office.example", True, "dmarc")


def _habit(messages: int, domains: int) -> Habit:
    return Habit(messages, max(messages, domains), domains)


@st.composite
def nested(draw: st.DrawFn) -> tuple[Habit, Habit, Habit]:
    """Habits of a sender, his domain and the organisation that could stand in one store."""
    made: list[Habit] = []
    below = Habit()
    for _ in range(3):
        messages = below.messages + draw(st.integers(0, 2000))
        uses = below.uses + draw(st.integers(messages - below.messages, 3 * (messages - below.messages)))
        domains = min(uses, below.domains + draw(st.integers(0, 500)))
        below = Habit(messages, uses, max(domains, min(1, messages)))
        made.append(below)
    return made[0], made[1], made[2]


@given(nested(), st.booleans(), st.booleans(), st.integers(1, 50))
def test_a_known_sender_never_makes_an_unseen_domain_less_surprising(
    habits: tuple[Habit, Habit, Habit], at_domain: bool, genuine: bool, times: int
) -> None:
    seen = Seen(times, 1, 2)
    domain_seen = seen if at_domain and habits[1].messages else None
    domain, organisation = Level(DOMAIN, habits[1], domain_seen), Level(ORGANISATION, habits[2], domain_seen)
    known = surprise([Level(SENDER, habits[0], None), domain, organisation], True, HISTORY)
    stranger = surprise(
        [Level(Owner("sender", "new@office.example"), Habit(), None), domain, organisation], True, HISTORY
    )
    foreigner = surprise([organisation], genuine, HISTORY)
    assert known.nats >= stranger.nats
    assert domain_seen is not None or stranger.nats >= foreigner.nats


@given(st.integers(1, 10_000), st.integers(1, 500))
def test_surprise_never_falls_with_more_mail_to_the_same_domains(messages: int, domains: int) -> None:
    domains = min(domains, messages)
    less = escape(messages, messages, domains, HISTORY)
    assert escape(messages + 1, messages + 1, domains, HISTORY) >= less >= 0


@given(st.integers(1, 2000), st.integers(1, 500))
def test_surprise_never_grows_with_more_domains_in_the_same_mail(messages: int, domains: int) -> None:
    more = min(domains + 1, messages)
    assert escape(messages, messages, more, HISTORY) <= escape(
        messages, messages, min(domains, messages), HISTORY
    )


def test_a_narrow_sender_surprises_and_a_wide_one_does_not() -> None:
    assert escape(40, 80, 5, HISTORY) > 2.4
    assert escape(40, 400, 200, HISTORY) < 0.5
    assert escape(0, 0, 0, HISTORY) == 0
    assert escape(1, 1, 1, HISTORY) < 0.6


def test_a_new_domain_of_a_narrow_sender_is_very_surprising_and_a_usual_one_is_not() -> None:
    narrow = _habit(40, 5)
    new = [
        Level(SENDER, narrow, None),
        Level(DOMAIN, narrow, None),
        Level(ORGANISATION, _habit(60, 20), None),
    ]
    assert surprise(new, True, HISTORY).nats > 2.5
    usual = [replace(level, seen=Seen(9, 1, 2)) for level in new]
    assert surprise(usual, True, HISTORY).nats == 0


def test_a_first_contact_is_hardly_surprising_however_large_the_organisation() -> None:
    levels = [
        Level(SENDER, Habit(), None),
        Level(DOMAIN, Habit(), None),
        Level(ORGANISATION, _habit(10**6, 5000), None),
    ]
    assert surprise(levels, True, HISTORY).nats <= HISTORY.organisation_most


def test_what_colleagues_link_to_surprises_less() -> None:
    new = [Level(SENDER, _habit(20, 2), None), Level(DOMAIN, _habit(90, 9), None)]
    shared = [new[0], replace(new[1], seen=Seen(10, 1, 2))]
    assert surprise(shared, True, HISTORY).nats < surprise(new, True, HISTORY).nats


def test_a_forger_gains_nothing_from_the_habits_of_the_sender_he_names() -> None:
    seen = Seen(30, 1, 2)
    organisation = Level(ORGANISATION, _habit(500, 90), None)
    claimed = [Level(SENDER, _habit(40, 3), seen), Level(DOMAIN, _habit(40, 3), seen), organisation]
    assert surprise(claimed, False, HISTORY).nats == surprise([organisation], False, HISTORY).nats
    unseen = [replace(level, seen=None) for level in claimed]
    assert surprise(unseen, False, HISTORY) == surprise(unseen, True, HISTORY)


def test_unknown_levels_are_left_out() -> None:
    assert surprise([], True, HISTORY).nats == 0
    alone = surprise([Level(SENDER, _habit(40, 5), None)], True, HISTORY)
    assert alone.nats == escape(40, 40, 5, HISTORY)


def test_owners_are_the_sender_his_domain_and_the_organisation() -> None:
    assert owners(WHO) == (SENDER, DOMAIN, ORGANISATION)
    assert owners(WHO, {"office.example"}) == (SENDER, ORGANISATION)
    assert owners(Identity("", "", "", False, "none")) == (ORGANISATION,)


def _decision(
    make: Callable[..., Link], url: str, domain: str, verdict: str = "pass", place: str = "text"
) -> Decision:
    return Decision(make(url, place=place), domain, verdict, 0.0, (), "v", "")


def test_a_lesson_holds_the_clicked_domains_that_were_not_odd(
    make_link: Callable[..., Link], rules: Rules
) -> None:
    judgement = Judgement(
        WHO,
        (
            _decision(make_link, "https://b.example/", "b.example"),
            _decision(make_link, "https://a.example/", "a.example"),
            _decision(make_link, "https://x.a.example/2", "a.example"),
            _decision(make_link, "https://odd.example/", "odd.example", "rewrite"),
            _decision(make_link, "https://odd.example/2", "odd.example"),
            _decision(make_link, "mailto:x@m.example", "m.example"),
            _decision(make_link, "https://pic.example/1.png", "pic.example", place="html:img.src"),
            _decision(make_link, "https://go.our.example/x", "our.example"),
        ),
        "v",
    )
    taught = lesson(judgement, rules, 12.5, own_hosts={"go.our.example"})
    assert taught is not None
    assert (taught.domains, taught.at, taught.owners) == (("a.example", "b.example"), 12.5, owners(WHO))


def test_odd_links_that_stayed_and_hidden_ones_teach_nothing(
    make_link: Callable[..., Link], rules: Rules
) -> None:
    hidden = _decision(make_link, "https://hidden.example/", "hidden.example")
    judgement = Judgement(
        WHO,
        (
            _decision(make_link, "https://a.example/", "a.example"),
            _decision(make_link, "https://held.example/", "held.example", "hold"),
            replace(_decision(make_link, "https://code.example/", "code.example", place="pdf:qr"), left="qr"),
            replace(hidden, link=replace(hidden.link, ambiguous=True)),
        ),
        "v",
    )
    taught = lesson(judgement, rules, 1.0)
    assert taught is not None and taught.domains == ("a.example",)


def test_mail_that_is_not_genuine_or_has_no_links_teaches_nothing(
    make_link: Callable[..., Link], rules: Rules
) -> None:
    decisions = (_decision(make_link, "https://a.example/", "a.example"),)
    forged = Judgement(replace(WHO, genuine=False, by="none"), decisions, "v")
    assert lesson(forged, rules, 0.0) is None
    assert lesson(Judgement(WHO, (), "v"), rules, 0.0) is None


@given(st.permutations(["a.example", "b.example", "c.example", "a.example"]))
def test_the_order_of_links_does_not_change_the_lesson(names: list[str]) -> None:
    rules = load().rules
    decisions = tuple(
        Decision(Link("1", f"https://{name}/", "", "", "text", None, name), name, "pass", 0.0, (), "v", "")
        for name in names
    )
    taught = lesson(Judgement(WHO, decisions, "v"), rules, 1.0)
    assert taught is not None and taught.domains == ("a.example", "b.example", "c.example")


DAY = 86400.0


@given(st.integers(1, 400), st.floats(0, 20_000), st.floats(0, 20_000))
def test_what_is_remembered_only_ever_fades(days: int, sooner: float, later: float) -> None:
    sooner, later = sorted((sooner, later))
    level = Level(SENDER, _habit(400, 9), Seen(days, DAY, 10 * DAY, days=days), (10 + sooner) * DAY)
    then = replace(level, at=(10 + later) * DAY)
    assert 0 < times(then, HISTORY) <= times(level, HISTORY) <= days
    assert familiarity(then, HISTORY) <= familiarity(level, HISTORY) <= 1
    gone = replace(level, seen=None, habit=replace(level.habit, last=10 * DAY))
    assert surprise([replace(gone, at=then.at)], True, HISTORY).nats <= surprise([gone], True, HISTORY).nats


def test_after_the_half_life_a_habit_counts_half_and_none_gains_by_a_clock_set_back() -> None:
    level = Level(SENDER, _habit(40, 5), Seen(9, DAY, 10 * DAY, days=8))
    assert times(replace(level, at=(10 + HISTORY.half_life_days) * DAY), HISTORY) == 4
    assert [times(replace(level, at=at), HISTORY) for at in (0.0, DAY, 10 * DAY)] == [8, 8, 8]


@given(st.integers(1, 10_000), st.integers(1, 3), st.integers(0, 2))
def test_a_burst_counts_as_its_days(messages: int, days: int, more: int) -> None:
    few, many = Seen(days, 1, 2, days=days), Seen(days + messages, 1, 2, days=days)
    levels = [[Level(SENDER, _habit(40, 5), one), Level(DOMAIN, _habit(90, 9), None)] for one in (few, many)]
    assert surprise(levels[0], True, HISTORY).nats == surprise(levels[1], True, HISTORY).nats
    later = [replace(levels[0][0], seen=replace(few, days=days + more)), levels[0][1]]
    assert surprise(later, True, HISTORY).nats <= surprise(levels[0], True, HISTORY).nats


def test_a_domain_becomes_familiar_over_days() -> None:
    new = Level(SENDER, _habit(40, 5), None)
    nats = [surprise([new], True, HISTORY).nats]
    for days in range(1, HISTORY.spread_days + 1):
        nats.append(surprise([replace(new, seen=Seen(days, 1, 2, days=days))], True, HISTORY).nats)
    assert nats == sorted(nats, reverse=True)
    assert len(set(nats)) == len(nats)
    assert nats[-1] == 0


def test_a_single_sender_excuses_nobody_else_and_is_only_no_longer_unheard_of() -> None:
    sender = Level(SENDER, _habit(40, 5), None)
    organisation = Level(ORGANISATION, _habit(900, 90), None)
    one = replace(organisation, seen=Seen(500, 1, 2, days=300, senders=1))
    two = replace(organisation, seen=Seen(500, 1, 2, days=300, senders=2))
    alone = surprise([sender], True, HISTORY).nats
    unheard = surprise([sender, organisation], True, HISTORY).nats
    assert surprise([sender, one], True, HISTORY).nats == alone + HISTORY.heard_of * (unheard - alone)
    assert surprise([sender, two], True, HISTORY).nats <= alone


def test_what_an_analyst_released_is_known_at_once() -> None:
    released = Level(SENDER, _habit(40, 5), Seen(1, 1, 2, days=1, released=3.0))
    assert surprise([released], True, HISTORY).nats == 0
    assert familiarity(replace(released, seen=Seen(1, 1, 2, days=1)), HISTORY) < 1


UNPROVED = Owner("claimed", "clerk@office.example")
FORGED = replace(WHO, genuine=False, by="none")


def _unproved(messages: int, domains: int, days: int = 0) -> Level:
    seen = Seen(days, 1, 2, days=days) if days else None
    return Level(UNPROVED, _habit(messages, min(domains, messages)), seen)


def test_only_mail_that_nobody_proved_has_a_claimed_name() -> None:
    assert claimed(FORGED) == UNPROVED
    assert claimed(replace(FORGED, address="Clerk+x@office.example".lower())) == UNPROVED
    assert claimed(WHO) is None
    assert claimed(replace(FORGED, named=("clerk@office.example",))) is None, "an odd From names nobody"
    assert claimed(Identity("", "", "", False, "none")) is None


@st.composite
def forged(draw: st.DrawFn) -> tuple[list[Level], Level]:
    """Levels of a claimed sender and what unproved mail in his name did, in every combination."""
    habits = draw(nested())
    knows = [draw(st.sampled_from([None, Seen(1, 1, 2, days=1), Seen(9, 1, 2, days=9)])) for _ in habits]
    owners_ = (SENDER, DOMAIN, ORGANISATION)
    levels = [Level(*one) for one in zip(owners_, habits, knows, strict=True)]
    unproved = _unproved(draw(st.integers(1, 5000)), draw(st.integers(1, 50)), draw(st.integers(0, 400)))
    return levels[draw(st.integers(0, 2)) :], unproved


@given(forged())
def test_nothing_that_forgers_send_brings_a_link_below_what_it_is_from_an_unknown_address(
    case: tuple[list[Level], Level],
) -> None:
    levels, unproved = case
    stranger = surprise(levels[-1:], False, HISTORY).nats
    without = surprise(levels, False, HISTORY).nats
    with_it = surprise(levels, False, HISTORY, unproved).nats
    assert with_it >= stranger
    assert with_it >= without - HISTORY.claimed_relief
    assert with_it <= max(without, stranger + HISTORY.claimed_most)
    assert surprise(levels, True, HISTORY, unproved) == surprise(levels, True, HISTORY), "genuine mail"


@given(forged(), st.integers(1, 20))
def test_what_forgers_send_longer_is_never_more_surprising(
    case: tuple[list[Level], Level], more: int
) -> None:
    levels, unproved = case
    if unproved.seen is not None:
        days = unproved.seen.days + more
        longer = replace(unproved, seen=Seen(days, 1, 2, days=days))
        assert (
            surprise(levels, False, HISTORY, longer).nats <= surprise(levels, False, HISTORY, unproved).nats
        )


def test_unproved_mail_is_measured_by_unproved_mail_in_the_same_name() -> None:
    organisation = Level(ORGANISATION, _habit(500, 90), None)
    nobody = [Level(SENDER, Habit(), None), Level(DOMAIN, Habit(), None), organisation]
    stranger = surprise(nobody, False, HISTORY)
    narrow = surprise(nobody, False, HISTORY, _unproved(60, 2))
    assert narrow.nats == pytest.approx(stranger.nats + HISTORY.claimed_most)
    assert narrow.parts[0][0].owner == UNPROVED
    assert surprise(nobody, False, HISTORY, _unproved(60, 2, days=1)).nats < narrow.nats
    usual = surprise(nobody, False, HISTORY, _unproved(60, 2, days=HISTORY.spread_days))
    assert usual == stranger, "no less than from anybody"


def test_unproved_mail_takes_a_little_back_from_what_its_claimed_sender_never_sent() -> None:
    organisation = Level(ORGANISATION, _habit(500, 90), None)
    forged_clerk = [Level(SENDER, _habit(40, 3), None), Level(DOMAIN, _habit(40, 3), None), organisation]
    before = surprise(forged_clerk, False, HISTORY).nats
    long = surprise(forged_clerk, False, HISTORY, _unproved(90, 3, days=90))
    assert long.nats == pytest.approx(before - HISTORY.claimed_relief)
    assert long.parts[-1] == (_unproved(90, 3, days=90), -HISTORY.claimed_relief)
    assert surprise(forged_clerk, False, HISTORY, _unproved(90, 3)).nats == before, "it adds nothing on top"


def test_what_the_claimed_sender_really_links_to_is_not_new_for_want_of_unproved_mail() -> None:
    organisation = Level(ORGANISATION, _habit(500, 90), None)
    own = [Level(SENDER, _habit(40, 3), Seen(30, 1, 2)), organisation]
    assert surprise(own, False, HISTORY, _unproved(90, 3)) == surprise(own, False, HISTORY)
