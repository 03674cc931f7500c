"""gateway/clicks/console.py: what analysts see, and what nobody else does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from prometheus_client import CollectorRegistry, Counter
from starlette.testclient import TestClient

from gateway.clicks.console import Rulings, console_app
from gateway.store import Store
from gateway.store.rows import ClickRow, EvidenceRow, Ruling, Search
from gateway.tokens import mint
from policy.model import Known
from policy.policyfile import load
from policy.questions import confirmed

URL = "https://login.portal-update.example/statements?q=1"
PAGES = ("/", "/clicks", "/messages/0123456789abcdef", "/api/decisions", "/api/clicks")


@pytest.fixture
def reasons():
    return []


@pytest.fixture
def web(store, ring, clock, log, reasons):
    registry = CollectorRegistry()
    Counter("oddlink_test", "For this test.", registry=registry).inc()
    app = console_app(store, ring, registry, lambda: reasons, clock, hosts=["mail.bank.example"], log=log)
    with TestClient(app, base_url="http://127.0.0.1:8081", follow_redirects=False) as client:
        yield client


@pytest.fixture
def filled(put, store):
    row = put(URL)
    ordinary = replace(
        row.link,
        number=0,
        url="https://www.office.example/",
        host="www.office.example",
        verdict="pass",
        ticket="",
    )
    store.messages[0] = replace(store.messages[0], links=(ordinary, row.link))
    store.clicks.append(
        ClickRow(
            5.0, row.ticket.id, row.message.id, "continued", "192.0.2.7", "Browser/1", URL, "d.example", "s@x"
        )
    )
    return store


def soup_of(page) -> BeautifulSoup:
    return BeautifulSoup(page.text, "lxml")


def test_decisions_are_listed_and_lead_to_their_messages(web, filled):
    soup = soup_of(web.get("/"))
    cells = [cell.get_text(" ", strip=True) for cell in soup.select("tbody td")]
    assert cells == [
        "rewritten",
        "2026-01-12 08:30:00",
        "0123456789abcdef",
        "clerk@office.example",
        "Quarterly figures, SECRET-SUBJECT",
        "treasurer@bank.example",
        "2, 1 rewritten",
        "taken",
    ]
    assert soup.select_one("tbody a")["href"] == "/messages/0123456789abcdef"


def test_every_field_of_a_search_reaches_the_store_and_stays_in_the_form(web, store):
    fields = {
        "since": "24h",
        "sender": "@office.example",
        "recipient": "t@bank.example",
        "domain": "portal-update.example",
        "url": "statements",
        "message_id": "<a1@office.example>",
        "outcome": "rewritten",
        "action": "tag",
        "observed": "held",
        "scope": "finance",
        "limit": "7",
    }
    page = web.get("/", params=fields)
    kept = {one["name"]: one["value"] for one in soup_of(page).select(".search input")}
    chosen = [option["value"] for option in soup_of(page).select("option[selected]")]
    assert {**kept, "outcome": chosen[0], "action": chosen[1], "observed": chosen[2]} == fields
    expected = Search(
        since=1_768_210_200.0 - 86_400,
        sender="@office.example",
        recipient="t@bank.example",
        domain="portal-update.example",
        url="statements",
        message_id="<a1@office.example>",
        outcome="rewritten",
        action="tag",
        observed="held",
        scope="finance",
        limit=7,
    )
    web.get("/api/decisions", params=fields)
    web.get("/clicks", params=fields)
    web.get("/api/clicks", params=fields)
    assert store.searches == [expected] * 4


def test_a_search_nobody_can_understand_says_so_and_asks_nothing(web, store):
    for path in ("/", "/clicks"):
        page = web.get(path, params={"since": "yesterday"})
        assert page.status_code == 400 and "24h" in soup_of(page).select_one("[role=alert]").get_text()
    for path in ("/api/decisions", "/api/clicks"):
        answer = web.get(path, params={"sendr": "x"})
        assert answer.status_code == 400 and "sender" in answer.json()["error"]
    assert store.searches == []


def test_a_message_shows_every_link_with_points_and_what_was_not_looked_into(web, filled):
    soup = soup_of(web.get("/messages/0123456789abcdef"))
    text = soup.get_text(" ", strip=True)
    links = soup.select("details.link")
    assert [("open" in link.attrs, link["id"]) for link in links] == [(False, "link-1"), (True, "link-4")]
    rows = [[td.get_text() for td in tr.select("td")] for tr in links[1].select("tbody tr")]
    assert rows[0] == [
        "new-to-sender",
        "5.00",
        "1.00",
        "In 41 messages this sender never linked to this website.",
    ]
    assert [row[1] for row in rows] == ["5.00", "2.25", "0.00"]
    for words in (
        "7.25",
        "3 more messages from this sender",
        "pdf:annotation, leaf 2",
        "Ab3dEf6hIj9lMn2p",
        "The PDF is encrypted.",
        "duplicate-header",
        "The field Subject stands there twice.",
        "treasurer@bank.example",
        "250 2.0.0 Ok: queued",
        "continued",
        "Browser/1",
    ):
        assert words in text


def test_the_api_gives_the_contracts_shape(web, filled):
    found = web.get("/api/decisions/0123456789abcdef").json()
    assert found["message_id"] == "<a1@office.example>" and found["outcome"] == "rewritten"
    assert found["sender"] == {
        "address": "clerk@office.example",
        "domain": "office.example",
        "genuine": True,
        "by": "dmarc",
        "words": "DMARC passed for office.example.",
    }
    link = found["links"][1]
    assert (link["url"], link["domain"], link["place"], link["leaf"]) == (
        URL,
        "portal-update.example",
        "pdf:annotation",
        "2",
    )
    assert link["evidence"][2] == {
        "signal": "new-to-sender",
        "points": 5.0,
        "strength": 1.0,
        "words": "In 41 messages this sender never linked to this website.",
        "used": [],
    }
    assert found["skipped"] == [{"leaf": "3", "reason": "The PDF is encrypted.", "kind": "encrypted"}]
    assert found["flags"][0]["flag"] == "duplicate-header"
    assert found["clicks"][0]["step"] == "continued"
    assert "links" not in web.get("/api/decisions").json()[0]
    assert web.get("/api/clicks").json()[0]["id"] == "0123456789abcdef"


def test_a_rewritten_link_in_the_search_leads_to_its_message(web, filled, ring):
    ours = mint("https://click.bank.example", "login.portal-update.example", "Ab3dEf6hIj9lMn2p", ring)[0]
    answer = web.get("/", params={"url": ours})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/messages/0123456789abcdef#link-4"
    assert web.get("/", params={"url": ours + "x"}).status_code == 200


def test_hostile_words_in_every_field_stay_words(web, filled, store, hostile):
    message = store.messages[0]
    evidence = (EvidenceRow(hostile, 1.0, 1.0, hostile),)
    link = replace(
        message.links[1],
        url="https://x.example/" + hostile,
        written=hostile,
        host=hostile,
        domain=hostile,
        place=hostile,
        leaf=hostile,
        shown=hostile,
        verdict=hostile,
        flip=hostile,
        evidence=evidence,
        ticket=hostile,
        not_rewritten=hostile,
    )
    store.messages[0] = replace(
        message,
        message_id=hostile,
        sender=hostile,
        sender_domain=hostile,
        by=hostile,
        identity_words=hostile,
        mail_from=hostile,
        recipients=(hostile, hostile),
        subject=hostile,
        outcome=hostile,
        policy_version=hostile,
        reply=hostile,
        links=(link,),
        skipped=((hostile, hostile, hostile),),
        action=hostile,
        because=(hostile,),
        flags=((hostile, hostile, hostile),),
    )
    store.clicks[0] = ClickRow(5.0, hostile, hostile, hostile, hostile, hostile, hostile, hostile, hostile)
    for path in PAGES:
        page = web.get(path)
        assert page.status_code == 200
        if path.startswith("/api"):
            assert hostile in str(page.json()) or repr(hostile)[1:-1] in str(page.json())
            continue
        soup = soup_of(page)
        assert not soup.find_all(["script", "img", "svg", "iframe"])
        assert not any(name.startswith("on") for tag in soup.find_all(True) for name in tag.attrs)
        assert not any(char in page.text for char in "\u202e\u2066\u200b\x00\x07\r")
        assert all(a["href"].startswith(("/", "#")) and a["href"][:2] != "//" for a in soup.find_all("a"))


def test_hostile_words_in_the_search_stay_words(web, hostile):
    word = hostile.encode("utf-8", "replace").decode()
    for path in ("/", "/clicks"):
        for field in ("since", "sender", "url", word):
            soup = soup_of(web.get(path, params={field: word}))
            assert not soup.find_all(["script", "img", "svg"])
            assert not any(name.startswith("on") for tag in soup.find_all(True) for name in tag.attrs)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "", "[::1", "a:b:c"]
)
def test_foreign_host_names_get_nothing(web, filled, host):
    for path in (*PAGES, "/metrics", "/static/console.css"):
        answer = web.get(path, headers={"Host": host})
        assert answer.status_code == 421 and "office" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9", "127.0.0.1", "[::1]:8081", "mail.bank.example"])
def test_loopback_and_configured_names_are_let_in(web, host):
    assert web.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed_from_here(web, filled, method):
    for path in (*PAGES, "/metrics", "/readyz"):
        assert web.request(method, path).status_code == 405


def test_every_response_carries_the_headers(web, filled):
    for path in (
        *PAGES,
        "/metrics",
        "/healthz",
        "/readyz",
        "/nowhere",
        "/messages/zz",
        "/?limit=x",
        "/static/console.css",
    ):
        answer = web.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "form-action 'self';" in answer.headers["content-security-policy"] + ";"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("id", ["zz", "0123456789ABCDEF", "f" * 16, "%00", "..%2f..", "0123456789abcdef%0a"])
def test_what_is_not_stored_is_404_for_people_and_programs(web, filled, id):
    assert web.get(f"/messages/{id}").status_code == 404
    answer = web.get(f"/api/decisions/{id}")
    assert answer.status_code == 404 and "error" in answer.json()


def test_a_store_that_does_not_answer_is_said_without_detail(web, store):
    store.broken = RuntimeError("secret detail")
    for path in PAGES:
        answer = web.get(path)
        assert answer.status_code == 503 and "RuntimeError" in answer.text and "secret" not in answer.text


def test_metrics_health_and_readiness(web, reasons):
    assert "oddlink_test_total 1.0" in web.get("/metrics").text
    assert web.get("/healthz").text == "ok\n"
    assert (web.get("/readyz").status_code, web.get("/readyz").text) == (200, "ready\n")
    reasons += ["next hop does not answer", "store is read-only"]
    answer = web.get("/readyz")
    assert answer.status_code == 503 and answer.text == "next hop does not answer\nstore is read-only\n"


def test_scores_that_are_no_numbers_are_null(web, filled, store):
    message = store.messages[0]
    store.messages[0] = replace(
        message, links=(replace(message.links[1], score=float("inf")),), at=float("nan")
    )
    found = web.get("/api/decisions/0123456789abcdef").json()
    assert found["links"][0]["score"] is None and found["at"] is None
    assert web.get("/messages/0123456789abcdef").status_code == 200


def test_a_held_message_says_what_policy_did_and_why(web, filled, store):
    store.messages[0] = replace(
        store.messages[0], outcome="held", action="hold", because=("encrypted", "signed")
    )
    page = soup_of(web.get("/messages/0123456789abcdef")).get_text(" ", strip=True)
    assert "Why held actions: encrypted, signed" in page
    assert "3 encrypted: The PDF is encrypted." in page
    found = web.get("/api/decisions").json()[0]
    assert (found["action"], found["because"]) == ("hold", ["encrypted", "signed"])


def test_an_observed_message_says_what_would_have_become_of_it(web, filled, store):
    assert "observed" not in soup_of(web.get("/messages/0123456789abcdef")).select_one("main").get_text()
    store.messages[0] = replace(
        store.messages[0],
        outcome="untouched",
        scope="finance",
        observed="rewritten",
        observed_because=("qr",),
    )
    page = soup_of(web.get("/messages/0123456789abcdef")).get_text(" ", strip=True)
    assert "observed would have been rewritten and tagged, because of qr 0123456789abcdef" in page
    assert ", scope finance" in page
    (badge,) = soup_of(web.get("/")).select("td.outcome .badge.warn")
    assert badge.get_text() == "would have been rewritten and tagged, because of qr"
    found = web.get("/api/decisions").json()[0]
    assert (found["scope"], found["observed"]) == ("finance", "rewritten")
    assert (found["observed_action"], found["observed_because"]) == ("tag", ["qr"])


def test_what_would_have_left_untouched_all_the_same_has_no_warning(web, filled, store):
    store.messages[0] = replace(store.messages[0], outcome="untouched", observed="untouched")
    for path in ("/", "/messages/0123456789abcdef"):
        assert "would have been" not in soup_of(web.get(path)).get_text()


def test_mail_of_our_own_users_is_said_to_be_and_has_no_facts(web, filled, store):
    store.messages[0] = replace(
        store.messages[0], links=(), link_count=1, genuine=False, by="outbound",
        identity_words="mail of our own users; not judged",
    )  # fmt: skip
    soup = soup_of(web.get("/messages/0123456789abcdef"))
    text = soup.get_text(" ", strip=True)
    assert "Outbound: mail of our own users; not judged." in text
    assert not soup.select("ul.told") and "not proved" not in text and "No links were found" not in text
    assert web.get("/api/decisions/0123456789abcdef").json()["facts"] == []


def test_links_that_the_store_left_out_are_counted(web, filled, store):
    assert "are shown here" not in web.get("/messages/0123456789abcdef").text
    store.messages[0] = replace(store.messages[0], link_count=12_000)
    assert "Of 12000 links, 2 are shown here." in web.get("/messages/0123456789abcdef").text
    assert web.get("/api/decisions/0123456789abcdef").json()["link_count"] == 12_000


def test_a_full_answer_says_that_there_may_be_more(web, filled):
    assert "there may be more" in web.get("/?limit=1").text
    assert "there may be more" not in web.get("/?limit=2").text


@pytest.fixture
def book():
    """A real store behind the buttons."""
    with Store.open("sqlite://") as opened:
        yield opened


@pytest.fixture
def office(store, ring, clock, log, book):
    rulings = Rulings(book, lambda: load().rules)
    app = console_app(store, ring, CollectorRegistry(), list, clock, log=log, rulings=rulings)
    with TestClient(app, base_url="http://127.0.0.1:8081", follow_redirects=False) as client:
        yield client


def press(office, what, **changes):
    """Press a button of the odd link, with what the form holds or something else."""
    page = soup_of(office.get("/messages/0123456789abcdef"))
    form = page.select_one(f'#link-4 form[action$="/{what}"]')
    fields = {one["name"]: one["value"] for one in form.select("input")} | changes
    return office.post(form["action"], data=fields)


def test_an_analyst_confirms_and_releases_with_a_press(office, filled, book):
    domain = filled.messages[0].links[1].domain
    answer = press(office, "confirm")
    assert (answer.status_code, answer.headers["location"]) == (303, "/messages/0123456789abcdef#link-4")
    assert book.answer([confirmed(domain)])[confirmed(domain)] == Known(domain)
    assert press(office, "release").status_code == 303
    assert book.answer([confirmed(domain)])[confirmed(domain)] == Known("")


def test_a_ruling_needs_the_nonce_of_its_own_button(office, filled, book, clock):
    other = soup_of(office.get("/messages/0123456789abcdef")).select_one('#link-4 form[action$="/release"]')
    nonces = ["", "x", other.select_one('[name="nonce"]')["value"]]
    assert [press(office, "confirm", nonce=one).status_code for one in nonces] == [403] * 3
    assert press(office, "confirm", link="0").status_code == 403
    page = soup_of(office.get("/messages/0123456789abcdef"))
    late = page.select_one('#link-4 form[action$="/confirm"] [name="nonce"]')["value"]
    clock.now += 3600
    assert press(office, "confirm", nonce=late).status_code == 403
    domain = filled.messages[0].links[1].domain
    assert book.answer([confirmed(domain)])[confirmed(domain)] == Known("")


def test_a_link_that_passed_is_confirmed_only_by_a_second_press(office, filled, book):
    domain = filled.messages[0].links[0].domain
    page = soup_of(office.get("/messages/0123456789abcdef"))
    assert not page.select('#link-1 form[action$="/release"]'), "it was not found odd"
    fields = {one["name"]: one["value"] for one in page.select('#link-1 form[action$="/confirm"] input')}
    asked = office.post("/messages/0123456789abcdef/confirm", data=fields)
    assert asked.status_code == 200
    assert f"This lists {domain} whole: 0 other messages linked there." in soup_of(asked).get_text()
    assert book.answer([confirmed(domain)])[confirmed(domain)] == Known("")
    fields = {one["name"]: one["value"] for one in soup_of(asked).select("form input")}
    assert office.post("/messages/0123456789abcdef/confirm", data=fields | {"nonce": "x"}).status_code == 403
    assert office.post("/messages/0123456789abcdef/confirm", data=fields).status_code == 303
    assert book.answer([confirmed(domain)])[confirmed(domain)] == Known(domain)


def test_what_was_confirmed_last_can_be_released_though_it_passed(office, filled, store):
    said = Ruling(1.0, "ann", "confirm", "0123456789abcdef", 0)
    store.messages[0] = replace(store.messages[0], rulings=(said,))
    page = soup_of(office.get("/messages/0123456789abcdef"))
    assert page.select('#link-1 form[action$="/release"]')
    store.messages[0] = replace(store.messages[0], rulings=(said, replace(said, what="release")))
    page = soup_of(office.get("/messages/0123456789abcdef"))
    assert not page.select('#link-1 form[action$="/release"]')


def test_nothing_but_the_two_rulings_can_be_posted(office, filled):
    assert office.post("/messages/0123456789abcdef/forget", data={"link": "1"}).status_code == 404
    assert office.post("/messages/ffffffffffffffff/confirm", data={"link": "1"}).status_code == 404
    assert office.post("/messages/0123456789abcdef/confirm", content=b"{}").status_code == 415
    assert office.get("/messages/0123456789abcdef/confirm").status_code == 405


def test_a_console_that_only_reads_has_no_buttons(web, filled):
    assert not soup_of(web.get("/messages/0123456789abcdef")).select("#link-4 form")
    assert web.post("/messages/0123456789abcdef/confirm", data={"link": "1"}).status_code == 404


def test_a_message_begins_with_its_facts_and_says_which_speak_against_it(web, filled) -> None:
    told = soup_of(web.get("/messages/0123456789abcdef")).select("ul.told > li")
    assert [one["class"][0] for one in told][-1] == "bad"
    assert len(told) == 4
    assert " against: " in told[-1].text and "Link out of place: " in told[-1].text
    assert [one["about"] for one in web.get("/api/decisions/0123456789abcdef").json()["facts"]] == [
        "sender",
        "pattern",
        "content",
        "link",
    ]


def test_words_of_strangers_in_the_facts_are_text(web, filled) -> None:
    bad = "<script>alert(1)</script>\u202e: <img src=x onerror=alert(1)>"
    row = filled.messages[0]
    links = tuple(
        replace(one, domain=bad, place=bad, evidence=(EvidenceRow("surprise", 1.0, 5.0, bad),))
        for one in row.links
    )
    filled.messages[0] = replace(row, links=links, sender=bad, person=bad, identity_words=bad)
    page = web.get("/messages/0123456789abcdef")
    assert "<script>alert" not in page.text and "<img" not in page.text and "\u202e" not in page.text
    assert "<script>alert(1)</script>" in soup_of(page).select_one("ul.told").text


def test_mail_of_a_list_is_from_the_person_via_the_list(web, filled) -> None:
    filled.messages[0] = replace(filled.messages[0], person="jane@home.example")
    assert (
        f"jane@home.example via {filled.messages[0].sender}"
        in soup_of(web.get("/messages/0123456789abcdef")).text
    )
