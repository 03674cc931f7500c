"""Which links of a PDF the shipped policy rewrites: all that an appended revision can change."""

from __future__ import annotations

import pytest

from inspectors.pdf import actions, plan
from policy.history import matches
from policy.policyfile import load

PLACES = {
    "annotation",
    "text",
    "launch",
    "javascript",
    "rendition",
    "filespec",
    "richmedia",
    "outline",
    "name",
}
PLACES |= {"unreached"} | set(actions._WITH_FILE.values()) | plan.WITHOUT_CLICK


@pytest.mark.parametrize("place", sorted(PLACES))
def test_what_can_be_changed_may_be(place: str) -> None:
    assert matches(f"pdf:{place}", load().rules.places.rewritable)


@pytest.mark.parametrize("place", ["qr", "xfa"])
def test_what_cannot_be_changed_is_for_the_policy_to_decide(place: str) -> None:
    assert not matches(f"pdf:{place}", load().rules.places.rewritable)


def test_signed_files_are_left_by_default() -> None:
    assert load().rules.pdf.signed == "leave"
