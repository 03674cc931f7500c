"""policy/lessons.py: what is learned at once, what waits, and what is never learned."""

from __future__ import annotations

from dataclasses import replace

from inspectors.model import Flag, Header, Inspection, Link, Message, Span
from policy.history import ORGANISATION
from policy.lessons import MOST_UNPROVED, lesson, outbound, pending, taught
from policy.model import Decision, Envelope, Evidence, Identity, Judgement, Owner, Scope, Weighed
from policy.policyfile import load

RULES = load().rules
WHO = Identity("clerk@office.example", "office.example", "office.example", True, "dmarc")
SENDER, DOMAIN = Owner("sender", "clerk@office.example"), Owner("domain", "office.example")


def link(url: str, place: str = "html:a.href") -> Link:
    return Link("1", url, url, "", place, None, url.split("/")[2])


def decided(
    url: str, verdict: str = "pass", place: str = "html:a.href", signal: str = "surprise"
) -> Decision:
    weighed = (Weighed(Evidence(signal, 1.0, ""), 4.0),)
    return Decision(link(url, place), url.split("/")[2], verdict, 4.0, weighed, "p", "")


def judgement(*decisions: Decision, who: Identity = WHO) -> Judgement:
    return Judgement(who, decisions, "p")


USUAL = decided("https://portal.example/")
ODD = decided("https://odd.test/", "rewrite", "pdf:annotation")


def test_usual_links_teach_at_once_and_odd_ones_wait() -> None:
    found = judgement(USUAL, ODD)
    now = lesson(found, RULES, 5.0, id="m")
    late = pending(found, RULES, 5.0, id="m")
    assert now is not None
    assert late is not None
    assert (now.domains, now.places, now.messages, now.id) == (("portal.example",), ("html",), 1, "m")
    assert (late.domains, late.places, late.messages) == (("odd.test",), ("pdf",), 0)
    assert now.owners == late.owners == (SENDER, DOMAIN, ORGANISATION)


def test_the_message_counts_with_its_odd_links_where_it_has_no_others() -> None:
    late = pending(judgement(ODD), RULES, 5.0)
    assert late is not None
    assert late.messages == 1
    assert lesson(judgement(ODD), RULES, 5.0) is None


def test_what_is_only_observed_waits_like_what_was_rewritten() -> None:
    seen = replace(ODD, verdict="observe", left="observed")
    assert lesson(judgement(USUAL, seen), RULES, 5.0) == lesson(judgement(USUAL, ODD), RULES, 5.0)
    assert pending(judgement(USUAL, seen), RULES, 5.0) == pending(judgement(USUAL, ODD), RULES, 5.0)


def test_what_is_excused_is_measured_by_the_threshold_of_its_scope() -> None:
    excused = Weighed(Evidence("participant", 0.5, ""), -4.0)
    link = replace(USUAL, weighed=(excused,), score=0.0)
    assert lesson(judgement(link), RULES, 5.0) is None
    lax = replace(judgement(link), scope=Scope("a", False, 4.5))
    assert lesson(lax, RULES, 5.0) is not None


def test_a_domain_with_one_odd_link_waits_with_all_its_links() -> None:
    found = judgement(ODD, decided("https://odd.test/"))
    assert lesson(found, RULES, 5.0) is None
    late = pending(found, RULES, 5.0)
    assert late is not None
    assert late.places == ("html", "pdf")


def test_what_somebody_calls_bad_is_not_learned_by_silence() -> None:
    for signal in ("blocked", "confirmed"):
        assert pending(judgement(decided("https://odd.test/", "rewrite", signal=signal)), RULES, 5.0) is None


def test_only_the_genuine_teach_and_only_with_what_all_readers_see() -> None:
    stranger = judgement(USUAL, ODD, who=replace(WHO, genuine=False))
    assert lesson(stranger, RULES, 5.0) is pending(stranger, RULES, 5.0) is None
    hidden = replace(ODD, link=replace(ODD.link, ambiguous=True))
    assert pending(judgement(hidden), RULES, 5.0) is None
    raw = Message(b"", (), ())
    plain = Inspection(raw, ())
    doubtful = Inspection(raw, (), (), (Flag("ambiguous-boundary", "", ""),))
    assert taught(doubtful, Envelope(), judgement(USUAL, ODD), RULES, 5.0) == (None, None)
    now, late = taught(plain, Envelope(client_address="192.0.2.9"), judgement(USUAL, ODD), RULES, 5.0)
    assert now is not None
    assert late is not None
    assert now.domains == ("portal.example",)


UNPROVED = replace(WHO, genuine=False, by="none")


def test_mail_that_nobody_proved_teaches_its_name_and_nobody_else() -> None:
    found = judgement(USUAL, decided("https://club.example/"), ODD, who=UNPROVED)
    now, late = taught(Inspection(Message(b"", (), ()), ()), Envelope(), found, RULES, 5.0, (), "m")
    assert late is None, "and what was odd is not learned later either"
    assert now is not None
    assert now.owners == (Owner("claimed", "clerk@office.example"),)
    assert now.domains == ("club.example", "portal.example")
    assert (now.messages, now.places, now.traits, now.message_id) == (1, (), (), "")


def test_an_odd_from_and_links_all_odd_teach_not_even_a_name() -> None:
    named = replace(UNPROVED, named=("clerk@office.example",))
    nothing = Inspection(Message(b"", (), ()), ())
    for found in (judgement(USUAL, who=named), judgement(ODD, who=UNPROVED), judgement(who=UNPROVED)):
        assert taught(nothing, Envelope(), found, RULES, 5.0) == (None, None)
    doubtful = replace(nothing, flags=(Flag("ambiguous-boundary", "", ""),))
    assert taught(doubtful, Envelope(), judgement(USUAL, who=UNPROVED), RULES, 5.0) == (None, None)


def test_one_message_that_nobody_proved_teaches_few_names() -> None:
    many = judgement(*(decided(f"https://s{number}.example/") for number in range(90)), who=UNPROVED)
    now, _ = taught(Inspection(Message(b"", (), ()), ()), Envelope(), many, RULES, 5.0)
    assert now is not None and len(now.domains) == MOST_UNPROVED


def traits_of(*decisions: Decision) -> tuple[tuple[str, str], ...]:
    header = Header("x-mailer", Span(0, 0), b"Usual Mail 5")
    inspection = Inspection(
        Message(b"", (header,), ()), (), producers=(("3", "Printer"), ("2", "Maker"), ("4", "Printer"))
    )
    envelope = Envelope(client_address="198.51.100.9")  # a server of ours in between
    found = replace(judgement(*decisions), client="192.0.2.9")
    now, _ = taught(inspection, envelope, found, RULES, 5.0)
    assert now is not None
    return now.traits


LINKED = (("file", "-"), ("host", "portal.example"), ("path", "portal.example/"))


def test_a_message_teaches_what_it_came_with_and_what_its_links_look_like() -> None:
    assert traits_of(USUAL) == (
        ("mailer", "Usual Mail"), ("network", "192.0.2.0/24"), ("producer", "Maker"), ("producer", "Printer"),
        *LINKED,
    )  # fmt: skip


def test_with_an_odd_link_in_it_a_message_does_not_teach_what_it_came_with() -> None:
    assert traits_of(USUAL, ODD) == LINKED
    assert traits_of(USUAL, decided("https://bad.test/", signal="confirmed")) == LINKED


def test_our_own_mail_teaches_the_organisation_whom_it_writes_to_and_what_it_links_to() -> None:
    found = Inspection(
        Message(b"", (), ()),
        (link("https://www.tool.example/"), link("https://img.example/x.png", "html:img.src")),
    )
    sent = Envelope("Me@bank.example", ("a@mail.partner.example", "b@bank.example", "c@gmail.com"))
    taught_by = outbound(found, sent, RULES, 5.0, id="m")
    assert taught_by is not None
    assert taught_by.owners == (ORGANISATION,)
    assert taught_by.domains == ("partner.example", "tool.example")
    assert taught_by.teacher == "me@bank.example"
    assert outbound(found, Envelope("", sent.rcpt_tos), RULES, 5.0) is None
    own = Envelope("me@bank.example", ("b@bank.example",))
    assert outbound(Inspection(Message(b"", (), ()), ()), own, RULES, 5.0) is None


def test_what_a_program_of_ours_answers_teaches_nothing() -> None:
    sent = Envelope("desk@bank.example", ("me@stranger.example",))
    for name, value in (("auto-submitted", b"auto-replied"), ("precedence", b"bulk")):
        mail = Inspection(Message(b"", (Header(name, Span(0, 0), value),), ()), ())
        assert outbound(mail, sent, RULES, 5.0) is None
    person = Inspection(Message(b"", (Header("auto-submitted", Span(0, 0), b"no"),), ()), ())
    found = outbound(person, sent, RULES, 5.0)
    assert found is not None and found.domains == ("stranger.example",)
