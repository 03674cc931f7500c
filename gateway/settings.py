"""Settings: ``oddlink.toml`` read, checked and joined with the defaults of ``settings_table.py``.

Does not open, bind or create anything.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from gateway.setting_kinds import Kind
from gateway.settings_table import (
    Clicks,
    Console,
    IdentitySettings,
    Keys,
    Lists,
    Log,
    Lookups,
    Outbound,
    PolicyFile,
    Relay,
    Spool,
    StoreSettings,
    Workers,
)
from policy.tomllines import line_of, lines

FILE = "oddlink.toml"
"""Read from the current folder where no other file is named."""

_LARGEST = 1024 * 1024
"""Bytes of a settings file; a larger one is a mistake."""


class SettingsError(Exception):
    """The settings cannot be used; ``problems`` has one line for each thing that is wrong."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Row:
    """One setting with its value, for documentation and ``doctor``."""

    name: str
    """"relay.listen"."""
    kind: str
    default: str
    """As it would be written in the file."""
    bounds: str
    """"1 to 200", or empty."""
    words: str
    value: str
    origin: str
    """"default", or file and line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, checked. Without a file: ``Settings()``, with paths relative to the current folder."""

    relay: Relay = field(default_factory=Relay)
    outbound: Outbound = field(default_factory=Outbound)
    clicks: Clicks = field(default_factory=Clicks)
    console: Console = field(default_factory=Console)
    store: StoreSettings = field(default_factory=StoreSettings)
    keys: Keys = field(default_factory=Keys)
    policy: PolicyFile = field(default_factory=PolicyFile)
    spool: Spool = field(default_factory=Spool)
    workers: Workers = field(default_factory=Workers)
    identity: IdentitySettings = field(default_factory=IdentitySettings)
    lists: Lists = field(default_factory=Lists)
    lookups: Lookups = field(default_factory=Lookups)
    log: Log = field(default_factory=Log)
    file: Path | None = None
    """The file they were read from."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Name of each setting that the file sets, to "FILE:LINE"."""

    @classmethod
    def load(cls, path: Path | str | None = None) -> Settings:
        """Read a file; None reads ``oddlink.toml`` in the current folder, or takes the defaults without one.

        Relative paths in it, and those of the defaults, are taken from the file's folder. Raises
        SettingsError with all problems at once.
        """
        if path is None:
            path = FILE if Path(FILE).exists() else None
        return _read(None if path is None else Path(path))

    def describe(self) -> tuple[Row, ...]:
        """The whole table with current values."""
        return tuple(
            Row(
                name=name,
                kind=row.metadata["kind"].name,
                default=row.metadata["kind"].show(row.default),
                bounds=_bounds(row),
                words=row.metadata["words"],
                value=row.metadata["kind"].show(getattr(getattr(self, name.partition(".")[0]), row.name)),
                origin=self.origins.get(name, "default"),
            )
            for name, row in _table()
        )


_SECTIONS: Mapping[str, type[Any]] = {
    "relay": Relay,
    "outbound": Outbound,
    "clicks": Clicks,
    "console": Console,
    "store": StoreSettings,
    "keys": Keys,
    "policy": PolicyFile,
    "spool": Spool,
    "workers": Workers,
    "identity": IdentitySettings,
    "lists": Lists,
    "lookups": Lookups,
    "log": Log,
}


def _table() -> Iterator[tuple[str, Field[Any]]]:
    """All settings by their full names, in the order of the documentation."""
    for section, kind in _SECTIONS.items():
        for row in fields(kind):
            yield f"{section}.{row.name}", row


def _bounds(row: Field[Any]) -> str:
    low, high, kind = row.metadata["low"], row.metadata["high"], row.metadata["kind"]
    return "" if low is None else f"{kind.show(low)} to {kind.show(high)}".replace('"', "")


@dataclass(slots=True)
class _Reader:
    """Collects values, where they came from, and all problems."""

    file: Path | None
    text: str
    problems: list[str] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)
    where: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)

    def place(self, name: str) -> str:
        """ "FILE:LINE" of a setting, or the file where it does not set it."""
        return f"{self.file or 'defaults'}:{line_of(self.where, tuple(name.split('.')))}"

    def problem(self, name: str, words: str) -> None:
        self.problems.append(f"{self.place(name)}: {name} {words}")

    def values(self, given: Mapping[str, object]) -> dict[str, dict[str, Any]]:
        """The checked values by section, defaults included, relative paths taken from the file's folder."""
        rows = dict(_table())
        for section, content in given.items():
            self._section(section, content, rows)
        values: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
        base = self.file.parent if self.file else Path()
        for name, row in rows.items():
            section, key = name.split(".")
            content = given.get(section)
            value = row.default
            if isinstance(content, Mapping) and key in content:
                value = self._value(name, row, content[key])
            values[section][key] = row.metadata["kind"].rebase(value, base)
        return values

    def _section(self, section: str, content: object, rows: Mapping[str, Field[Any]]) -> None:
        if section not in _SECTIONS:
            known = [name for name in rows if name.endswith("." + section)]
            hint = f"write it under [{known[0].partition('.')[0]}]" if known else _near(section, _SECTIONS)
            self.problem(section, f"is not a section; {hint}")
        elif not isinstance(content, Mapping):
            self.problem(section, f"is a section; write [{section}] and its settings in the lines below")
        else:
            own = [name.partition(".")[2] for name in rows if name.startswith(section + ".")]
            for key in content:
                if key not in own:
                    self.problem(f"{section}.{key}", f"is not a setting; {_near(key, own)}")

    def _value(self, name: str, row: Field[Any], given: object) -> Any:
        kind: Kind[Any] = row.metadata["kind"]
        low, high = row.metadata["low"], row.metadata["high"]
        self.origins[name] = self.place(name)
        try:
            value = kind.parse(given)
        except ValueError as error:
            self.problem(name, str(error))
            return row.default
        if low is not None and not low <= value <= high:
            self.problem(name, f"is {kind.show(value)}; it has to be from {_bounds(row)}")
            return row.default
        return value


def _near(name: str, known: Mapping[str, object] | list[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else "known are " + ", ".join(known)


def _read(path: Path | None) -> Settings:
    reader = _Reader(path, _text(path) if path else "")
    try:
        given = tomllib.loads(reader.text)
    except ValueError as error:  # TOMLDecodeError, or an integer of more digits than Python reads
        raise SettingsError((f"{path}: is not TOML: {error}",)) from None
    except RecursionError:
        raise SettingsError((f"{path}: is nested too deeply to be settings",)) from None
    reader.where = lines(reader.text)
    values = reader.values(given)
    sections = {name: kind(**values[name]) for name, kind in _SECTIONS.items()}
    settings = Settings(**sections, file=path, origins=reader.origins)
    if not reader.problems:
        for name, words in _together(settings):
            reader.problem(name, words)
    if reader.problems:
        raise SettingsError(tuple(reader.problems))
    return settings


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise SettingsError(
            (f"{path}: cannot be read ({error.strerror}); name another with --config",)
        ) from None
    if len(data) > _LARGEST:
        raise SettingsError((f"{path}: is larger than 1 MiB, so it is not a settings file",))
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SettingsError((f"{path}:{line}: is not UTF-8; save it in that encoding",)) from None


def _together(settings: Settings) -> Iterator[tuple[str, str]]:
    """What is wrong only in combination: setting and words."""
    relay, clicks, console = settings.relay, settings.clicks, settings.console
    yield from _doors(settings)
    if not console.listen.loopback and not console.exposed:
        yield (
            "console.listen",
            f"({console.listen}) can be reached from outside, and the console has no login yet; listen on "
            "127.0.0.1, or set console.exposed = true where something in front of it asks for a password",
        )
    listeners = (
        ("outbound.listen", settings.outbound.listen),
        ("clicks.listen", clicks.listen),
        ("console.listen", console.listen),
    )
    taken = {relay.listen: "relay.listen"}
    for name, address in listeners:
        if address is None:
            continue
        if address in taken:
            yield name, f"is the same as {taken[address]} ({address}); choose another port"
        taken[address] = name
    if settings.keys.dir is None:
        yield "keys.dir", 'is empty; name a folder, for example "var/keys"'
    if settings.workers.deadline > settings.workers.screen_deadline:
        yield "workers.deadline", "is longer than workers.screen_deadline, which covers it"


def _doors(settings: Settings) -> Iterator[tuple[str, str]]:
    """What is wrong with where mail comes in and goes on to."""
    relay, outbound = settings.relay, settings.outbound
    doors: Mapping[str, Relay | Outbound] = {"relay": relay, "outbound": outbound}
    ours = {door.listen: f"{name}.listen" for name, door in doors.items() if door.listen}
    for name, door in doors.items():
        if any(network.prefixlen == 0 for network in door.allow):
            yield (
                f"{name}.allow",
                "lets in the whole world (an open relay); name your own mail servers' networks",
            )
        if door.listen and door.listen.wildcard and all(network.is_loopback for network in door.allow):
            yield (
                f"{name}.listen",
                f"is every address of this machine ({door.listen.host}), but {name}.allow names nobody "
                "outside; name the servers that may hand mail in, for example "
                f'{name}.allow = ["192.0.2.0/28"]',
            )
        if door.next_hop and door.next_hop.address in ours:
            circle = ours[door.next_hop.address]
            yield f"{name}.next_hop", f"is our own {circle}; messages would go round in a circle"
    if outbound.listen and outbound.next_hop is None:
        yield "outbound.next_hop", 'is empty; name the server that sends mail out, as "smtp://HOST:PORT"'
    if outbound.listen and relay.direction == "outbound":
        yield "outbound.listen", 'is for a relay whose own direction is "inbound"; leave one of the two out'
