"""What the two web applications need from the rest of the gateway, as protocols.

Does not implement any of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from gateway.store.rows import ClickRow, MessageRow, Search, TicketRow

Clock = Callable[[], float]
"""Unix time, seconds."""
Count = Callable[[str], None]
"""Told of every step by its name, see ``gateway.clicks.steps``."""
Ready = Callable[[], Sequence[str]]
"""Why the gateway is not ready, in words; empty where it is. May block: it is called in a thread."""


class ClickStore(Protocol):
    """The store as the click page uses it. Methods may block and are called in threads."""

    def ticket(self, ticket_id: str) -> TicketRow | None:
        """What a ticket stands for."""

    def log_click(self, row: ClickRow) -> None:
        """Keep one step."""


class ConsoleStore(Protocol):
    """The store as the console uses it. Methods may block and are called in threads."""

    def ticket(self, ticket_id: str) -> TicketRow | None:
        """What a ticket stands for."""

    def find_decisions(self, search: Search) -> Sequence[MessageRow]:
        """Messages that match, newest first, without their links."""

    def message(self, id: str) -> MessageRow | None:
        """One message with all its links."""

    def find_clicks(self, search: Search) -> Sequence[ClickRow]:
        """Steps that match, newest first."""


class Log(Protocol):
    """A structlog logger, as far as it is used here."""

    def info(self, event: str, **fields: object) -> object:
        """Something ordinary."""

    def error(self, event: str, **fields: object) -> object:
        """Something that needs a person."""
