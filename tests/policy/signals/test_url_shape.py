"""Signals about the spelling of a link: its name, its path, what it fetches, where anyone can publish."""

import base64
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest

from inspectors.model import Link
from policy.domains import rented
from policy.model import Answer, Envelope, Evidence, Known, Owner, Question, Seen
from policy.questions import rank, seen
from policy.signals import (
    deep_path,
    downgrade,
    download,
    entropy,
    free_host,
    ipfs,
    named_in_path,
    odd_name,
    plain_name,
    popular,
    recipient_in_url,
    shortener,
    unlisted,
)
from policy.signals.case import Case, Schemes, shortened

MakeCase = Callable[..., Case]
ODD, PLAIN = "https://qzxkvj8w.top/", "https://www.printingmuseum.org/"
CLERK = Owner("sender", "clerk@office.example")


def _strength(found: Evidence | None) -> float:
    return 0.0 if found is None else found.strength


def test_a_name_is_odd_or_plain_and_never_both(make_case: MakeCase) -> None:
    assert _strength(odd_name.signal(make_case(ODD))) > 0.2 and plain_name.signal(make_case(ODD)) is None
    assert _strength(plain_name.signal(make_case(PLAIN))) > 0.2 and odd_name.signal(make_case(PLAIN)) is None


def test_the_reason_for_an_odd_name_is_said(make_case: MakeCase) -> None:
    found = odd_name.signal(make_case(ODD))
    assert found is not None and found.words.startswith(
        "The name qzxkvj8w.top looks like names made for phishing: "
    )


def test_a_name_says_nothing_about_domains_the_sender_uses(make_case: MakeCase) -> None:
    facts: dict[Question, Answer] = {seen(CLERK, "qzxkvj8w.top"): Known(Seen(1, 1.0, 1.0))}
    from policy.model import Habit
    from policy.questions import habit

    facts[habit(CLERK)] = Known(Habit(1, 1, 1))
    assert odd_name.signal(make_case(ODD, facts=facts)) is None
    assert odd_name.signal(make_case(ODD, facts=facts, genuine=False)) is not None
    assert odd_name.signal(make_case(ODD, participants=("qzxkvj8w.top",))) is None


def test_a_plain_name_costs_nothing_where_anyone_publishes(make_case: MakeCase) -> None:
    assert plain_name.signal(make_case("https://printing.weebly.com/")) is None
    assert plain_name.signal(make_case("https://bit.ly/3AbCdEf")) is None


def test_a_deep_path_speaks_for_a_page_people_quote(make_case: MakeCase) -> None:
    shallow, deep, deeper = (
        deep_path.signal(make_case(PLAIN + path))
        for path in ("a", "a/b", "docs/2015/manual/chapter-7/index.html")
    )
    assert shallow is None and 0 < _strength(deep) < _strength(deeper) <= 1
    assert deep_path.signal(make_case("https://printing.weebly.com/a/b/c/d/e/f")) is None


@pytest.mark.parametrize(
    ("url", "short"),
    [
        ("https://clk.test/3A5mfj", True),
        ("https://s.yam.test/uUZBO", True),
        ("https://portal.example/Notices", False),
        ("https://portal.example/notices", False),
        ("https://portal.example/12345", False),
        ("https://www.a.test/3A5mfj", False),
        ("https://a.test/3A5mfj/", False),
        ("https://a.test/3A5mfj?x=1", False),
        ("https://documents.office.example/3A5mfj", False),
        ("https://a.test/dQw4w9WgXcQ", False),
        ("https://a.test/page-1", True),
    ],
)
def test_shortened_links_have_a_shape(url: str, short: bool, make_case: MakeCase) -> None:
    host = make_case(url).target.host
    assert shortened(url, host) is short
    assert _strength(shortener.signal(make_case(url))) == (0.5 if short else 0.0)


def test_a_listed_shortener_counts_in_full_and_its_popularity_does_not(make_case: MakeCase) -> None:
    assert _strength(shortener.signal(make_case("https://bit.ly/about"))) == 1
    for url, domain in (("https://bit.ly/about", "bit.ly"), ("https://clk.test/3A5mfj", "clk.test")):
        assert popular.signal(make_case(url, facts={rank(domain): Known(5)})) is None
        assert unlisted.signal(make_case(url, facts={rank(domain): Known(None)})) is None


@pytest.mark.parametrize(
    ("host", "rents"),
    [
        ("me.github.io", True),
        ("x.me.blogspot.com", True),
        ("github.io", False),
        ("office.co.uk", False),
        ("office.example", False),
        ("192.0.2.1", False),
        ("", False),
    ],
)
def test_a_customer_of_a_site_builder_rents_his_name(host: str, rents: bool, make_case: MakeCase) -> None:
    assert rented(host) is rents
    if rents:
        found = free_host.signal(make_case(f"https://{host}/"))
        assert found is not None and found.used == () and host in found.words


def test_a_made_up_name_in_front_borrows_little_of_the_popularity(make_case: MakeCase) -> None:
    def strength(host: str) -> float:
        return _strength(popular.signal(make_case(f"https://{host}/", facts={rank("big.test"): Known(2000)})))

    assert strength("big.test") == strength("www.big.test") == strength("bugzilla.big.test") > 0.8
    for host in ("x7f3.big.test", "a.b.c.big.test", "averylongmadeupname.big.test"):
        assert strength(host) == pytest.approx(strength("big.test") / 4)


@pytest.mark.parametrize(
    ("url", "words", "strength"),
    [
        ("https://a.test/invoice.exe", "a program", 1.0),
        ("https://a.test/x/Invoice.PDF.JS?x=1", "a script", 1.0),
        ("https://a.test/invoice%2Elnk", "a shortcut", 1.0),
        ("https://a.test/get?file=order.iso", "a disk image", 1.0),
        ("https://a.test/a.zip", "an archive", 0.5),
        ("https://a.test/a.zip?next=b.exe", "a program", 1.0),
        ("https://a.test/a.tar.gz", "an archive", 0.5),
        ("https://a.test/report.xlsm", "a document with macros", 0.8),
    ],
)
def test_downloads_are_told_by_their_name(url: str, words: str, strength: float, make_case: MakeCase) -> None:
    found = download.signal(make_case(url))
    assert found is not None and found.words.endswith(f" fetches {words}") and found.strength == strength


@pytest.mark.parametrize(
    "tail", ["", "a.pdf", "index.html", "?u=site.com", "exe", ".exe", "a.exe/", "a.zip.html"]
)
def test_pages_are_no_downloads(tail: str, make_case: MakeCase) -> None:
    assert download.signal(make_case("https://a.test/" + tail)) is None


WHO = "k.meyer+list@office.example"


@pytest.mark.parametrize(
    "tail",
    [
        WHO,
        quote(WHO, safe=""),
        quote(quote(WHO, safe=""), safe=""),
        "?e=" + WHO.upper(),
        "#" + base64.b64encode(WHO.encode()).decode(),
        "?x=" + base64.urlsafe_b64encode(b"1" + WHO.encode()).decode().rstrip("="),
        "?x=" + base64.b64encode(b"u=" + WHO.encode() + b"&t=1").decode(),
        "?h=" + WHO.encode().hex().upper(),
    ],
)
def test_the_recipient_is_found_however_his_address_is_spelled(tail: str, make_case: MakeCase) -> None:
    case = replace(make_case("https://a.test/" + tail), envelope=Envelope("", ("other@b.example", WHO)))
    found = recipient_in_url.signal(case)
    assert found is not None and WHO in found.words
    assert recipient_in_url.signal(replace(case, participants={"a.test": "the sender"})) is None
    assert recipient_in_url.signal(replace(case, envelope=Envelope("", ("other@b.example",)))) is None
    assert recipient_in_url.signal(replace(case, envelope=Envelope())) is None


def test_one_unencrypted_link_among_encrypted_ones_stands_out(
    make_case: MakeCase, make_link: Callable[..., Link]
) -> None:
    def found(url: str, *others: str) -> Evidence | None:
        case = make_case(url)
        return downgrade.signal(replace(case, schemes=Schemes.of([case.link, *map(make_link, others)])))

    others = [f"https://a{number}.test/" for number in range(3)]
    assert found("http://odd.test/", *others) is not None
    assert found("http://odd.test/", *others, "http://www.odd.test/", "mailto:x@b.test") is not None
    assert found("http://odd.test/", *others[:2]) is None
    assert found("http://odd.test/", *others, "http://b.test/") is None
    assert found("https://odd.test/", *others) is None


def test_a_random_number_has_entropy_and_words_have_none(make_case: MakeCase) -> None:
    token = "aZ3kQ9xT7mB2vR8nL5cW1yJ6pH4dF0sGuEiO"
    assert _strength(entropy.signal(make_case(f"https://a.test/{token}"))) > 0.5
    for path in (
        "the-minutes-of-our-last-general-meeting",
        "2015-01-01-00-00-00-00-00",
        "1111111111111111111111111",
    ):
        assert entropy.signal(make_case(f"https://a.test/{path}")) is None
    assert entropy.signal(make_case(f"https://a.test/?x={token}")) is None


CID = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG"
CID_1 = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (f"https://gate.test/ipfs/{CID}", True),
        (f"https://gate.test/ipfs/{CID_1}/index.html", True),
        (f"https://{CID_1}.ipfs.gate.test/", True),
        (f"https://gate.test/files/{CID}", False),
        ("https://gate.test/ipfs/about", False),
        ("https://ipfs.gate.test/", False),
    ],
)
def test_ipfs_is_told_by_its_content_identifiers(url: str, found: bool, make_case: MakeCase) -> None:
    assert (ipfs.signal(make_case(url)) is not None) is found


def test_a_trusted_name_in_the_path_of_another_host(make_case: MakeCase) -> None:
    people = ("office.example",)
    whole = named_in_path.signal(make_case("https://a.test/www.office.example/login", participants=people))
    part = named_in_path.signal(make_case("https://a.test/office-login/", participants=people))
    assert _strength(whole) == 1 and _strength(part) == 0.5
    for url in ("https://a.test/officers/", "https://www.office.example/office", "https://a.test/?u=office"):
        assert named_in_path.signal(make_case(url, participants=people)) is None


@pytest.mark.parametrize("repeated", ["a/", "%25", "aHR0", "A1", "Qm", "b.exe&x=", "-", "\u0130"])
def test_long_links_cost_no_more_than_their_length(repeated: str, make_case: MakeCase) -> None:
    """Read to a bound or in one pass: this ends at once or not at all."""
    case = make_case("https://a.test/" + repeated * 60_000, participants=("office.example",))
    case = replace(case, envelope=Envelope("", ("clerk@office.example",) * 50))
    for one in (deep_path, download, entropy, ipfs, named_in_path, recipient_in_url, shortener):
        one.signal(case)
