"""Fitting points and saying what thresholds do."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.calibrate import (
    RULINGS,
    TELLING,
    Bin,
    Options,
    Sample,
    centre,
    fit,
    points_of,
    rates,
    reliability,
    threshold_for,
    with_points,
)
from policy.rules import Rules
from policy.signals.registry import SIGNALS

NAMES = ("surprise", "odd_name", "shortener", "familiar", "popular")
SEEN = st.dictionaries(st.sampled_from(NAMES), st.floats(0, 1), max_size=4).map(
    lambda one: tuple(one.items())
)
SAMPLES = st.lists(st.builds(Sample, odd=st.booleans(), seen=SEEN, stream=st.sampled_from("ab")), max_size=30)


def _mail(odd_names: bool = True) -> list[Sample]:
    """Odd links with odd names, usual ones of familiar domains, and some that are neither."""
    found = []
    for number in range(60):
        share = number / 60
        name = (("odd_name", 0.3 + share / 2),) if odd_names else ()
        found.append(Sample(True, (("surprise", 0.2 + share / 4), *name), "a"))
        found.append(Sample(False, (("familiar", share),), "a"))
        found.append(Sample(False, (("surprise", 0.1 + share / 3),), "a"))
    return found


def test_a_signal_that_tells_odd_links_gains_points(rules: Rules) -> None:
    points = fit(_mail(), rules, ["odd_name", "surprise", "familiar"], Options(pull=1e-5))
    assert points["odd_name"] > rules.points["odd_name"]


def test_a_signal_of_usual_links_only_loses_its_points_and_keeps_its_sign(rules: Rules) -> None:
    samples = [replace(one, seen=(*one.seen, ("shortener", 1.0))) if not one.odd else one for one in _mail()]
    points = fit(samples, rules, ["shortener"], Options(pull=1e-7, rounds=600))
    assert 0 <= points["shortener"] < rules.points["shortener"]


def test_what_was_not_asked_for_what_has_no_points_and_what_is_settled_stay(rules: Rules) -> None:
    assert set(fit(_mail(), rules, ["surprise", "blocked", "wrapper", "nobody"])) == {"surprise"}


def test_a_strong_pull_keeps_the_points_in_force(rules: Rules) -> None:
    points = fit(_mail(), rules, NAMES, Options(pull=100.0, rate=0.01))
    assert all(abs(value - rules.points[name]) < 0.25 for name, value in points.items())


def test_a_family_at_its_cap_has_no_slope(rules: Rules) -> None:
    samples = [Sample(one.odd, (("odd_name", 1.0),), "a") for one in _mail()]
    capped = replace(rules, caps={**rules.caps, "form": replace(rules.caps["form"], most=1.0)})
    assert fit(samples, capped, ["odd_name"]) == {"odd_name": rules.points["odd_name"]}


def test_streams_count_equally_however_long_they_are(rules: Rules) -> None:
    once = _mail() * 4
    other = [replace(one, stream="b") for one in _mail(odd_names=False) * 4]
    assert fit(once + other * 5, rules, NAMES) == fit(once * 3 + other, rules, NAMES)


def test_a_few_rulings_weigh_as_a_few_links_and_do_not_overturn_an_archive(rules: Rules) -> None:
    archive = _mail() * 4
    released = [Sample(False, (("surprise", 0.6), ("odd_name", 0.6)), RULINGS)] * 2
    without = fit(archive, rules, NAMES)["surprise"]
    some = fit(archive + released, rules, NAMES)["surprise"]
    many = fit(archive + released * 100, rules, NAMES)["surprise"]
    assert many < some < without and without - some < (without - many) / 2


def test_the_centre_lies_where_the_samples_change_from_usual_to_odd(rules: Rules) -> None:
    plain = replace(rules, points={"odd_name": 10.0}, caps={"form": replace(rules.caps["form"], most=10.0)})
    samples = []
    for number in range(-40, 41):
        chance = round(100 / (1 + math.exp(-number / 10)))
        seen = (("odd_name", (number / 10 + 5) / 10),)
        samples += [Sample(True, seen)] * chance + [Sample(False, seen)] * (100 - chance)
    assert centre(samples, plain, Options(odd_share=0.5)) == pytest.approx(5.0, abs=0.1)
    # With fewer odd links a higher score is needed for the same chance, by the odds between them.
    shift = math.log(0.9 / 0.1)
    assert centre(samples, plain, Options(odd_share=0.1)) == pytest.approx(5.0 + shift, abs=0.1)
    assert centre([], plain) == 0.0


def test_a_step_that_promises_too_much_is_far_off_unless_it_holds_few_links() -> None:
    assert Bin(3.0, TELLING, 0.92, 0.44).off
    assert not Bin(3.0, TELLING - 1, 0.92, 0.44).off
    assert not Bin(3.0, 1000, 0.5, 0.45).off


@given(SAMPLES)
def test_fitted_points_are_finite_bounded_and_keep_their_sign(rules: Rules, samples: list[Sample]) -> None:
    options = Options(rounds=20)
    points = fit(samples, rules, NAMES, options)
    for name, value in points.items():
        assert math.isfinite(value) and abs(value) <= options.most
        assert value * rules.points[name] >= 0


@given(SAMPLES, st.randoms(use_true_random=False))
def test_the_order_of_the_samples_means_nothing(rules: Rules, samples: list[Sample], shuffle: object) -> None:
    mixed = list(samples)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a Random
    one, other = (fit(some, rules, NAMES, Options(rounds=10)) for some in (samples, mixed))
    assert one == pytest.approx(other, abs=0.011)


@given(SAMPLES)
def test_a_sample_scores_what_the_policy_would_give(rules: Rules, samples: list[Sample]) -> None:
    doubled = with_points(rules, {"surprise": rules.points["surprise"] * 2})
    for sample in samples:
        least = sum(caps.least for caps in rules.caps.values())
        assert points_of(sample, rules) >= least
        assert points_of(sample, doubled) >= points_of(sample, rules) - 1e-4


def test_rates_count_from_the_threshold_upwards() -> None:
    scored = [(1.0, False), (2.0, False), (3.0, True), (2.0, True)]
    (low, high, above) = rates(scored, [2.0, 3.0, 9.0])
    assert (low.benign, low.odd) == (0.5, 1.0)
    assert (high.benign, high.odd) == (0.0, 0.5)
    assert (above.benign, above.odd) == (0.0, 0.0)
    assert rates([], [1.0])[0].odd == 0.0


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=200), st.floats(0.001, 0.5))
def test_a_threshold_spares_what_it_promises(scores: list[float], share: float) -> None:
    scored = [(one, False) for one in scores]
    at = threshold_for(scored, share)
    assert rates(scored, [at])[0].benign <= share
    assert threshold_for([], share) == 0.0


def test_a_reliable_score_lies_on_its_curve() -> None:
    scored = []
    for number in range(-40, 41):
        score = number / 10
        odd = round(1000 / (1 + math.exp(-score)))
        scored += [(score, True)] * odd + [(score, False)] * (1000 - odd)
    for step in reliability(scored, 0.0):
        assert step.found == pytest.approx(step.expected, abs=0.03)


def test_every_signal_has_a_family_the_fit_knows(rules: Rules) -> None:
    for signal in SIGNALS:
        sample = Sample(True, ((signal.name, 1.0),))
        assert signal.family in rules.caps and math.isfinite(points_of(sample, rules))
