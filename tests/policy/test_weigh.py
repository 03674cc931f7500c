from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.model import Evidence
from policy.policyfile import load
from policy.rules import Rules
from policy.signals.registry import SIGNALS
from policy.weigh import flip, score, weigh

RULES = load().rules
NAMES = st.sampled_from([one.name for one in SIGNALS])
SEEN = st.lists(
    st.builds(lambda name, strength: Evidence(name, strength, ""), NAMES, st.floats(0, 1)),
    unique_by=lambda one: one.signal,
)


@given(SEEN)
def test_every_family_stays_between_its_caps_and_points_keep_their_sign(seen: list[Evidence]) -> None:
    weighed = weigh(seen, RULES)
    assert [one.evidence for one in weighed] == seen
    for family, caps in RULES.caps.items():
        names = {one.name for one in SIGNALS if one.family == family}
        total = sum(one.points for one in weighed if one.evidence.signal in names)
        assert caps.least - 1e-5 <= total <= caps.most + 1e-5
    for one in weighed:
        raw = one.evidence.strength * RULES.points[one.evidence.signal]
        assert abs(one.points) <= abs(raw) + 1e-5 and one.points * raw >= 0


def test_three_ways_to_notice_one_thing_do_not_count_three_times(rules: Rules) -> None:
    seen = [Evidence(name, 1.0, "") for name in ("ip_literal", "odd_port", "shortener", "free_host")]
    assert score(weigh(seen, rules)) == pytest.approx(rules.caps["hosting"].most)


def test_a_signal_without_points_is_observed_and_not_counted(rules: Rules) -> None:
    points = {name: value for name, value in rules.points.items() if name != "shortener"}
    weighed = weigh([Evidence("shortener", 1.0, "")], replace(rules, points=points))
    assert weighed[0].points == 0 and weighed[0].evidence.signal == "shortener"


def test_the_flip_names_what_would_turn_the_verdict(rules: Rules) -> None:
    odd = weigh([Evidence("surprise", 0.5, "")], rules)
    assert flip(odd, score(odd), rules, "a.test", "a.test") == (
        f"{rules.points['surprise'] / 2 - rules.threshold:.1f} points fewer, "
        "e.g. if a.test had been linked by this sender before"
    )
    excused = weigh([Evidence("surprise", 0.5, ""), Evidence("familiar", 1.0, "")], rules)
    assert "if the sender had never linked to a.test before" in flip(
        excused, score(excused), rules, "a.test", "a.test"
    )
    assert "if this sender had a long history" in flip((), 0.0, rules, "a.test", "a.test")
