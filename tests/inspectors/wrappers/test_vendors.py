"""What single vendors do beyond a percent-encoded parameter."""

import base64

import pytest

from inspectors.wrappers import unwind, unwrap
from inspectors.wrappers.registry import FORMATS, formats


def _first(url: str) -> tuple[str, str, str, str]:
    layer = unwind(url).layers[0]
    return layer.by, layer.kind, layer.state, layer.claims


def test_every_format_has_hosts_in_lower_case_and_a_known_kind() -> None:
    for each in FORMATS:
        assert each.by and each.kind in ("protection", "redirector", "tracker", "copy")
        assert each.hosts and all(host == host.lower() and host.isascii() for host in each.hosts)
        for host in each.hosts:
            assert each in formats(f"x{host}" if host.startswith(".") else host)
    assert formats("portal.example") == () == formats("")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        # Tokens: one character each, runs, and characters beyond ASCII.
        ("https://urldefense.com/v3/__https://a.example/x*2Fy*z__;JSM!!k!s$", "https://a.example/x%2Fy#z"),
        ("https://urldefense.us/v3/__https://a.example/**C__;JSUlJQ!!k", "https://a.example/%%%%"),
        ("https://urldefense.com/v3/__https:/a.example/__;!!k", "https://a.example/"),
        ("https://urldefense.com/v3/__https://a.example/?q=1__;!!k", "https://a.example/?q=1"),
        ("https://urldefense.proofpoint.com/v2/url?u=http-3A__a.example_b-2Dc&d=x", "http://a.example/b-c"),
        ("https://urldefense.proofpoint.com/v1/url?u=http://a.example/b_c&k=x", "http://a.example/b_c"),
    ],
)
def test_proofpoint_links_as_its_own_decoder_reads_them(url: str, target: str) -> None:
    assert unwrap(url) == target


@pytest.mark.parametrize(
    ("tail", "state"),
    [
        ("v3/__https://a.example/*__;!!k", "unreadable"),
        ("v3/__https://a.example/***__;JSM!!k", "unreadable"),
        ("v3/__https://a.example/**!__;JSM!!k", "unreadable"),
        ("v3/__https://a.example/*__;&&&!!k", "unreadable"),
        ("v3/__https://a.example/__;x__;!!k", "unreadable"),
        ("v3/__https://www.google.com/url?q=https://evil.test__;.good.example/__;!!k", "unreadable"),
        ("v3/__https://a.example/", "hidden"),
        ("v3/https://a.example/", "hidden"),
        ("v2/url?d=x", "hidden"),
        ("v3/__https://a.example/" + "*" * 1001 + "__;" + "AAAA" * 400 + "!!k", "unreadable"),
    ],
)
def test_proofpoint_links_that_do_not_add_up(tail: str, state: str) -> None:
    found = unwind(f"https://urldefense.com/{tail}")
    assert found.target == "" and [layer.state for layer in found.layers] == [state]


def test_what_a_hidden_link_shows_to_people_is_kept_apart_and_never_believed() -> None:
    for url, by in (
        ("https://protect-us.mimecast.com/s/abc?domain=portal.example", "Mimecast"),
        ("https://url.uk.m.mimecastprotect.com/s/abc?domain=portal.example", "Mimecast"),
        ("https://us-east-2.protection.sophos.com/?d=portal.example&b=1&x=2&q=3", "Sophos"),
        ("https://shared.outlook.inky.com/link?domain=portal.example&t=x", "Inky"),
    ):
        assert _first(url) == (by, "protection", "hidden", "portal.example") and unwrap(url) == ""


def test_the_label_of_a_readable_link_decides_nothing() -> None:
    packed = base64.b64encode(b"https://evil.test/").decode()
    assert unwrap(f"https://eu.protection.sophos.com/?d=good.example&u={packed}") == "https://evil.test/"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://secure-web.cisco.com/1abc/https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        ("https://url.avanan.click/v2/___https:/a.example/x___.YXAz", "https://a.example/x"),
        ("https://protect.checkpoint.com/v2/r05/___http://a.example/x_y___.YXAz", "http://a.example/x_y"),
        ("https://safe.menlosecurity.com/https://a.example/x?y#z", "https://a.example/x?y#z"),
    ],
)
def test_gateways_that_put_the_url_into_the_path(url: str, target: str) -> None:
    assert unwrap(url) == target


def test_a_path_that_can_be_cut_in_two_ways_is_unreadable() -> None:
    url = "https://protect.checkpoint.com/v2/___https://a.example/___.x___.y"
    assert _first(url)[2] == "unreadable"
    assert _first("https://secure-web.cisco.com/1abc")[2] == "hidden"
    assert unwind("https://safe.menlosecurity.com/account").layers == ()


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (
            "https://ad.doubleclick.net/ddm/trackclk/N1;a=1?https://a.example/?b=1&c=2",
            "https://a.example/?b=1&c=2",
        ),
        ("https://adclick.g.doubleclick.net/pcs/click?xai=1&&adurl=https://a.example/", "https://a.example/"),
        ("https://www.google.co.uk/url?q=https://a.example/", "https://a.example/"),
        ("https://maps.google.com/url?q=https://a.example/", "https://a.example/"),
        ("https://images.google.de/url?q=https://a.example/", "https://a.example/"),
        ("https://cse.google.com/url?sa=i&q=https://a.example/", "https://a.example/"),
        ("https://meet.google.com/linkredirect?dest=https://a.example/", "https://a.example/"),
        ("https://www.google.com/aclk?sa=l&adurl=https://a.example/", "https://a.example/"),
        ("https://www.google.com/travel/clk?pc=x&pcurl=https://a.example/", "https://a.example/"),
        ("https://www.bing.com/aclick?ld=x&u=aHR0cHMlM2ElMmYlMmZhLmV4YW1wbGUlMmY", "https://a.example/"),
    ],
)
def test_search_engines_and_advertisements(url: str, target: str) -> None:
    assert unwrap(url) == target


def test_pictures_of_advertisements_and_ordinary_pages_are_no_wrappers() -> None:
    for url in (
        "http://ad.doubleclick.net/ad/x.example;sz=468x60?",
        "https://www.bing.com/search?q=x&u=a1aHR0cHM6Ly9h",
        "https://www.linkedin.com/in/somebody?url=https://a.example/",
        "https://web.archive.org/about/",
        "https://www.amazon.de/dp/1?u=https://a.example/",
        "https://mandrillapp.com/settings",
    ):
        assert unwind(url).layers == ()


@pytest.mark.parametrize("packed", ["", "e30", "W10", "eyJwIjoxfQ", "eyJwIjoie30ifQ", "W1tbW1tbW1tb", "!!!"])
def test_mandrill_links_with_rubbish_inside(packed: str) -> None:
    found = unwind(f"https://mandrillapp.com/track/click/1/good.example?p={packed}")
    assert found.target == "" and found.layers[0].state in ("hidden", "unreadable")


def test_json_as_deep_as_a_url_is_long_is_only_unreadable() -> None:
    packed = base64.urlsafe_b64encode(b'{"p":' + b"[" * 5000).decode()
    assert _first(f"https://mandrillapp.com/track/click/1/x?p={packed}")[2] == "unreadable"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://cdn.ampproject.org/c/s/news.example/a?b=1", "https://news.example/a?b=1"),
        ("https://news-example.cdn.ampproject.org/v/news.example/a", "http://news.example/a"),
        ("https://www.google.com/amp/s/news.example/a", "https://news.example/a"),
        (
            "https://www-my--site-example.translate.goog/a?b=1&_x_tr_sl=en&_x_tr_tl=de",
            "https://www.my-site.example/a?b=1",
        ),
        ("https://site-example.translate.goog/?_x_tr_sch=http", "http://site.example/"),
        ("https://web.archive.org/web/2015id_/http://old.example/x?y", "http://old.example/x?y"),
        ("https://web.archive.org/web/old.example/x", "http://old.example/x"),
    ],
)
def test_copies_of_pages(url: str, target: str) -> None:
    assert unwrap(url) == target and unwind(url).layers[0].kind == "copy"


def test_names_that_translation_cannot_give_back_are_unreadable() -> None:
    for host in ("0-xn----x-0.translate.goog", "a.b.translate.goog"):
        assert _first(f"https://{host}/")[2] == "unreadable"


def test_only_an_address_counts_as_the_recipient() -> None:
    start = "https://nam02.safelinks.protection.outlook.com/?url=https://a.example/&data="
    assert (
        unwind(f"{start}05%7C01%7CClerk%40Office.example%7Cx").layers[0].recipient == "clerk@office.example"
    )
    for data in ("", "x%7Cy", "%7C%40%7C", "a%40"):
        assert unwind(start + data).layers[0].recipient == ""
