"""The laws of unwrapping, and attacks on them.

Wrapping and unwrapping is the identity; only hosts of the services themselves are believed; any string
whatever gives an answer; and where readers may differ there is no answer but a state that says so.
"""

import pickle
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inspectors import limits, message, splice, urls
from inspectors.model import Edit, Link
from inspectors.wrappers import unwind, unwrap, unwrapped, unwrapped_all

Wrap = dict[str, Callable[[str], str]]
SAFE = "https://eur01.safelinks.protection.outlook.com/"
PLAIN = "https://docs.portal.example/a/b?c=d-e_f&g=1+2#h"

hosts = st.from_regex(
    r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5})?(\.[a-z]{2,6}){0,2}\.(example|test)", fullmatch=True
)
tails = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)
MARKS = ("___", "__;")
"""What ends a URL in a path: one that holds the mark itself cannot be told from two."""
web = st.builds(
    lambda scheme, host, path, query: f"{scheme}://{host}/{quote(path)}?{quote(query, safe='=&')}",
    st.sampled_from(["http", "https", "ftp"]),
    hosts,
    tails,
    tails,
)


def _states(url: str) -> list[str]:
    return [layer.state for layer in unwind(url).layers]


def test_a_wrapped_url_comes_back_from_every_format(wrap: Wrap, vendor: str) -> None:
    assert unwrap(wrap[vendor](PLAIN)) == PLAIN
    found = unwind(wrap[vendor](PLAIN))
    assert [layer.state for layer in found.layers] == ["read"] and found.layers[0].by


@given(url=web, data=st.data())
def test_wrapping_and_unwrapping_is_the_identity(wrap: Wrap, url: str, data: st.DataObject) -> None:
    read = urls.read(url)
    assert read is not None
    assume(not any(mark in f"{read.href}_" for mark in MARKS) and not read.href.endswith("_"))
    vendor = data.draw(st.sampled_from(sorted(wrap)))
    assert unwrap(wrap[vendor](read.href)) == read.href


@given(url=web, data=st.data())
def test_two_layers_come_off_like_one(wrap: Wrap, url: str, data: st.DataObject) -> None:
    read = urls.read(url)
    assert read is not None
    inner, outer = (data.draw(st.sampled_from(sorted(wrap))) for _ in range(2))
    wrapped = wrap[inner](read.href)
    assume(not any(mark in f"{read.href}_" for mark in MARKS) and not read.href.endswith("_"))
    assume(not (outer == inner and any(mark in wrapped for mark in MARKS)))
    found = unwind(wrap[outer](wrapped))
    assert found.target == read.href and len(found.layers) == 2


@given(st.text(max_size=300))
def test_any_text_gives_an_answer(text: str) -> None:
    for url in (text, f"{SAFE}?url={text}", f"https://urldefense.com/v3/__{text}", f"https://{text}"):
        found = unwind(url)
        assert found == unwind(url)
        assert not found.target or urls.read(found.target) is not None


@given(st.text("*_;!AQ/:htps.%=&?u", max_size=120), st.sampled_from(["/v3/__", "/v2/url?u=", "/v1/url?u="]))
def test_rubbish_in_proofpoint_links_never_raises(text: str, start: str) -> None:
    found = unwind(f"https://urldefense.com{start}{text}")
    assert found.target == "" or found.target.startswith(("http://", "https://", "ftp://"))


@pytest.mark.parametrize(
    "url",
    [
        "https://eur01.safelinks.protection.outlook.com.evil.test/?url=https://good.example/",
        "https://evil-safelinks.protection.outlook.com/?url=https://good.example/",
        "https://safelinks.protection.outlook.com@evil.test/?url=https://good.example/",
        "https://evil.test/#@eur01.safelinks.protection.outlook.com/?url=https://good.example/",
        "https://urldefense.com.evil.test/v3/__https://good.example/__;!!x",
        "https://google.evil.test/url?q=https://good.example/",
        "https://www.google.com.evil.test/url?q=https://good.example/",
        "https://www.google.zz/url?q=https://good.example/",
        "https://evil.test/wis/clicktime/v1/query?url=https://good.example/",
        "https://evil.test/fmlurlsvc/?url=https://good.example/",
        "https://www.google.com/maps?q=https://good.example/",
        "https://www.facebook.com/sharer.php?u=https://good.example/",
        "ftp://www.google.com/url?q=https://good.example/",
    ],
)
def test_what_is_no_wrapper_is_not_believed(url: str) -> None:
    assert unwind(url).layers == () and unwrap(url) == ""


@pytest.mark.parametrize(
    "host", ["EUR01.SafeLinks.Protection.Outlook.COM", "eur01.safelinks.protection.outlook.com."]
)
def test_a_host_is_known_however_it_is_spelt(host: str) -> None:
    assert unwrap(f"https://{host}/?url=https%3A%2F%2Fevil.test%2F") == "https://evil.test/"


@pytest.mark.parametrize(
    ("query", "state", "target"),
    [
        ("url=https://evil.test/&url=https://good.example/", "contradictory", ""),
        ("url=https://evil.test/&URL=https://good.example/", "contradictory", ""),
        ("%75rl=https://evil.test/&url=https://good.example/", "contradictory", ""),
        ("url=&url=https://good.example/", "contradictory", ""),
        ("url=https://good.example/&url=https%3A%2F%2Fgood.example%2F", "read", "https://good.example/"),
        ("x=1&" * limits.WRAPPED_PARAMETERS + "url=https://good.example/", "contradictory", ""),
        ("url=javascript:alert(1)", "unreadable", ""),
        ("url=mailto:a@b.example", "unreadable", ""),
        ("url=data:text/html,x", "unreadable", ""),
        ("url=file:///etc/passwd", "unreadable", ""),
        ("url=evil.test", "unreadable", ""),
        ("url=https://evil.test%2500.good.example/", "unreadable", ""),
        ("url=https://evil.test%00.good.example/", "unreadable", ""),
        ("url=https%3A%2", "unreadable", ""),
        ("url=https://", "unreadable", ""),
        ("url=https://" + "a" * 9000, "", ""),
        ("url=", "hidden", ""),
        ("data=x", "hidden", ""),
        ("url=https%253A%252F%252Fevil.test%252Fx", "read", "https://evil.test/x"),
        ("url=%20https://evil.test/", "read", "https://evil.test/"),
        ("url=https:%5C%5Cevil.test", "read", "https://evil.test/"),
        ("url=//evil.test/x", "read", "https://evil.test/x"),
        ("url=https:/evil.test/x", "read", "https://evil.test/x"),
        ("url=https://good.example%40evil.test/", "read", "https://good.example@evil.test/"),
        ("url=https://evil.test%23good.example", "read", "https://evil.test/#good.example"),
        ("url=https://evil.test#&url=https://good.example", "read", "https://evil.test/"),
        ("url=ftp://evil.test/x", "read", "ftp://evil.test/x"),
        ("url=https://0x7f.1/", "read", "https://127.0.0.1/"),
    ],
)
def test_tricks_in_the_destination(query: str, state: str, target: str) -> None:
    assert unwrap(f"{SAFE}?{query}") == target
    assert _states(f"{SAFE}?{query}") == ([state] if state else [])


def test_google_may_carry_search_words_but_not_two_destinations() -> None:
    google = "https://www.google.de/url?"
    assert unwrap(f"{google}q=portal+login&url=https://a.example/") == "https://a.example/"
    assert unwrap(f"{google}q=https://a.example/&usg=x") == "https://a.example/"
    assert _states(f"{google}q=https://a.example/&url=https://evil.test/") == ["contradictory"]


def test_layers_come_off_up_to_the_bound_and_more_are_said(wrap: Wrap) -> None:
    url = PLAIN
    for _ in range(limits.WRAPPINGS):
        url = wrap["barracuda"](url)
    assert unwrap(url) == PLAIN and _states(url) == ["read"] * limits.WRAPPINGS
    deeper = wrap["slack"](url)
    assert _states(deeper) == ["read"] * limits.WRAPPINGS + ["deep"]
    assert urls.read(unwrap(deeper)).host == "linkprotect.cudasvc.com"  # type: ignore[union-attr]  # None fails the test


def test_a_hidden_or_broken_layer_inside_is_as_far_as_reading_goes(wrap: Wrap) -> None:
    mimecast = "https://protect-eu.mimecast.com/s/abc?domain=good.example"
    found = unwind(wrap["safe links"](mimecast))
    assert found.target == mimecast and [layer.state for layer in found.layers] == ["read", "hidden"]
    broken = "https://www.google.com/url?q=https://a.example/&q=https://b.example/"
    found = unwind(wrap["safe links"](broken))
    assert found.target == broken and [layer.state for layer in found.layers] == ["read", "contradictory"]


def test_a_link_keeps_everything_but_its_target(wrap: Wrap) -> None:
    url = wrap["safe links"](PLAIN)
    link = Link(
        "1", url, url, "Open", "html:a.href", 7, "eur01.safelinks.protection.outlook.com", ambiguous=True
    )
    found = unwrapped(link)
    assert (found.target, found.url, found.handle, found.ambiguous) == (PLAIN, url, 7, True)
    assert found.wrapped[0].recipient == "clerk@office.example" and not found.obscured
    assert pickle.loads(pickle.dumps(found)) == found
    plain = Link("1", PLAIN, PLAIN, "", "text", 0, "docs.portal.example")
    assert unwrapped(plain) is plain and not plain.obscured
    assert unwrapped(Link("1", f"{SAFE}?url=x", "", "", "text", 0, link.host)).obscured


def test_every_format_of_leaf_gets_targets_and_a_rewrite_replaces_the_whole_wrapper(wrap: Wrap) -> None:
    url = wrap["safe links"](PLAIN).replace("&", "&amp;")
    raw = (
        "From: a@a.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\n\r\nsee {wrap['barracuda'](PLAIN)} now\r\n"
        f"--b\r\nContent-Type: text/html\r\n\r\n<a href='{url}'>x</a>\r\n--b--\r\n"
    ).encode()
    before = message.inspect(raw)
    assert [link.target for link in before.links] == [PLAIN, PLAIN]
    edit = Edit(before.links[1], ("https://c.example/h.example/T",))
    result = message.rewrite(before, [edit])
    out = splice.apply(raw, result.patches)
    assert out == raw.replace(url.encode(), b"https://c.example/h.example/T")
    assert message.compare(before, message.inspect(out), result.done) == ()


def test_many_links_are_unwrapped_like_one_and_equal_ones_once(wrap: Wrap) -> None:
    urls_ = [wrap[name](PLAIN) for name in sorted(wrap)] * 2 + [PLAIN]
    links = [Link("1", url, url, "", "text", at, urls.read(url).host) for at, url in enumerate(urls_)]  # type: ignore[union-attr]  # None fails the test
    assert unwrapped_all(links) == (tuple(map(unwrapped, links)), False)
    assert unwrapped_all([]) == ((), False)


def test_a_message_full_of_long_wrapped_links_hides_none_behind_the_bound() -> None:
    host = "eur01.safelinks.protection.outlook.com"
    long = [
        f"{SAFE}?url=https://a{at}.example/{'x' * 8000}"
        for at in range(limits.WRAPPED_CHARACTERS // 8000 + 1)
    ]
    links = [Link("1", url, url, "", "text", 0, host) for url in [*long, f"{SAFE}?url=https://evil.test/"]]
    plain = Link("1", PLAIN, PLAIN, "", "text", 0, "docs.portal.example")
    found, over = unwrapped_all([*links, plain])
    assert over and found[0].target.startswith("https://a0.example/") and not found[0].obscured
    assert found[-2].target == "" and found[-2].obscured and found[-2].wrapped[0].state == "deep"
    assert found[-1] == plain
    raw = b"Content-Type: text/html\r\n\r\n" + "".join(f"<a href='{url}'>x</a>\n" for url in long).encode()
    assert "limit" in {flag.flag for flag in message.inspect(raw).flags}
