"""``oddlink demo``, which ``make run`` runs: the sample correspondence through the real gateway.

Starts the gateway with its embedded defaults, sends ``fixtures/sample`` through it over SMTP, prints what
came in, what was rewritten and why and where to click, and goes on serving.

Does not take short cuts: the mails pass relay, workers, store and next hop as any others do.
"""

from __future__ import annotations

import asyncio
import smtplib
import time
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway import logs
from gateway.app import Parts
from gateway.cli.common import CONFIG, TEMPORARY, Config, Failure, Json, printable
from gateway.cli.progress import bar
from gateway.cli.report import line
from gateway.cli.serve import parts_for_work, run
from gateway.cli.session import PATIENCE, dated
from gateway.facts import facts_of
from gateway.setting_kinds import Address
from gateway.settings import Settings
from gateway.store.rows import LinkRow, MessageRow, Search
from gateway.tokens import mint
from inspectors import message, mime
from inspectors.model import Inspection
from policy.addresses import addresses

SAMPLE = Path(__file__).resolve().parents[2] / "fixtures" / "sample"
RECIPIENT = "marta.oliveira@datahouse.example"
BORDER = "mx.datahouse.example"
"""The invented border server whose Authentication-Results the sample mails carry."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail of the sample, with the id the gateway gave it."""

    file: str
    row: MessageRow


def command(config: Config = None, as_json: Json = False, once: bool = False) -> None:
    """Send the sample correspondence through the gateway and show what it did. Ctrl-C ends it.

    With --once it stops by itself after the report.
    """
    asyncio.run(_demo(config, as_json, once))


async def _demo(config: Path | None, as_json: bool, once: bool) -> None:
    history, now = (sorted((SAMPLE / part).glob("*.eml")) for part in ("history", "now"))
    if not now:
        raise Failure(f"{SAMPLE} has no mails: run this from a checkout of the project", CONFIG)
    settings = Settings.load(config)
    identity = replace(settings.identity, authserv_ids=(BORDER,), our_hosts=(BORDER,))
    logs.configure("warning", settings.log.format)
    # On a machine busy with its first start the store may answer late; the demo shows the same everywhere.
    workers = replace(settings.workers, lookup_deadline=max(settings.workers.lookup_deadline, PATIENCE))
    parts = parts_for_work(replace(settings, identity=identity, workers=workers), "", None)

    calendar = _Calendar()

    async def show() -> None:
        sent = await _send(parts, calendar, history, now)
        _print(parts, sent, as_json)
        if once:
            raise _DoneError

    try:
        await run(parts, show, calendar)
    except _DoneError:
        return


class _DoneError(Exception):
    """The report is printed and nothing else was wanted."""


async def _send(parts: Parts, calendar: _Calendar, history: list[Path], now: list[Path]) -> list[Sent]:
    """Everything over SMTP, the history first; what it taught is in the store before the rest is judged."""
    unheard = _unheard(parts, history)
    await asyncio.to_thread(_deliver, parts.settings, calendar, unheard, "the earlier correspondence")
    await parts.keeper.flush()
    parts.store.learn([], sources=[f"sample:{file.name}" for file in unheard])
    calendar.day = None
    sent = []
    for file in now:
        await asyncio.to_thread(_deliver, parts.settings, calendar, [file], "")
        await parts.keeper.flush()
        inspection = message.inspect(file.read_bytes())
        sent.append(Sent(file.name, _row(parts, inspection)))
    return sent


@dataclass(slots=True)
class _Calendar:
    """The gateway's clock while the demo sends mail of last year: all of it taken now would be the habit of a
    single day."""

    day: float | None = None
    """Unix time, seconds; None for now."""

    def __call__(self) -> float:
        return time.time() if self.day is None else self.day


def _unheard(parts: Parts, history: list[Path]) -> list[Path]:
    """The mails that an earlier run in this folder has not taught."""
    return [file for file in history if not parts.store.learned(f"sample:{file.name}")]


def _row(parts: Parts, inspection: Inspection) -> MessageRow:
    """What the store has of the mail just sent."""
    message_id = next(f.value.decode("ascii") for f in inspection.message.headers if f.name == "message-id")
    found = parts.store.find_decisions(Search(message_id=message_id, limit=1))
    row = parts.store.message(found[0].id) if found else None
    if row is None:
        raise Failure(f"{message_id} is not in the store; see `oddlink doctor`", TEMPORARY)
    return row


def _deliver(settings: Settings, calendar: _Calendar, mails: list[Path], words: str) -> None:
    """One connection, one transaction a mail, as a mail server would; with ``words`` each on its own day."""
    listen = settings.relay.listen
    try:
        _converse(listen, calendar, mails, words)
    except OSError as error:  # smtplib's errors are OSErrors too
        raise Failure(f"sending through {listen} failed: {error.strerror or error}", TEMPORARY) from error


def _converse(listen: Address, calendar: _Calendar, mails: list[Path], words: str) -> None:
    with smtplib.SMTP(listen.host, listen.port, local_hostname=BORDER) as client:
        for file in bar(mails, words) if words else mails:
            raw = file.read_bytes()
            calendar.day = dated(raw, time.time()) if words else None
            client.ehlo_or_helo_if_needed()
            client.mail(_from(file))
            client.rcpt(RECIPIENT)
            code, reply = client.data(raw)
            if code != 250:
                raise Failure(f"{file.name}: the gateway answered {code} {reply.decode('ascii', 'replace')}")


def _from(file: Path) -> str:
    """The address in the From field."""
    fields = mime.read(file.read_bytes()).message.headers
    (address,) = next(addresses(field.value).found for field in fields if field.name == "from")
    return address


def _print(parts: Parts, sent: list[Sent], as_json: bool) -> None:
    console = Console(soft_wrap=True)
    table = Table("mail", "from", "links", "rewritten", box=None, padding=(0, 3, 0, 0), header_style="bold")
    odd = [(one, link) for one in sent for link in one.row.links if link.ticket]
    for one in sent:
        changed = sum(1 for link in one.row.links if link.ticket)
        mark = Text(str(changed), "bold red") if changed else Text("0, untouched", "green")
        table.add_row(one.file, one.row.sender, str(len(one.row.links)), mark)
    if as_json:
        for one in sent:
            print(line(_as_json(one)), flush=True)  # noqa: T201 - the report is its output
        return
    console.print("\nThe sample case: 56 earlier mails taught who links where; then these came in.\n")
    console.print(table)
    for one, link in odd:
        _explain(console, parts, one, link)
    listen = parts.settings
    console.print(f"\nmail on {listen.relay.listen}, next hop {listen.relay.next_hop}")
    console.print(f"console http://{listen.console.listen}/   metrics http://{listen.console.listen}/metrics")
    console.print("Ctrl-C ends it.", style="dim")


def _explain(console: Console, parts: Parts, one: Sent, link: LinkRow) -> None:
    console.print(Text(f"\n{one.file}: one link does not belong", "bold"))
    console.print(Text(f"  {printable(link.url)}", "red"))
    console.print(Text(f"  in part {link.leaf}, {link.place}, shown as: {printable(link.shown) or '-'}"))
    for fact in facts_of(one.row):
        console.print(Text(f"  {'+' if fact.good else '-'} {printable(fact.words)}",
                           "green" if fact.good else "red"))  # fmt: skip
    for evidence in link.evidence:
        console.print(Text(f"  {evidence.points:+5.1f}  {printable(evidence.words)}", "yellow"))
    console.print(Text(f"  {link.score:5.1f}  together; the policy rewrites from "
                       f"{parts.policy.rules.threshold:g} on"))  # fmt: skip
    console.print("  click here to see what a reader sees:", Text(_ticket_url(parts, link), "bold"))
    console.print(f"  why, in full: oddlink explain {one.row.id}")


def _ticket_url(parts: Parts, link: LinkRow) -> str:
    return mint(parts.settings.clicks.url, link.host, link.ticket, parts.ring)[0]


def _as_json(one: Sent) -> dict[str, object]:
    links = [{"url": k.url, "place": k.place, "leaf": k.leaf, "verdict": k.verdict, "score": k.score,
              "rewritten": bool(k.ticket)} for k in one.row.links]  # fmt: skip
    return {"file": one.file, "id": one.row.id, "outcome": one.row.outcome, "links": links}
