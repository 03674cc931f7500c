"""What comes with a sender's mail besides domains: the program, the time zone, the network, where answers go,
what made his PDFs, and what his links look like.

None of it is proof, all of it can be imitated; what it is good for is that an account used from elsewhere, by
somebody else with another program, differs in several of them at once.

Kinds of the message: "mailer" (User-Agent or X-Mailer, without versions), "zone" (offset in Date, RFC 5322
section 3.3), "network" (the client's /24, or /48 in IPv6), "reply-to" (registrable domain of the first
address there), "producer" (the program that made a PDF). Kinds of its links: "host" (without "www."), "path"
(site, "/" and ``policy.pathshape``), "file" (the ending of what a link fetches, where it is a file's;
NO_FILE once for a message without any such link, so that the messages are counted).

Does not judge, and does not look at the sender's own domain in Reply-To.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest

from inspectors.model import Header
from policy.addresses import addresses, domain_of
from policy.domains import registrable
from policy.model import Envelope
from policy.pathshape import endings, shape

KINDS = ("mailer", "network", "reply-to", "zone")
"""Those that headers and envelope tell."""
MOST = {"host": 24, "path": 24}
"""Values of a kind kept of a sender, else ``MOST_VALUES``. Nine in ten senders of the archives stay under
ten, and those with more are newsletters that no list of hosts describes; every row is read with every message
of its sender, 3 µs each."""
MOST_VALUES = 12
"""People have two or three mail programs, a few networks and a handful of kinds of files."""
MOST_OF_MESSAGE = 10
"""Values of one kind that one message teaches, the first in alphabetical order; fewer than are kept, so that
no single message drives out all before it."""
MOST_LINKS = 300
"""Different links of one message that are looked at, 15 µs each; a message can carry 100,000."""
LONGEST = 60
"""Characters of a value; names of programs are shorter once their versions are gone."""
NO_FILE = "-"

_FILES = """
    pdf doc docx docm dot dotx dotm odt rtf xls xlsx xlsm xlsb xlt xltm xlam xll ods csv ppt pptx pptm
    potm odp txt md epub zip rar 7z tar gz tgz bz2 xz zst uue cab ace arj lzh iso img vhd vhdx wim udf
    dmg pkg exe msi msix appx gadget scr com pif dll cpl bat cmd ps1 psm1 vbs vbe js jse wsf wsh hta sct
    reg sh py jar apk deb rpm lnk url website desktop settingcontent-ms application library-ms search-ms
    one chm hlp eml msg ics vcf jpg jpeg png gif svg webp mp3 mp4 mov avi xml json patch diff
"""
FILES = frozenset(_FILES.split())
"""Endings that are kinds of files. Others at the end of a path are pages, versions or names."""

_ZONE = re.compile(r"[+-](?:0\d|1[0-4])[0-5]\d\Z")
_VERSION = re.compile(r"[(/\[;,].*|\s+v?\d.*")


def traits(headers: Sequence[Header], envelope: Envelope) -> tuple[tuple[str, str], ...]:
    """(kind, value) pairs of one message, each of ``KINDS`` at most once, sorted. Never raises."""
    return tuple(sorted({**dict(_of_headers(headers)), **dict(_network(envelope.client_address))}.items()))


def linked(links: Iterable[tuple[str, str, str]]) -> tuple[tuple[str, str], ...]:
    """The same of its links: (site, host, URL) of each, in any order. Never raises.

    Of more than ``MOST_LINKS`` the first in alphabetical order.
    """
    hosts, paths, files = set[str](), set[str](), set[str]()
    for site, host, url in nsmallest(MOST_LINKS, set(links)):
        hosts.add(plain_host(host))
        paths.add(f"{site}/{shape(url)}")
        files |= file_kinds(url)
    files = files or {NO_FILE}
    return tuple(
        (kind, value)
        for kind, values in (("file", files), ("host", hosts - {""}), ("path", paths))
        for value in sorted(values)[:MOST_OF_MESSAGE]
    )


def plain_host(host: str) -> str:
    """A host without the "www." that most sites answer to as well."""
    return host.removeprefix("www.")


def file_kinds(url: str) -> frozenset[str]:
    """Endings of the files a URL names, those of ``FILES`` only. Never raises."""
    return FILES.intersection(endings(url))


def _of_headers(headers: Sequence[Header]) -> Iterator[tuple[str, str]]:
    first: dict[str, str] = {}
    for header in headers:
        if header.name in ("user-agent", "x-mailer", "date", "reply-to"):
            first.setdefault(header.name, header.value[:1000].decode("ascii", "replace").strip())
    program = " ".join((first.get("user-agent", "") or first.get("x-mailer", "")).split())
    mailer = _VERSION.sub("", program).strip()
    if mailer:
        yield "mailer", mailer[:LONGEST]
    # A comment may follow the zone: "+0100 (CET)".
    zone = _ZONE.search(first.get("date", "").partition("(")[0].rstrip())
    if zone:
        yield "zone", zone[0]
    found = addresses(first.get("reply-to", "").encode()).found
    domain = registrable(domain_of(found[0])) if found else ""
    if domain:
        yield "reply-to", domain


def _network(address: str) -> Iterator[tuple[str, str]]:
    try:
        ip = ipaddress.ip_address(address.removeprefix("IPv6:").removeprefix("ipv6:"))
    except ValueError:
        return
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    yield "network", str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))
