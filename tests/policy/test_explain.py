"""A decision in four facts: sender, pattern, content, link."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from policy.explain import MOST_NAMED, Told, facts

USUAL = Told("portal.example", False, (("familiar", -4.0, "clerk@office.example linked there before"),))
ODD = Told(
    "files.test",
    True,
    (
        ("unlisted", 0.5, "files.test is not on the list"),
        ("surprise", 4.0, "41 earlier messages linked to 3 domains, never to files.test"),
        ("plain_name", -0.5, "its name is plain"),
    ),
    "pdf:annotation",
)


def _words(*links: Told, genuine: bool = True, unread: tuple[str, ...] = ()) -> list[str]:
    told = facts("clerk@office.example", genuine, "DMARC passed for office.example", links, unread)
    return [one.words for one in told]


def test_the_case_we_are_measured_by_has_its_four_facts() -> None:
    assert _words(USUAL, ODD) == [
        "Sender trusted: clerk@office.example; DMARC passed for office.example",
        "Pattern familiar: 1 of 2 links leads where this sender usually links (portal.example); "
        "clerk@office.example linked there before",
        "Content clean: all of it was read, and no link is disguised or on a list",
        "Link out of place: files.test (pdf:annotation): 41 earlier messages linked to 3 domains, never to "
        "files.test; files.test is not on the list",
    ]


def test_each_fact_can_turn_against_the_message() -> None:
    disguised = Told("evil.test", True, (("user_info", 2.5, "words stand in front of the host"),))
    told = facts("", False, "DMARC failed", [disguised], ["a key is needed"])
    assert [one.good for one in told] == [False] * 4
    assert told[0].words == "Sender not proved: nobody in particular; DMARC failed"
    assert told[1].words == "Pattern new: its only link leads elsewhere than this sender's usual ones"
    assert told[2].words == "Content not clean: words stand in front of the host"


def test_a_sender_without_history_has_nothing_to_compare_with() -> None:
    first = Told("x.test", True, (("surprise", 3.0, "New@x.test has sent us no links before"),))
    assert _words(first)[1] == "Pattern new: no earlier links of this sender to compare with"
    assert "elsewhere" in _words(ODD)[1]
    assert _words(ODD, ODD)[1] == "Pattern new: none of 2 links leads where this sender usually links"


def test_where_nothing_is_odd_the_highest_score_is_told_as_far_as_it_is_known() -> None:
    links = [replace(USUAL, score=2.0), replace(USUAL, score=-1.5), USUAL]
    assert facts("a@b.example", True, "", links)[-1].words.endswith("out of place (highest +2.00 points)")
    told = facts("a@b.example", True, "", links, threshold=3.0)[-1].words
    assert told.endswith("(highest +2.00 of 3.00 points)")
    assert facts("a@b.example", True, "", [USUAL], threshold=3.0)[-1].words == "No link is out of place"


def test_what_could_not_be_read_is_said() -> None:
    assert (
        _words(USUAL, unread=("the PDF is encrypted",))[2] == "Content not fully read: the PDF is encrypted"
    )


def test_a_message_without_anything_odd_speaks_for_itself() -> None:
    assert all(one.good for one in facts("a@b.example", True, "", [USUAL]))
    assert all(one.good for one in facts("a@b.example", True, "", []))


def test_one_domain_is_told_once_and_long_lists_are_cut() -> None:
    many = [Told(f"d{number}.example", False, USUAL.evidence) for number in range(9)]
    told = _words(*many, ODD, ODD)
    assert len(told) == 4 and f"and {9 - MOST_NAMED} more" in told[1]


@given(st.lists(st.builds(Told, st.text(max_size=20), st.booleans(), st.just(ODD.evidence)), max_size=20))
def test_there_are_always_at_least_four_facts(links: list[Told]) -> None:
    about = [one.about for one in facts("a@b.example", True, "", links)]
    assert about[:3] == ["sender", "pattern", "content"] and set(about[3:]) == {"link"}


def test_reasons_are_one_sentence() -> None:
    shouted = Told(
        "x.test", True, (("a", 2.0, "The name is odd"), ("b", 1.0, "SPF passed"), ("c", 0.5, "A page"))
    )
    assert _words(shouted)[-1] == "Link out of place: x.test: the name is odd; SPF passed; a page"
