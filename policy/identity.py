"""Who the sender really is (RFC 7489 section 3.1: proof must align with the From domain).

Proof comes from the Authentication-Results of a server the installation trusts, from our own verification
of the DKIM signatures and of SPF, or is taken for granted where the administrator says so for an archive.
Whatever is odd about From (two fields, two addresses, text a receiver might take for another address) leaves
the mail without a genuine sender, however many signatures pass.

Where trusted fields end: a border server puts its fields on top of what came (RFC 8601 section 4.1), so
reading goes from the top down and stops at the first Received that is not by one of our hosts, or at the
first field that only who wrote or sent the message writes (From, Subject, DKIM-Signature). Below that line
everything was written by strangers. Above it a stranger can still have put a field in our name where the
border neither writes nor removes any: against that only the removing helps, which section 5 asks of it.

Does not verify signatures or ask DNS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from inspectors.model import Header
from policy.addresses import Addresses, addresses, domain_of
from policy.authres import Result, parse
from policy.domains import clean, registrable
from policy.lists import behind
from policy.model import Envelope, Facts, Identity, Trust
from policy.questions import dkim_results, spf_of
from policy.received import by, our_names

MOST_FIELDS = 200
"""Header fields looked at from the top for results; real border servers stay under 30."""

SENDERS = frozenset(
    {"from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to"}
    | {"references", "comments", "keywords", "mime-version", "content-type", "content-transfer-encoding"}
    | {"content-disposition", "content-language", "dkim-signature", "domainkey-signature", "user-agent"}
    | {"x-mailer"}
)
"""Fields of whoever wrote or first sent the message (RFC 5322 section 3.6, RFC 2045, RFC 6376); no server on
the way puts them on top of trace fields."""
MOST_NAMED = 5
"""Addresses of an odd From that are measured by their habits."""
_LENIENT = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9.-]{1,253}")

Proof = tuple[bool, str, str]
"""(genuine, by, words)."""


def who(headers: Sequence[Header], envelope: Envelope, trust: Trust, facts: Facts) -> Identity:
    """The sender's identity. ``facts`` may hold the answers to ``questions.DKIM`` and to ``questions.spf``.

    The envelope is no proof of anything; its MAIL FROM may be, by SPF.
    """
    sender = _from(headers)
    if len(sender.found) != 1:
        words = sender.odd or (
            "From names more than one address" if sender.found else "From gives no address"
        )
        return Identity("", "", "", False, "none", words, _named(headers, envelope))
    address = sender.found[0]
    domain = domain_of(address)
    if sender.odd or not domain:
        words = f"From is odd: {sender.odd or 'its address has no domain name'}"
        named = _named(headers, envelope)
        return Identity(address, domain, registrable(domain), False, "none", words, named)
    genuine, proof, words = _proof(headers, domain, trust, facts)
    person = behind(headers, address)
    return Identity(address, domain, registrable(domain), genuine, proof, words, (), person)


def _named(headers: Sequence[Header], envelope: Envelope) -> tuple[str, ...]:
    """Every address in From, Sender and MAIL FROM, read as leniently as any client might."""
    fields = [header.value[:4096] for header in headers if header.name.strip() in ("from", "sender")]
    text = b" ".join((*fields[:10], envelope.mail_from.encode("utf-8", "replace")[:4096])).decode("latin-1")
    plain = re.sub(r"[\\\"\x00-\x1f\x7f]", "", text).lower()
    found = dict.fromkeys(_LENIENT.findall(plain))
    return tuple(address for address in found if domain_of(address))[:MOST_NAMED]


def _from(headers: Sequence[Header]) -> Addresses:
    fields = [header for header in headers if header.name.strip() == "from"]
    if len(fields) > 1:
        return Addresses((), "there is more than one From field")
    return addresses(fields[0].value) if fields else Addresses((), "there is no From field")


def _proof(headers: Sequence[Header], domain: str, trust: Trust, facts: Facts) -> Proof:
    vouched = _vouched(trusted_results(headers, trust), domain)
    if vouched is not None:
        return vouched
    for result in dkim_results(facts):
        if result.passed and result.whole and aligned(result.domain, domain):
            return True, "dkim", f"the DKIM signature of {result.domain} is valid"
    sent = spf_of(facts)
    if sent is not None and sent.result == "pass" and aligned(sent.domain, domain):
        return True, "spf", f"SPF passed for {sent.domain}"
    if trust.from_is_genuine:
        return True, "claimed", "From is taken at its word"
    seen = [result.words for result in dkim_results(facts)] + ([sent.words] if sent else [])
    return False, "none", seen[0] if seen else "nothing proves the From address"


def _vouched(results: Sequence[Result], domain: str) -> Proof | None:
    """What trusted results prove; None where they settle nothing.

    A failed DMARC check for this very domain settles it: the border server saw the whole policy, and an
    aligned signature that we would accept beside it may be one it had reason to refuse.
    """
    for result in results:
        if result.method == "dmarc" and clean(result.properties.get("header.from", "")) == domain:
            if result.result == "pass":
                return True, "dmarc", f"DMARC passed for {domain}"
            if result.result == "fail":
                return False, "none", f"DMARC failed for {domain}"
    for result in results:
        if result.method == "dkim" and result.result == "pass" and aligned(_signer(result), domain):
            return True, "dkim", f"the DKIM signature of {_signer(result)} is valid"
    for result in results:
        mail_from = result.properties.get("smtp.mailfrom", "").rpartition("@")[2]
        if result.method == "spf" and result.result == "pass" and aligned(mail_from, domain):
            return True, "spf", f"SPF passed for {clean(mail_from)}"
    return None


def _signer(result: Result) -> str:
    """header.d, or the domain of header.i, which must lie in it (RFC 6376 section 3.5)."""
    return clean(
        result.properties.get("header.d", "") or result.properties.get("header.i", "").rpartition("@")[2]
    )


def aligned(domain: str, with_domain: str) -> bool:
    """Relaxed alignment (RFC 7489 section 3.1.1): the same registrable domain."""
    name = clean(domain)
    return bool(name) and "." in name and registrable(name) == registrable(with_domain)


def trusted_results(headers: Iterable[Header], trust: Trust) -> tuple[Result, ...]:
    """The results of the topmost field of our own servers above the trust line.

    Only that one: what our border wrote last stands highest, and a field below it with our name may be one
    that the border failed to remove (RFC 8601 section 5).
    """
    ids = {name.strip().lower() for name in trust.authserv_ids if name.strip()}
    hosts = ids | our_names(trust)
    for number, header in enumerate(headers):
        if not ids or number >= MOST_FIELDS:
            break
        if header.name == "received" and by(header.value) not in hosts:
            break
        if header.name.strip() in SENDERS:
            break
        if header.name == "authentication-results":
            field = parse(header.value)
            if field is not None and field.authserv_id in ids:
                return field.results
    return ()
