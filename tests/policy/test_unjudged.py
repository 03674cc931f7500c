"""A message whose judging was ended does not get past a list that names one of its links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from inspectors.model import Inspection
from policy import questions
from policy.judge import judge
from policy.lessons import taught
from policy.model import Answer, Envelope, Facts, Known, Question, Trust
from policy.policyfile import load
from policy.rules import Entry
from policy.unjudged import at_least

POLICY = load()
TRUST = Trust(from_is_genuine=True)
WHY = "judging was ended: it took more than 2 s of processor time"
Make = Callable[..., Inspection]


def judged(
    inspection: Inspection, answers: dict[Question, Answer] | None = None, policy: Any = POLICY
) -> Any:
    return at_least(inspection, Envelope(), Facts(answers or {}), policy, TRUST, WHY)


BAD = "https://www.bad.test/login"


@pytest.mark.parametrize(
    "answers",
    [
        {questions.listed("block", "www.bad.test"): Known(True)},
        {questions.confirmed("www.bad.test"): Known(True)},
        {questions.listed_page("block", BAD): Known("page")},
    ],
)
def test_a_listed_link_is_rewritten_and_the_others_pass_with_the_reason(
    make_inspection: Make, answers: dict[Question, Answer]
) -> None:
    inspection = make_inspection("https://portal.office.example/", BAD, "mailto:clerk@office.example")
    found = judged(inspection, answers)
    assert [one.verdict for one in found.decisions] == ["pass", "rewrite", "pass"]
    assert [one.link for one in found.decisions] == list(inspection.links)
    assert WHY in found.decisions[0].flip
    assert not found.whole
    whole = judge(inspection, Envelope(), Facts(answers), POLICY, TRUST)
    assert whole.whole
    assert [one.verdict for one in whole.decisions][1] == "rewrite"


def test_the_policys_own_list_counts_and_so_does_what_it_allows(make_inspection: Make) -> None:
    blocked = replace(POLICY, rules=replace(POLICY.rules, block=(Entry("bad.test", "seen in phishing"),)))
    assert judged(make_inspection(BAD), policy=blocked).decisions[0].verdict == "rewrite"
    both = replace(blocked, rules=replace(blocked.rules, allow=(Entry("bad.test", "ours"),)))
    assert judged(make_inspection(BAD), policy=both).decisions[0].verdict == "pass"


def test_where_policy_only_observes_a_listed_link_stays(make_inspection: Make) -> None:
    rules = POLICY.rules
    watching = replace(POLICY, rules=replace(rules, observe=replace(rules.observe, enabled=True)))
    answers: dict[Question, Answer] = {questions.confirmed("www.bad.test"): Known(True)}
    found = judged(make_inspection(BAD), answers, watching)
    assert found.decisions[0].verdict == "observe"


def test_it_teaches_nothing_now_or_later(make_inspection: Make) -> None:
    inspection = make_inspection("https://portal.office.example/", BAD)
    found = judged(inspection)
    assert found.identity.genuine
    assert taught(inspection, Envelope(), found, POLICY.rules, 1e9) == (None, None)
    whole = replace(found, whole=True)
    assert taught(inspection, Envelope(), whole, POLICY.rules, 1e9)[0] is not None


def test_of_thousands_of_links_each_question_is_looked_up_a_few_times(make_inspection: Make) -> None:
    class Counted(dict[Question, Answer]):
        asked = 0

        def get(self, key: Question, default: Any = None) -> Any:
            self.asked += 1
            return super().get(key, default)

    def asked(links: int) -> int:
        inspection = make_inspection(*(f"https://h{one}.bad.test/" for one in range(links)))
        answers = Counted()
        at_least(inspection, Envelope(), Facts(answers), POLICY, TRUST, WHY)
        return answers.asked

    assert asked(400) - asked(200) <= asked(200) - asked(0)
    assert asked(400) < 400 * 10
