from policy.gaps import MOST_GAPS, gaps, lack_history, words
from policy.model import Facts, Gap, Known, Question, Unknown


def test_failures_are_counted_by_kind_and_reason_and_quiet_absence_is_not_told() -> None:
    late = Unknown("no answer within 0.3 s")
    found = gaps(
        Facts(
            {
                Question("age", ("a.test",)): late,
                Question("age", ("b.test",)): late,
                Question("dnsbl", ("z", "a.test")): Unknown("z refuses to answer us"),
                Question("rank", ("a.test",)): Unknown("no popularity list", quiet=True),
                Question("seen", ("x",)): Known(None),
            }
        )
    )
    assert found == (Gap("age", late.why, 2), Gap("dnsbl", "z refuses to answer us", 1))
    assert words(found[0]) == "Not known: the age of domains (2 questions): no answer within 0.3 s."
    assert words(found[1]) == "Not known: DNS block lists: z refuses to answer us."


def test_their_number_is_bounded() -> None:
    facts = Facts({Question("age", (str(one),)): Unknown(str(one)) for one in range(500)})
    assert len(gaps(facts)) == MOST_GAPS


def test_a_missing_history_is_told_however_much_else_is_missing() -> None:
    facts = {Question("age", (str(one), str(two))): Unknown(str(one)) for one in range(50) for two in "ab"}
    assert not lack_history(gaps(Facts(facts)))
    for kind in ("habit", "seen", "places", "traits", "confirmed"):
        found = gaps(Facts(facts | {Question(kind, ("sender", "a@b.test")): Unknown("late")}))
        assert found[-1] == Gap(kind, "late", 1) and lack_history(found)
