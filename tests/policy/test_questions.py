"""Answers that say nothing can be left out without any decision changing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspectors.model import Inspection
from policy import questions
from policy.judge import ask, judge
from policy.model import Answer, Envelope, Facts, Habit, Known, Question, Seen, Trust, Unknown
from policy.policyfile import load

POLICY, TRUST = load(), Trust(from_is_genuine=True)
NOTHING: dict[str, object] = {
    "seen": None,
    "listed": False,
    "confirmed": False,
    "listed-page": "",
    "rank": None,
}


@pytest.mark.parametrize(
    "said", [{}, {"seen": Seen(3, 1.0, 2.0, 3)}, {"listed": True}, {"listed-page": "host"}]
)
def test_what_says_nothing_changes_no_decision(
    make_inspection: Callable[..., Inspection], said: dict[str, object]
) -> None:
    inspection = make_inspection("https://portal.office.example/a", "https://www.new.test/b/c.zip")
    answers: dict[Question, Answer] = {}
    for one in ask(inspection, Envelope(), POLICY, TRUST):
        if one.kind == "habit":
            answers[one] = Known(Habit(40, 60, 3, 1.0, 2.0))
        elif one.kind in said or one.kind in NOTHING:
            answers[one] = Known(said.get(one.kind, NOTHING.get(one.kind)))
        else:
            answers[one] = Unknown("no answer within 1 s")
    facts = Facts(answers)
    few = questions.telling(facts)
    assert len(few.answers) < len(answers)
    assert {one.kind for one in few.answers} == {"habit", "rank"} | said.keys()
    whole, light = (judge(inspection, Envelope(), one, POLICY, TRUST, 1e9) for one in (facts, few))
    assert whole.decisions == light.decisions
    assert any(one.weighed for one in whole.decisions)
