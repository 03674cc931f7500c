"""What the surprise says: since when, how often, where he does link, and which message taught it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from policy.history import ORGANISATION
from policy.model import Answer, Habit, Known, Owner, Question, Seen
from policy.questions import habit, seen, usual
from policy.signals import surprise
from policy.signals.case import Case

CLERK, OFFICE = Owner("sender", "clerk@office.example"), Owner("domain", "office.example")
MARCH = 1_741_046_400.0
"""2025-03-04."""
Make = Callable[..., Case]


def history(domains: int, *links: tuple[str, Seen], colleagues: int = 0) -> dict[Question, Answer]:
    facts: dict[Question, Answer] = {
        habit(CLERK): Known(Habit(41, 60, domains, MARCH, MARCH)),
        habit(OFFICE): Known(Habit(41 + colleagues, 60 + 9 * colleagues, domains, MARCH, MARCH)),
        habit(ORGANISATION): Known(Habit(5000, 9000, 800, MARCH, MARCH)),
        usual(CLERK): Known(links),
    }
    return facts | {seen(owner, "files.test"): Known(None) for owner in (CLERK, OFFICE, ORGANISATION)}


def words(make_case: Make, facts: Mapping[Question, Answer]) -> str:
    found = surprise.signal(make_case("https://files.test/x", facts=facts))
    assert found is not None
    return found.words


OWN = ("office.example", Seen(38, MARCH, MARCH, first_id="1a2b3c4d5e6f7081"))
FORMS = ("forms.example", Seen(5, MARCH, MARCH))


def test_the_clerks_sentence_has_numbers_dates_and_the_first_message(make_case: Make) -> None:
    assert words(make_case, history(2, OWN, FORMS)) == (
        "41 earlier messages from clerk@office.example since 2025-03-04 linked to 2 domains, always to "
        "office.example (in 38, first on 2025-03-04 in 1a2b3c4d5e6f7081) and forms.example (in 5), never to "
        "files.test; nobody here has ever received a link to it"
    )


def test_whoever_links_to_more_than_can_be_named_links_there_most_often(make_case: Make) -> None:
    assert "linked to 9 domains, most often to office.example (" in words(make_case, history(9, OWN, FORMS))


def test_a_sender_who_only_links_to_himself_is_said_to(make_case: Make) -> None:
    found = words(make_case, history(1, OWN))
    assert "linked to 1 domain, always to its own office.example (in 38, first" in found


def test_he_is_told_of_even_where_his_colleagues_weigh_more(make_case: Make) -> None:
    """Law 8: the sum without his own habit may be the larger one."""
    facts = history(30, OWN, colleagues=900) | {habit(CLERK): Known(Habit(40, 40, 39, MARCH, MARCH))}
    facts[habit(OFFICE)] = Known(Habit(940, 1900, 40, MARCH, MARCH))
    found = surprise.signal(make_case("https://files.test/x", facts=facts))
    assert found is not None
    assert found.words.startswith("40 earlier messages from clerk@office.example since 2025-03-04")
    assert "; 940 earlier messages from office.example as a whole" in found.words
    assert usual(CLERK) in found.used


def test_what_others_were_sent_names_its_first_message(make_case: Make) -> None:
    facts = history(2, OWN)
    facts[seen(ORGANISATION, "files.test")] = Known(Seen(1, MARCH, MARCH, 1, 1, "ffff000011112222"))
    assert words(make_case, facts).endswith(
        "; 1 message to others here linked to it, all from one domain, first on 2025-03-04 in "
        "ffff000011112222"
    )


@pytest.mark.parametrize(
    "answer", [Known(None), Known("x"), Known((("a", 1),)), Known(((1, 2, 3), "x"))], ids=str
)
def test_a_faulty_answer_is_none(make_case: Make, answer: Any) -> None:
    assert "linked to 2 domains, never to files.test" in words(make_case, history(2) | {usual(CLERK): answer})


def test_an_id_of_any_length_is_quoted_shortly(make_case: Make) -> None:
    found = words(
        make_case, history(1, ("office.example", Seen(1, MARCH, MARCH, first_id="<" + "a" * 9000 + "@x>")))
    )
    assert len(found) < 600


def told(make_case: Make, own: Seen | None, whole: Seen | None, others: Seen | None) -> str:
    facts = history(2, OWN) | {
        seen(CLERK, "files.test"): Known(own),
        seen(OFFICE, "files.test"): Known(whole),
        seen(ORGANISATION, "files.test"): Known(others),
    }
    return words(make_case, facts)


def test_the_senders_own_messages_are_not_those_of_others(make_case: Make) -> None:
    once, both = Seen(2, MARCH, MARCH, 1, 1, "aaaa"), Seen(5, MARCH, MARCH, 2, 2, "aaaa")
    assert told(make_case, once, None, once).endswith("; nobody else has sent us a link to it")
    assert told(make_case, once, None, both).endswith("; 3 messages to others here linked to it")
    assert told(make_case, None, None, both).endswith("; 5 messages to others here linked to it, first on "
                                                      "2025-03-04 in aaaa")  # fmt: skip


def test_nobody_is_only_said_where_nobody_linked_there(make_case: Make) -> None:
    """What the sender's own organisation links to of itself is not counted for ours."""
    once = Seen(2, MARCH, MARCH, 1, 1, "aaaa")
    found = told(make_case, once, once, None)
    assert "nobody here" not in found and found.endswith(
        "; nobody outside office.example has sent us a link to it"
    )
    assert told(make_case, None, None, None).endswith("; nobody here has ever received a link to it")


def test_a_sentence_begins_with_a_capital_and_never_changes_an_address(make_case: Make) -> None:
    once = Seen(2, MARCH, MARCH, 1, 1, "aaaa")
    assert told(make_case, once, None, once).startswith(
        "clerk@office.example linked to files.test in 2 messages"
    )
    facts = {habit(ORGANISATION): Known(Habit(5000, 9000, 800, MARCH, MARCH))}
    facts |= {seen(ORGANISATION, "files.test"): Known(None)}
    assert words(make_case, facts).startswith("Nobody here has")
