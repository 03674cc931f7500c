"""Ticket keys on disk: one file per key, mode 0600, in a directory of mode 0700.

A file is named after its key (``k7.key``), written whole under another name and linked into place, so that a
reader sees all of it or none. The format is TOML with exactly four names: id, created, retired, secret.
Deleting a file is how a key stops being accepted; no command does it, because it kills every link signed
with that key.

Does not sign anything, and never puts a secret into a message, an exception or a log.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from gateway.tokens import ALPHABET, KEY_ID, SECRET_BYTES, Key, Keyring

SUFFIX = ".key"
FILE_BYTES = 4096
"""A key file is about 200 bytes long; anything over this is something else."""
_NAMES = {"id", "created", "retired", "secret"}
_SECRET = re.compile(r"(?:[0-9a-f]{2}){32,}")  # SECRET_BYTES
_NEW_ID = ALPHABET[:10] + ALPHABET[36:]  # lower case only: some file systems do not tell cases apart


class KeysError(Exception):
    """The keys cannot be used: which file, what is wrong, what would be right."""

    def __init__(self, file: Path, wrong: str, right: str) -> None:
        super().__init__(f"{file}: {wrong}; {right}")
        self.file, self.wrong, self.right = file, wrong, right


def load(directory: Path) -> Keyring:
    """All keys of the directory. KeysError where one cannot be trusted, or where there is none."""
    keys = _read_all(directory)
    if not keys:
        raise KeysError(directory, "no ticket key here", "make one with `oddlink keys new`")
    return Keyring(keys)


def ensure(directory: Path, now: float) -> Keyring:
    """Like ``load``, but makes the directory and a first key where there are none."""
    if not directory.exists() or not _read_all(directory):
        new(directory, now)
    return load(directory)


def new(directory: Path, now: float) -> Key:
    """Make a key; from its next start the gateway signs with it. KeysError if it cannot be made."""
    with _speaking(directory, "let the gateway's user own this directory, mode 0700"):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    taken = {key.id for key in _read_all(directory)}
    free = [a + b for a in _NEW_ID for b in _NEW_ID if a + b not in taken]
    if not free:
        raise KeysError(directory, "all key ids are taken", "delete retired keys whose links may die")
    key = Key(secrets.choice(free), secrets.token_bytes(SECRET_BYTES), now, retired=False)
    return _write(directory, key, fresh=True)


def retire(directory: Path, key_id: str) -> Key:
    """Sign no more with this key, go on accepting it. KeysError for the last one that may sign."""
    keys = {key.id: key for key in _read_all(directory)}
    if key_id not in keys:
        known = ", ".join(sorted(keys)) or "none"
        raise KeysError(directory, f"no key {key_id!r}", f"the keys here are: {known}")
    if keys[key_id].retired:
        return keys[key_id]
    if sum(not key.retired for key in keys.values()) == 1:
        raise KeysError(
            directory, f"{key_id} is the only key that may sign", "replace it with `oddlink keys rotate`"
        )
    return _retire(directory, keys[key_id])


def rotate(directory: Path, now: float) -> tuple[Key, tuple[Key, ...]]:
    """A new key, and every other retired. Returns the new one and those retired by this."""
    before = _read_all(directory) if directory.exists() else ()
    made = new(directory, now)
    return made, tuple(_retire(directory, key) for key in before if not key.retired)


def _retire(directory: Path, key: Key) -> Key:
    return _write(directory, replace(key, retired=True), fresh=False)


def _read_all(directory: Path) -> tuple[Key, ...]:
    with _speaking(directory, "make a first key with `oddlink keys new`, or name another directory"):
        _refuse_shared(directory, directory.stat(), "0700")
        files = sorted(path for path in directory.iterdir() if path.suffix == SUFFIX)
    return tuple(_read(path) for path in files)


def _read(path: Path) -> Key:
    right = "restore the file from a backup, or delete it if links signed with it may die"
    with _speaking(path, right), _opened(path) as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise KeysError(path, "not a regular file", right)
        _refuse_shared(path, about, "0600")
        data = file.read(FILE_BYTES + 1)
    wrong = ""
    try:
        return _parse(path.stem, data)
    except ValueError as problem:
        wrong = str(problem)
    # Outside the handler, so that no traceback carries the file's text along.
    raise KeysError(path, wrong, right)


def _opened(path: Path) -> BinaryIO:
    # Not blocking: the name may stand for a pipe that nobody writes to.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.fdopen(handle, "rb")
    except OSError:
        os.close(handle)
        raise


def _parse(name: str, data: bytes) -> Key:
    """The key in a file's bytes; ValueError says what is wrong, without quoting any of it."""
    if len(data) > FILE_BYTES:
        raise ValueError(f"longer than {FILE_BYTES} bytes")
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise ValueError("not TOML") from None
    if set(table) != _NAMES:
        raise ValueError(f"must have exactly the names {', '.join(sorted(_NAMES))}")
    key_id, created, retired, secret = (table[n] for n in ("id", "created", "retired", "secret"))
    if not isinstance(key_id, str) or not KEY_ID.fullmatch(key_id) or key_id != name:
        raise ValueError(f"id must be two letters or digits and the file's name, {name[:40]!r}")
    if not isinstance(created, dt.datetime) or created.tzinfo is None:
        raise ValueError("created must be a date and time with its zone, such as 2026-01-12T09:30:00Z")
    if not isinstance(retired, bool):
        raise ValueError("retired must be true or false")
    if not isinstance(secret, str) or not _SECRET.fullmatch(secret):
        raise ValueError(f"secret must be {2 * SECRET_BYTES} or more hex digits in pairs, lower case")
    return Key(key_id, bytes.fromhex(secret), created.timestamp(), retired)


def _write(directory: Path, key: Key, *, fresh: bool) -> Key:
    """Write a key and read it back: what is returned is what the next reader gets."""
    created = dt.datetime.fromtimestamp(key.created, dt.UTC).isoformat(timespec="microseconds")
    text = (
        "# oddlink ticket key: whoever can read this can make rewritten links that look like ours.\n"
        f'id = "{key.id}"\ncreated = {created}\nretired = {str(key.retired).lower()}\n'
        f'secret = "{key.secret.hex()}"\n'
    )
    target = directory / (key.id + SUFFIX)
    draft = directory / f".{key.id}.{secrets.token_hex(8)}"
    with _speaking(target, "let the gateway's user own this directory, mode 0700, on a disk with room"):
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                _put(file, text.encode())
            if fresh:
                os.link(draft, target)  # unlike a rename, never replaces what is there
            else:
                draft.replace(target)
            _sync(directory)
        finally:
            with suppress(OSError):
                draft.unlink()
    return _read(target)


def _put(file: BinaryIO, data: bytes) -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_shared(path: Path, about: os.stat_result, mode: str) -> None:
    if about.st_mode & 0o077:
        raise KeysError(
            path,
            f"others than its owner have access (mode {about.st_mode & 0o777:04o})",
            f"chmod {mode} {path}",
        )


@contextmanager
def _speaking(path: Path, right: str) -> Iterator[None]:
    """Say the operating system's errors the way KeysError does."""
    try:
        yield
    except OSError as problem:
        raise KeysError(path, problem.strerror or type(problem).__name__, right) from None
