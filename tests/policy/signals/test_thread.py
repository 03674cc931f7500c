"""The evidence of a quotation, and where it is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from policy.model import Mention
from policy.signals import participant, thread
from policy.signals.case import WRITER, Case
from policy.threads import OURS

AT = 1_767_225_600.0
"""2026-01-01."""
MENTION = Mention("files.example", "partner.example", AT, "m1@partner.example", 50, 1.0)

Make = Callable[..., Case]


def test_the_words_name_who_wrote_it_when_and_which_message(make_case: Make) -> None:
    case = replace(make_case("https://files.example/x"), earlier={"files.example": MENTION})
    found = thread.signal(case)
    assert found is not None and found.strength == 0.2
    assert found.words == (
        "files.example stood in an earlier message of this conversation, by partner.example, "
        "<m1@partner.example> of 2026-01-01"
    )


def test_what_a_user_of_ours_wrote_counts_in_full(make_case: Make) -> None:
    ours = {"files.example": replace(MENTION, teacher=OURS)}
    found = thread.signal(replace(make_case("https://files.example/x"), earlier=ours))
    assert found is not None and found.strength == 1.0 and "one of our own users" in found.words


@pytest.mark.parametrize(
    "url", ["https://docs.google.com/x", "https://bit.ly/aB3dE", "https://other.example/"]
)
def test_it_excuses_no_host_anyone_can_publish_on_and_no_other_domain(make_case: Make, url: str) -> None:
    case = make_case(url)
    quoted = {"files.example": MENTION, "docs.google.com": MENTION, "google.com": MENTION, "bit.ly": MENTION}
    assert thread.signal(replace(case, earlier=quoted)) is None


def test_who_wrote_in_the_conversation_takes_part_by_a_third(make_case: Make) -> None:
    case = make_case("https://partner.example/x")
    found = participant.signal(replace(case, participants={"partner.example": WRITER}))
    assert found is not None and found.strength == 1 / 3
    mine = {"partner.example": replace(MENTION, domain="partner.example")}
    assert thread.signal(replace(case, earlier=mine)) is None, "said once is enough"
