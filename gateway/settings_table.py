"""The table of settings: what an administrator can set in ``oddlink.toml``, and within which bounds.

Every field of these classes is one setting: its name, kind, default, bounds and a sentence stand in one
place, and validation, documentation and ``doctor`` read them from there. What is judged, and how, is not set
here but in the policy file.

Does not read files or check values; ``settings.py`` does.
"""

# ruff: noqa: RUF009 - ``_setting`` makes a dataclass field, as ``field`` does

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from gateway import setting_kinds as kinds
from gateway.setting_kinds import Address, Kind, Network, NextHop

T = TypeVar("T")


def _setting(
    kind: Kind[T], default: object, words: str, low: float | None = None, high: float | None = None
) -> T:
    """One row of the table: ``default`` is written as in the file; ``low`` and ``high`` are included."""
    meta = {"kind": kind, "words": words, "low": low, "high": high}
    return field(default=kind.parse(default), metadata=meta)


@dataclass(frozen=True, slots=True)
class Relay:
    """The SMTP side."""

    listen: Address = _setting(kinds.address, "127.0.0.1:2525", "Where mail servers hand messages in.")
    next_hop: NextHop = _setting(
        kinds.next_hop, "maildir:var/mail", "Where messages go on to: smtp://, lmtp:// or maildir:."
    )
    direction: str = _setting(
        kinds.choice("inbound", "outbound"),
        "inbound",
        "outbound: mail of our own users; it is never rewritten, and teaches whom we deal with.",
    )
    hostname: str = _setting(
        kinds.text, "", "The name we greet with and put into Received; empty: the machine's own."
    )
    allow: tuple[Network, ...] = _setting(
        kinds.networks, ["127.0.0.0/8", "::1"], "Networks that may hand mail in; all others are refused."
    )
    max_size: int = _setting(kinds.size, "60 MB", "Largest message.", 10**4, 2 * 10**9)
    max_connections: int = _setting(kinds.count, 200, "Connections at the same time.", 1, 10_000)
    max_connections_per_client: int = _setting(
        kinds.count, 20, "Connections at the same time from one address.", 1, 10_000
    )
    max_recipients: int = _setting(kinds.count, 500, "Recipients of one message.", 1, 50_000)
    max_bad_commands: int = _setting(kinds.count, 20, "Wrong commands before a client is sent away.", 1, 1000)
    max_received: int = _setting(
        kinds.count, 50, "Received lines above which a message is taken to be in a loop.", 5, 1000
    )
    received_line: bool = _setting(kinds.flag, True, "Put a Received line of our own on top.")
    idle_timeout: float = _setting(
        kinds.duration, "300s", "Longest wait for a client's next command.", 0.1, 3600
    )
    data_timeout: float = _setting(
        kinds.duration, "180s", "Longest wait for more of a message being sent to us.", 0.1, 3600
    )
    connect_timeout: float = _setting(
        kinds.duration, "30s", "Longest wait for a connection to the next hop and its greeting.", 0.1, 600
    )
    next_hop_timeout: float = _setting(
        kinds.duration, "300s", "Longest wait for the next hop's answer to MAIL, RCPT and DATA.", 0.1, 3600
    )
    final_timeout: float = _setting(
        kinds.duration, "600s", "Longest wait for the next hop's answer after the dot.", 0.1, 3600
    )
    drain_timeout: float = _setting(
        kinds.duration, "60s", "How long a stop waits for messages on their way.", 0, 3600
    )


@dataclass(frozen=True, slots=True)
class Outbound:
    """A second SMTP side in the same process, for mail of our own users: it is never judged and never
    rewritten, and teaches whom we deal with. Bounds and timeouts are the relay's."""

    listen: Address | None = _setting(
        kinds.no_address, "", "Where your own servers hand in mail of your own users; empty: nowhere."
    )
    next_hop: NextHop | None = _setting(
        kinds.no_next_hop, "", "Where that mail goes on to: smtp://, lmtp:// or maildir:."
    )
    allow: tuple[Network, ...] = _setting(
        kinds.networks,
        ["127.0.0.0/8", "::1"],
        "Networks that may hand it in; only servers that check who sends, for such mail teaches.",
    )


@dataclass(frozen=True, slots=True)
class Clicks:
    """The page behind a rewritten link."""

    listen: Address = _setting(kinds.address, "127.0.0.1:8080", "Where the click page is served.")
    url: str = _setting(
        kinds.base_url,
        "http://127.0.0.1:8080",
        "What rewritten links start with: the click page seen from outside.",
    )


@dataclass(frozen=True, slots=True)
class Console:
    """Pages, API and metrics for analysts."""

    listen: Address = _setting(kinds.address, "127.0.0.1:8081", "Where console, API and metrics are served.")
    exposed: bool = _setting(
        kinds.flag, False, "Allow another address than loopback, although the console has no login yet."
    )
    hosts: tuple[str, ...] = _setting(
        kinds.names, [], "Host names under which the console may be called, besides loopback's."
    )


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """The database."""

    url: str = _setting(kinds.store_url, "sqlite:///var/oddlink.db", "Where decisions and history are kept.")
    wait: float = _setting(
        kinds.duration, "5s", "Longest wait for another process that is writing to it.", 0, 60
    )
    delay: float = _setting(
        kinds.duration,
        "500ms",
        "Longest time that untouched messages are collected to be written at once.",
        0,
        60,
    )
    read_deadline: float = _setting(
        kinds.duration,
        "5s",
        "Longest wait for what is remembered of a sender; then his message falls under unknown_history.",
        0.01,
        60,
    )


@dataclass(frozen=True, slots=True)
class Keys:
    """Ticket keys."""

    dir: Path | None = _setting(kinds.path, "var/keys", "Folder of the keys that sign rewritten links.")


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """What is judged, and how."""

    file: Path | None = _setting(kinds.path, "", "Policy file; empty: the policy that comes with oddlink.")


@dataclass(frozen=True, slots=True)
class Spool:
    """Where a message waits while it is looked at."""

    dir: Path | None = _setting(kinds.path, "", "Folder for large messages in work; empty: the system's own.")
    memory: int = _setting(
        kinds.size, "1 MB", "Size up to which a message is held in memory instead.", 0, 10**9
    )


@dataclass(frozen=True, slots=True)
class Workers:
    """The processes that read messages."""

    processes: int = _setting(kinds.count, 2, "Processes that read and judge messages.", 1, 256)
    deadline: float = _setting(
        kinds.duration, "2s", "Longest work on one message in a process, which is then ended.", 0.05, 600
    )
    memory: int = _setting(kinds.size, "300 MB", "Most memory of one process.", 50 * 10**6, 10**11)
    messages: int = _setting(kinds.count, 2000, "Messages after which a process is replaced.", 1, 10**7)
    screen_deadline: float = _setting(
        kinds.duration,
        "20s",
        "Longest time for all of a message's screening; then it goes on, unless policy says otherwise.",
        0.1,
        600,
    )
    lookup_deadline: float = _setting(
        kinds.duration,
        "300ms",
        "Longest wait for all answers about one message from lists, DNS and registries.",
        0.01,
        60,
    )


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """How we know who a sender really is."""

    authserv_ids: tuple[str, ...] = _setting(
        kinds.names, [], "Names with which our own upstream signs Authentication-Results (RFC 8601)."
    )
    our_hosts: tuple[str, ...] = _setting(
        kinds.names,
        [],
        "Names our own servers give in Received; fields below the first stranger's are not trusted.",
    )
    verify_dkim: bool = _setting(kinds.flag, True, "Check DKIM signatures ourselves, with DNS.")
    verify_spf: bool = _setting(
        kinds.flag,
        False,
        "Check SPF ourselves where XFORWARD or Received tells the client's address; only where your own "
        "servers, not a provider's, receive mail from outside.",
    )
    dns_servers: tuple[Address, ...] = _setting(
        kinds.servers, [], "DNS servers to ask; empty: those of the system."
    )
    dns_timeout: float = _setting(kinds.duration, "1s", "Longest wait for one DNS answer.", 0.01, 30)


@dataclass(frozen=True, slots=True)
class Lists:
    """Local lists of domains."""

    dir: Path | None = _setting(kinds.path, "", "Folder of popularity and block lists; empty: none.")


@dataclass(frozen=True, slots=True)
class Lookups:
    """What may be asked outside about the domain of a link; hosts and URLs never are."""

    dnsbl: bool = _setting(kinds.flag, True, "Ask the DNS block lists that the policy names.")
    name_servers: bool = _setting(
        kinds.flag, False, "Ask DNS whether domains exist and who answers for them; domains leave the house."
    )
    rdap: bool = _setting(
        kinds.flag, False, "Ask registries (RDAP) how old domains are; domains leave the house."
    )
    rdap_timeout: float = _setting(
        kinds.duration, "5s", "Longest wait for a registry; late answers serve the next message.", 0.1, 60
    )
    rdap_bootstrap: str = _setting(
        kinds.text,
        "https://data.iana.org/rdap/dns.json",
        "Where `oddlink feeds update` fetches the list of registries.",
    )


@dataclass(frozen=True, slots=True)
class Log:
    """The log on standard error."""

    level: str = _setting(kinds.choice("debug", "info", "warning", "error"), "info", "Least important level.")
    format: str = _setting(
        kinds.choice("json", "text"), "json", "One JSON object a line, or text for people."
    )
    local_parts: bool = _setting(
        kinds.flag, False, "Log whole mail addresses; otherwise only their domains are logged."
    )
