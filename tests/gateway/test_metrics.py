"""Every label comes from a small set, whatever a mail or a library says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from gateway.metrics import Metrics, Names, place_class, reason_class, reply_class
from gateway.outcome import Outcome, Ticket
from inspectors.model import Inspection, Link, Message, Skipped
from policy.model import Decision, Envelope, Identity, Judgement


def samples(metrics: Metrics) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(metrics.text().decode()):
        for sample in family.samples:
            labels = ",".join(sample.labels.values())
            found[f"{sample.name}({labels})" if labels else sample.name] = sample.value
    return found


def outcome() -> Outcome:
    places = ("html:a.href", "html:a.href", "html:x-hostile.y", "pdf:annotation")
    links = tuple(Link("1", "https://odd.test/", "", "", place, None) for place in places)
    decisions = tuple(Decision(link, "odd.test", "rewrite", 9.0, (), "v", "") for link in links)
    return Outcome(
        id="0123456789abcdef",
        at=1.0,
        result="rewritten",
        envelope=Envelope(),
        message_id="",
        subject="",
        inspection=Inspection(
            Message(b"", (), ()), links, (Skipped("2", "encrypted PDF"), Skipped("3", "?"))
        ),
        judgement=Judgement(Identity("", "", "", False, "none"), decisions, "v"),
        tickets=(Ticket("t", "https://odd.test/", 3),),
        not_rewritten=(Skipped("1", "the store cannot be written"),),
        timings={"inspect": 0.002, "Ev il": 1.0},
    )


def test_what_policy_did_is_counted_with_its_keys() -> None:
    metrics = Metrics()
    metrics.observe(replace(outcome(), result="held", action="hold", because=("encrypted", "signed")))
    found = samples(metrics)
    assert found["oddlink_messages_total(held)"] == 1
    assert found["oddlink_actions_total(hold,encrypted)"] == found["oddlink_actions_total(hold,signed)"] == 1
    metrics.observe(outcome())
    assert samples(metrics)["oddlink_actions_total(hold,signed)"] == 1


def test_what_is_only_observed_is_counted_by_what_would_have_become_of_it() -> None:
    metrics = Metrics()
    metrics.observe(outcome())
    assert not any(name.startswith("oddlink_observed") for name in samples(metrics))
    plain = replace(outcome(), result="untouched")
    for result, because in (("rewritten", ()), ("rewritten", ("qr",)), ("held", ("qr",)), ("x" * 9, ())):
        metrics.observe(replace(plain, observed=result, observed_because=because))
    found = {name: count for name, count in samples(metrics).items() if "oddlink_observed_total" in name}
    assert found == {
        "oddlink_observed_total(pass,rewritten)": 1,
        "oddlink_observed_total(tag,rewritten)": 1,
        "oddlink_observed_total(hold,held)": 1,
    }
    assert samples(metrics)["oddlink_messages_total(untouched)"] == 4
    assert reason_class("policy only observes here; nothing is changed") == "observed"


def test_a_message_is_counted_with_its_links_reasons_and_times() -> None:
    metrics = Metrics()
    metrics.observe(outcome(), size=5000)
    found = samples(metrics)
    assert found["oddlink_messages_total(rewritten)"] == 1
    assert found["oddlink_links_seen_total(html:a.href)"] == 2
    assert found["oddlink_links_seen_total(html:other)"] == 1
    assert found["oddlink_links_rewritten_total(pdf:annotation)"] == 1
    assert found["oddlink_links_not_rewritten_total(store)"] == 1
    assert found["oddlink_skipped_total(encrypted)"] == 1
    assert found["oddlink_skipped_total(other)"] == 1
    assert found["oddlink_stage_seconds_sum(inspect)"] == 0.002
    assert found["oddlink_stage_seconds_count(other)"] == 1
    assert found["oddlink_message_bytes_sum"] == 5000


def test_the_other_events_are_counted() -> None:
    metrics = Metrics()
    metrics.store_error("record")
    metrics.click("continued")
    metrics.click("<script>")
    metrics.next_hop_reply("RCPT", 451)
    metrics.next_hop_reply("XYZZY", 0)
    metrics.worker_killed("deadline")
    metrics.screen_failed("took too long")
    metrics.connections.set(3)
    metrics.running("0.1.0", "default-1")
    metrics.running("0.1.0", "default-2")
    found = samples(metrics)
    assert found["oddlink_store_errors_total(record)"] == 1
    assert found["oddlink_clicks_total(continued)"] == 1
    assert found["oddlink_clicks_total(other)"] == 1
    assert found["oddlink_next_hop_replies_total(rcpt,4xx)"] == 1
    assert found["oddlink_next_hop_replies_total(other,none)"] == 1
    assert found["oddlink_worker_kills_total(deadline)"] == 1
    assert found["oddlink_screen_failures_total(time)"] == 1
    assert found["oddlink_connections"] == 3
    assert found["oddlink_info(default-2,0.1.0)"] == 1
    assert "oddlink_info(default-1,0.1.0)" not in found


def test_two_sets_of_metrics_do_not_share_counts() -> None:
    first, second = Metrics(), Metrics()
    first.click("shown")
    assert "oddlink_clicks_total(shown)" not in samples(second)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("encrypted PDF", "encrypted"),
        ("The part is signed (S/MIME) and is never changed", "signed"),
        ("the store cannot be written", "store"),
        ("unknown charset x-odd", "charset"),
        ("more than 10000 links", "size"),
        ("deadline of 2 s reached", "time"),
        ("no room in the line", "fit"),
        ("", "other"),
        ("something else altogether", "other"),
    ],
)
def test_reasons_are_sorted_into_classes(reason: str, expected: str) -> None:
    assert reason_class(reason) == expected


def test_places_and_replies_are_sorted_into_classes() -> None:
    places = ("text", "html:a.href", "html:evil.tag", "pdf:qr", "pdf:a.href", "odd:x", "")
    assert [place_class(place) for place in places] == [
        "text",
        "html:a.href",
        "html:other",
        "pdf:qr",
        "pdf:other",
        "other",
        "other",
    ]
    assert [reply_class(code) for code in (250, 354, 451, 554, 0, 999, 100)] == [
        "2xx",
        "3xx",
        "4xx",
        "5xx",
        "none",
        "none",
        "none",
    ]


@given(st.lists(st.text() | st.from_regex(r"[a-z]{1,8}", fullmatch=True), max_size=80))
def test_law_names_never_become_many_labels(names: list[str]) -> None:
    classify = Names(most=8)
    assert len({classify(name) for name in names}) <= 9


@given(st.text(), st.text())
def test_law_any_place_and_reason_has_a_class(form: str, where: str) -> None:
    assert place_class(f"{form}:{where}").isascii()
    assert reason_class(form + where).isascii()


def test_jumps_of_the_clock_are_counted() -> None:
    metrics = Metrics()
    metrics.clock_jumped()
    assert samples(metrics)["oddlink_clock_jumps_total"] == 1
