import base64
import random
from collections.abc import Callable

import dkim
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.model import Header, Span
from policy.dkimcheck import keys_of, modest, verify, with_results
from policy.model import Facts, Known, Question
from policy.questions import dkim_results
from policy.signatures import MOST_SIGNATURES, Signature, key_question, signatures

BODY = b"Please read https://portal.office.example/notice\r\n"
PLAIN = (
    b"From: Clerk <clerk@office.example>\r\nTo: you@our.example\r\nSubject: Notice\r\n"
    b"Content-Type: text/plain\r\n\r\n" + BODY
)


def _prime(bits: int, source: random.Random) -> int:
    while True:
        number = source.getrandbits(bits) | (3 << (bits - 2)) | 1
        if number % 65537 != 1 and all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7, 11)):
            return number


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x80 | 2]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def _integer(number: int) -> bytes:
    return _der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


@pytest.fixture(scope="module")
def key() -> tuple[bytes, bytes]:
    """(private key as PEM, TXT record): a throw-away RSA key made here, so that none is kept anywhere."""
    source = random.Random(6376)
    p, q, e = _prime(512, source), _prime(512, source), 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = (0, p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
    private = base64.encodebytes(_der(0x30, b"".join(map(_integer, numbers))))
    pem = b"-----BEGIN RSA PRIVATE KEY-----\n" + private + b"-----END RSA PRIVATE KEY-----\n"
    public = _der(0x30, _integer(p * q) + _integer(e))
    oid = bytes.fromhex("300d06092a864886f70d0101010500")
    spki = _der(0x30, oid + _der(3, b"\x00" + public))
    return pem, b"v=DKIM1; k=rsa; p=" + base64.b64encode(spki)


KEYS = Callable[[bytes], dict[str, bytes]]


def _headers(raw: bytes) -> tuple[Header, ...]:
    """Enough of a header reader for messages made here."""
    found: list[Header] = []
    for line in raw.split(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ").split(b"\r\n"):
        name, _, value = line.partition(b":")
        found.append(Header(name.decode("latin-1").lower(), Span(0, 0), value.strip()))
    return tuple(found)


def _signed(raw: bytes, pem: bytes, domain: bytes = b"office.example", **more: object) -> bytes:
    names = more.pop("include_headers", [b"from", b"to", b"subject", b"content-type"])
    return bytes(dkim.sign(raw, b"s1", domain, pem, include_headers=names, **more)) + raw


def _keys(txt: bytes) -> dict[str, bytes]:
    return {"s1._domainkey.office.example": txt, "s1._domainkey.evil.example": txt}


def test_a_valid_signature_passes_and_is_whole(key: tuple[bytes, bytes]) -> None:
    raw = _signed(PLAIN, key[0])
    (result,) = verify(raw, _headers(raw), _keys(key[1]))
    assert (result.passed, result.whole, result.domain) == (True, True, "office.example")


def test_a_worthless_signature_on_top_does_not_hide_the_good_one(key: tuple[bytes, bytes]) -> None:
    bogus = b"DKIM-Signature: v=1; a=rsa-sha256; d=evil.example; s=s1; h=from; bh=AAAA; b=AAAA\r\n"
    raw = bogus + b"DKIM-Signature: rubbish\r\n" + _signed(PLAIN, key[0])
    results = verify(raw, _headers(raw), _keys(key[1]))
    assert [one.passed for one in results] == [False, False, True]


def test_a_changed_body_does_not_pass(key: tuple[bytes, bytes]) -> None:
    raw = _signed(PLAIN, key[0]).replace(b"portal.office", b"portal.evil")
    assert not verify(raw, _headers(raw), _keys(key[1]))[0].passed


def test_a_length_below_the_body_passes_without_covering_the_links(key: tuple[bytes, bytes]) -> None:
    raw = _signed(PLAIN, key[0], length=True)
    assert verify(raw, _headers(raw), _keys(key[1]))[0].whole
    longer = raw + b"https://evil.example/\r\n"
    result = verify(longer, _headers(longer), _keys(key[1]))[0]
    assert result.passed and not result.whole


def test_an_unsigned_content_type_is_not_whole(key: tuple[bytes, bytes]) -> None:
    raw = _signed(PLAIN, key[0], include_headers=[b"from", b"subject"])
    result = verify(raw, _headers(raw), _keys(key[1]))[0]
    assert result.passed and not result.whole
    twice = b"Content-Type: multipart/mixed; boundary=x\r\n" + _signed(PLAIN, key[0])
    assert not verify(twice, _headers(twice), _keys(key[1]))[0].whole


def test_another_from_field_is_not_valid(key: tuple[bytes, bytes]) -> None:
    raw = b"From: boss@bank.example\r\n" + _signed(PLAIN, key[0])
    assert not verify(raw, _headers(raw), _keys(key[1]))[0].passed


def test_headers_read_differently_from_the_library_are_not_valid(key: tuple[bytes, bytes]) -> None:
    raw = _signed(PLAIN, key[0])
    other = _headers(raw.replace(b"clerk@office", b"boss@office"))
    assert not verify(raw, other, _keys(key[1]))[0].passed


def test_without_its_key_a_signature_does_not_pass(key: tuple[bytes, bytes]) -> None:
    raw = _signed(PLAIN, key[0])
    for keys in ({}, {"s1._domainkey.office.example": b""}, {"s1._domainkey.office.example": b"p=AAAA"}):
        assert not verify(raw, _headers(raw), keys)[0].passed


def test_only_the_first_five_signatures_are_tried() -> None:
    raw = b"DKIM-Signature: d=a.example; s=x\r\n" * 50 + PLAIN
    assert len(verify(raw, _headers(raw), {})) == MOST_SIGNATURES


def test_signatures_name_their_keys_and_nothing_else() -> None:
    fields = [
        b"v=1; D=x; d=Office.Example; s=S1",
        b"d=office.example; s=../etc",
        b"d=office.example",
        b"d=com; s=a",
    ]
    found = signatures([Header("dkim-signature", Span(0, 0), value) for value in fields])
    assert found == (Signature("s1", "office.example"), *(Signature("", ""),) * 3)
    assert key_question(found[0]) == Question("dkim-key", ("s1", "office.example"))
    assert key_question(found[1]) is None


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_random_messages_never_raise(field: bytes, raw: bytes) -> None:
    headers = [Header("dkim-signature", Span(0, 0), field)]
    keys = {f"{one.selector}._domainkey.{one.domain}": b"p=x" for one in signatures(headers)}
    assert not any(one.passed for one in verify(b"DKIM-Signature: " + field + b"\r\n" + raw, headers, keys))


def test_keys_and_results_travel_in_facts(key: tuple[bytes, bytes]) -> None:
    facts = Facts({Question("dkim-key", ("s1", "office.example")): Known(key[1])})
    assert keys_of(facts) == {"s1._domainkey.office.example": key[1]}
    raw = _signed(PLAIN, key[0])
    results = verify(raw, _headers(raw), keys_of(facts))
    assert dkim_results(with_results(facts, results)) == results


@pytest.mark.parametrize(
    ("modulus_bits", "exponent_bits", "good"),
    [(2048, 17, True), (4096, 17, True), (16384, 17, False), (2048, 2048, False)],
)
def test_a_key_that_would_take_long_is_not_used(modulus_bits: int, exponent_bits: int, good: bool) -> None:
    """A 16384-bit modulus with as long an exponent took 26 s a signature."""
    public = _der(0x30, _integer((1 << modulus_bits) - 1) + _integer((1 << (exponent_bits - 1)) + 1))
    oid = bytes.fromhex("300d06092a864886f70d0101010500")
    whole = _der(0x30, oid + _der(3, b"\x00" + public))
    assert modest(b"v=DKIM1; k=rsa; p=" + base64.b64encode(whole)) is good


@pytest.mark.parametrize("record", [b"", b"p=", b"v=DKIM1; p=!!!", b"k=rsa; p=AAAA", b"\xff\x00"])
def test_what_is_no_key_is_not_used(record: bytes) -> None:
    assert not modest(record)
