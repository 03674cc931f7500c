"""gateway/clicks/app.py: the page behind a rewritten link."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from gateway.clicks import app as module
from gateway.clicks import nonce
from gateway.clicks import steps as steps_module
from gateway.clicks.app import click_app
from gateway.clicks.nonce import LIFE
from gateway.clicks.translations import ALL
from gateway.clicks.words import ENGLISH
from gateway.store.rows import EvidenceRow, Ruling
from gateway.tokens import Keyring, mint

BASE = "https://click.bank.example"
URL = "https://login.portal-update.example/a%2Fb/%7euser/?q=%41+b&r=[1]|2#frag%23'x'"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def counted():
    return []


@pytest.fixture
def web(store, ring, clock, log, counted):
    app = click_app(store, ring, BASE, clock, log, counted.append)
    with TestClient(app, base_url=BASE, follow_redirects=False) as client:
        yield client


@pytest.fixture
def path(put, ring):
    row = put(URL)
    return mint("", row.link.host, row.ticket.id, ring)[0].removeprefix("://")


def nonce_in(page) -> str:
    return BeautifulSoup(page.text, "lxml").find("input", {"name": "nonce"})["value"]


def text_of(page) -> str:
    return BeautifulSoup(page.text, "lxml").get_text()


def steps(store) -> list[str]:
    return [click.step for click in store.clicks]


def test_the_page_shows_where_the_link_leads_who_sent_it_why_and_what_to_do(web, path):
    page = web.get(path)
    text = text_of(page)
    assert page.status_code == 200
    assert URL in text
    assert "In 41 messages this sender never linked to this website." in text
    assert "clerk@office.example" in text and "12 January 2026, 08:30 UTC" in text
    assert "0123456789abcdef" in text and "in an attached PDF" in text
    assert "tell your IT contact" in text
    domains = [one.get_text() for one in BeautifulSoup(page.text, "lxml").find_all("strong")]
    assert domains == ["portal-update.example"] * 2


def test_reasons_come_strongest_first_and_without_those_that_count_nothing(web, path):
    reasons = BeautifulSoup(web.get(path).text, "lxml").select(".reasons li")
    assert [one.get_text() for one in reasons] == [
        "In 41 messages this sender never linked to this website.",
        "The name contains the word “portal”, as the sender’s own does.",
    ]


def test_a_stranger_with_the_link_learns_neither_subject_nor_recipients_nor_other_links(web, path):
    page = web.get(path).text
    assert "SECRET-SUBJECT" not in page and "treasurer@" not in page and "queued" not in page


def test_the_page_holds_no_link_no_script_and_nothing_from_elsewhere(web, path):
    soup = BeautifulSoup(web.get(path).text, "lxml")
    assert not soup.find_all(["a", "script", "img", "iframe", "object", "base"])
    loads = [tag.get("href") or tag.get("src") for tag in soup.find_all(href=True) + soup.find_all(src=True)]
    assert loads == ["/static/clicks.css"]
    assert web.get(loads[0]).headers["content-type"].startswith("text/css")
    form = soup.find("form")
    assert form["method"] == "post" and not form.get("action")
    assert soup.html["lang"] == "en" and soup.find("main") and len(soup.find_all("h1")) == 1


def test_get_and_head_change_nothing_but_the_record(web, path, store):
    before = dict(store.rows)
    assert web.head(path).status_code == 200 and web.head(path).text == ""
    assert web.get(path).status_code == 200
    assert steps(store) == ["probed", "probed", "shown"] and store.rows == before
    assert {(c.ticket, c.message) for c in store.clicks} == {("Ab3dEf6hIj9lMn2p", "0123456789abcdef")}


def test_going_on_is_a_post_answered_with_the_exact_bytes(web, path, store):
    answer = web.post(path, data={"nonce": nonce_in(web.get(path))})
    assert answer.status_code == 303
    assert dict(answer.headers.raw)[b"location"] == URL.encode()
    assert steps(store) == ["shown", "continued"]
    assert "set-cookie" not in answer.headers


def test_the_same_nonce_works_twice_but_not_for_long(web, path, clock, store):
    given = nonce_in(web.get(path))
    assert [web.post(path, data={"nonce": given}).status_code for _ in range(2)] == [303, 303]
    clock.now += LIFE + 1
    late = web.post(path, data={"nonce": given})
    assert late.status_code == 403 and "location" not in late.headers
    assert "took too long" in text_of(late)
    assert steps(store)[-1] == "refused"
    assert web.post(path, data={"nonce": nonce_in(late)}).status_code == 303


@pytest.mark.parametrize("given", ["", "x", "0.k1." + "0" * 40, "ffffffffffff.k1." + "0" * 40, "\ud800", "é"])
def test_a_post_without_a_good_nonce_is_refused(web, path, store, given):
    body = b"nonce=" + given.encode("utf-8", "surrogatepass")
    answer = web.post(path, content=body, headers=FORM)
    assert answer.status_code in (400, 403) and "location" not in answer.headers
    assert steps(store) == ["refused"]


def test_a_nonce_of_another_ticket_is_refused(web, path, store, put, ring):
    other = dict(store.rows)
    given = nonce_in(web.get(path))
    store.rows["Z" * 16] = next(iter(other.values()))
    row = store.rows["Z" * 16]
    store.rows["Z" * 16] = replace(row, ticket=replace(row.ticket, id="Z" * 16))
    elsewhere = mint("", row.link.host, "Z" * 16, ring)[0].removeprefix("://")
    assert web.post(elsewhere, data={"nonce": given}).status_code == 403
    assert web.post(path, data={"nonce": given}).status_code == 303


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "ftp://files.example/x",
        "mailto:a@b.example",
        "//evil.example/",
        "https:evil.example",
        "https://evil.example/a\r\nSet-Cookie: x=y",
        "https://evil.example/a b",
        "https://evil.example\\@good.example/",
        "https:///evil.example",
        "https://evil.example/\ud800",
        "",
    ],
)
def test_what_is_no_web_address_is_shown_and_cannot_be_gone_on_to(web, put, ring, store, url):
    row = put(url)
    path = mint("", row.link.host, row.ticket.id, ring)[0].removeprefix("://")
    page = web.get(path)
    assert page.status_code == 200
    assert "<form" not in page.text
    good = nonce.issue(row.ticket.id, 1_768_210_200.0, ring)
    answer = web.post(path, data={"nonce": good})
    assert answer.status_code == 403 and "location" not in answer.headers
    assert steps(store) == ["shown", "refused"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://www.office.example@evil.example/", ["“www.office.example” stands in front of an @"]),
        ("https://evil.example:8443/", ["names port 8443"]),
        ("https://xn--e1afmkfd.example/", ["пример.example", "Read by computers: xn--e1afmkfd.example"]),
        ("http://192.0.2.1/", ["bare number"]),
        ("https://[2001:db8::1]/", ["bare number"]),
    ],
)
def test_what_misleads_is_pointed_out(web, put, ring, url, words):
    row = put(url)
    text = text_of(web.get(mint("", row.link.host, row.ticket.id, ring)[0].removeprefix("://")))
    assert all(word in text for word in words)


def test_ordinary_addresses_carry_no_notes(web, path):
    assert 'class="notes"' not in web.get(path).text


def test_links_that_are_not_ours_all_look_the_same(web, path, store, ring):
    _, host, ticket = path.split("/")
    wrong_mac = f"/{host}/{ticket[:-1]}{'a' if ticket[-1] != 'a' else 'b'}"
    other_host = f"/www.{host}/{ticket}"
    gone = mint("", host, "Q" * 16, ring)[0].removeprefix("://")
    unknown_key = f"/{host}/zz{ticket[2:]}"
    nonsense = ["/a/b", "/a/" + "x" * 1500, "/%ff/%00", "/%2e%2e/%2e%2e", "/a/%0d%0aX:y"]
    pages = [web.get(p) for p in (wrong_mac, other_host, gone, unknown_key, *nonsense)]
    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in pages}) == 1
    assert len({tuple(sorted(page.headers.items())) for page in pages}) == 1
    posted = web.post(wrong_mac, data={"nonce": nonce_in(web.get(path))})
    assert posted.status_code == 404 and "location" not in posted.headers
    assert len(store.asked) == len(pages) + 2  # the store is asked every time, as for one of ours
    assert set(steps(store)) == {"unknown", "shown"}
    assert all(c.ticket == "" == c.message for c in store.clicks if c.step == "unknown")


def test_rows_for_unknown_links_are_bounded_and_the_rest_is_counted(web, store, counted):
    for _ in range(steps_module.UNKNOWN_BURST + 40):
        web.get("/a/b")
    assert len(store.clicks) == steps_module.UNKNOWN_BURST
    assert counted.count("unknown") == steps_module.UNKNOWN_BURST + 40 and counted.count("dropped") == 40


def test_a_store_that_cannot_write_clicks_does_not_keep_the_page_away(web, path, store, counted, log):
    store.unwritable = OSError("disk full")
    page = web.get(path)
    assert page.status_code == 200
    assert web.post(path, data={"nonce": nonce_in(page)}).status_code == 303
    assert counted == ["shown", "unlogged", "continued", "unlogged"]
    assert [line[1] for line in log.lines] == ["click", "click_not_stored"] * 2


def test_a_store_that_hangs_on_writing_delays_the_page_by_a_bounded_time(
    web, path, store, counted, monkeypatch
):
    monkeypatch.setattr(steps_module, "WRITE_SECONDS", 0.2)
    store.log_click = lambda row: time.sleep(3)
    start = time.monotonic()
    assert web.get(path).status_code == 200
    assert time.monotonic() - start < 2.9 and "unlogged" in counted


def test_a_store_that_cannot_be_read_gives_503_whatever_the_link(web, path, store, counted):
    store.broken = RuntimeError("secret detail")
    pages = [web.get(path), web.get("/a/b"), web.post(path, data={"nonce": "x"})]
    assert [page.status_code for page in pages] == [503] * 3
    assert len({page.content for page in pages}) == 1 and "secret detail" not in pages[0].text
    assert counted == ["unavailable"] * 3


def test_a_store_that_hangs_on_reading_gives_503_in_bounded_time(web, path, store, monkeypatch):
    monkeypatch.setattr(module, "LOOK_UP_SECONDS", 0.2)
    store.ticket = lambda ticket_id: time.sleep(3)
    start = time.monotonic()
    assert web.get(path).status_code == 503
    assert time.monotonic() - start < 2.9


def test_every_response_carries_the_headers(web, path, store):
    answers = [
        web.get(path),
        web.head(path),
        web.get("/a/b"),
        web.get("/"),
        web.get("/healthz"),
        web.get("/static/clicks.css"),
        web.put(path),
        web.post(path, data={"nonce": ""}),
        web.post(path, data={"nonce": nonce_in(web.get(path))}),
        web.post(path, content=b"x" * 5000, headers=FORM),
        web.get("/a/" + "x" * 3000),
    ]
    assert [a.status_code for a in answers] == [200, 200, 404, 404, 200, 200, 405, 403, 303, 413, 414]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "form-action 'self' https: http:" in policy and "script" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers


def test_a_bug_gives_500_with_the_headers_and_no_detail(store, ring, clock, log, path):
    store.rows = dict.fromkeys(store.rows, None.__class__)  # rows of the wrong kind
    app = click_app(store, ring, BASE, clock, log)
    with TestClient(app, base_url=BASE) as client:
        answer = client.get(path)
    assert answer.status_code == 500 and "Traceback" not in answer.text and "NoneType" not in answer.text
    assert answer.headers["content-security-policy"]
    assert ("error", "web_request_failed") in [line[:2] for line in log.lines]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_refused(web, path, method, store):
    answer = web.request(method, path)
    assert answer.status_code == 405 and "POST" in answer.headers["allow"]
    assert store.clicks == []


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"nonce=" + b"x" * 5000, FORM, 413),
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"", {}, 415),
        (b"\xff\xfe", FORM, 400),
        (b"&".join(b"a=b" for _ in range(50)), FORM, 400),
        (b"nonce=%ff%fe", FORM, 403),
        (b"=&=&;;%%%", FORM, 403),
    ],
)
def test_odd_bodies_are_refused_and_logged(web, path, store, body, headers, status):
    assert web.post(path, content=body, headers=headers).status_code == status
    assert steps(store) == ["refused"]


def test_the_host_field_is_never_repeated(web, path):
    answers = [web.get(p, headers={"Host": "evil.example"}) for p in (path, path + "/", "/healthz/", "/a")]
    for answer in answers:
        assert "evil.example" not in answer.text + str(answer.headers)
    assert [a.status_code for a in answers] == [200, 404, 404, 404]


def test_hostile_words_in_every_field_stay_words(web, put, ring, hostile):
    row = put(
        "https://evil.example/" + hostile,
        link={
            "shown": hostile,
            "written": hostile,
            "place": hostile,
            "evidence": (EvidenceRow(hostile, 1.0, 1.0, hostile),),
        },
        message={"sender": hostile, "sender_domain": hostile, "identity_words": hostile, "subject": hostile},
    )
    page = web.get(mint("", row.link.host, row.ticket.id, ring)[0].removeprefix("://"))
    assert page.status_code == 200
    soup = BeautifulSoup(page.text, "lxml")
    assert not soup.find_all(["script", "img", "svg", "a", "b"])
    assert not any(name.startswith("on") for tag in soup.find_all(True) for name in tag.attrs)
    assert not any(char in page.text for char in "\u202e\u2066\u200b\x00\x07\r")
    if hostile.isprintable():
        assert soup.select_one(".reasons li").get_text() == hostile == soup.select_one("dd .text").get_text()


@pytest.mark.parametrize("words", ALL, ids=lambda words: words.lang)
def test_the_page_speaks_the_readers_language(web, path, words):
    page = web.get(path, headers={"Accept-Language": f"{words.lang}-XX, en;q=0.1"})
    soup = BeautifulSoup(page.text, "lxml")
    assert soup.html["lang"] == words.lang == page.headers["content-language"]
    assert soup.h1.get_text() == words.heading
    assert soup.find("button").get_text() == words.go_on.format(domain="portal-update.example")


def test_a_base_with_a_path_serves_below_it(store, ring, clock, log, path):
    with TestClient(click_app(store, ring, BASE + "/go", clock, log), base_url=BASE) as client:
        page = client.get("/go" + path)
        assert page.status_code == 200 and 'href="/go/static/clicks.css"' in page.text
        assert client.get("/go/static/clicks.css").status_code == 200
        assert client.get("/healthz").status_code == 200


def test_without_keys_every_link_is_unknown(store, clock, log, path):
    with TestClient(click_app(store, Keyring(()), BASE, clock, log), base_url=BASE) as client:
        assert client.get(path).status_code == 404


def test_the_log_names_no_destination_and_no_address(web, path, log):
    web.get(path)
    line = str(log.lines)
    assert "office.example" not in line.replace("portal-update.example", "") and "q=%41" not in line
    assert "0123456789abcdef" in line


def test_a_released_link_says_so_and_one_that_was_confirmed_later_does_not(web, path, store):
    row = next(iter(store.rows.values()))
    assert ENGLISH.released not in text_of(web.get(path))
    rulings = [Ruling(5.0, "anna", what, row.message.id, row.link.number) for what in ("release", "confirm")]
    for count, shown in ((1, True), (2, False)):
        message = replace(row.message, rulings=tuple(rulings[:count]))
        store.rows[row.ticket.id] = replace(row, message=message)
        assert (ENGLISH.released in text_of(web.get(path))) is shown
