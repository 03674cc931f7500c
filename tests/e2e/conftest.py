"""Real mail servers for end-to-end tests: private Postfix instances on loopback, in their own folders."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

POSTFIX = shutil.which("postfix", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log
maillog_file_prefixes = /tmp, {folder}
multi_instance_enable = no
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = {name}.test
mydestination =
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
smtp_host_lookup = native
alias_maps =
local_recipient_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
smtpd_client_connection_count_limit = 0
smtputf8_enable = yes
message_size_limit = 40000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
smtp_line_length_limit = 0
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
transport_retry_time = 2s
smtpd_error_sleep_time = 0
in_flow_delay = 0
strict_rfc821_envelopes = no
virtual_mailbox_domains = static:all
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
default_destination_recipient_limit = 50
"""

MASTER = """\
pickup    unix  n - n 60   1 pickup
cleanup   unix  n - n -    0 cleanup
qmgr      unix  n - n 300  1 qmgr
rewrite   unix  - - n -    - trivial-rewrite
bounce    unix  - - n -    0 bounce
defer     unix  - - n -    0 bounce
trace     unix  - - n -    0 bounce
verify    unix  - - n -    1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n -    - proxymap
smtp      unix  - - n -    - smtp
relay     unix  - - n -    - smtp
showq     unix  n - n -    - showq
error     unix  - - n -    - error
retry     unix  - - n -    - error
discard   unix  - - n -    - discard
virtual   unix  - n n -    - virtual
anvil     unix  - - n -    1 anvil
scache    unix  - - n -    1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class PrivatePostfix:
    """One Postfix instance: own configuration, queue, log, mailbox; stopped and removed by ``stop``."""

    def __init__(self, name: str, smtpd_options: str = "", services: str = "", settings: str = "") -> None:
        self.name = name
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"oddlink-{name}-"))
        self.folder.chmod(0o755)  # Postfix's own user must get through
        owner = pwd.getpwnam("nobody")
        for part in ("config", "queue", "data", "mail"):
            (self.folder / part).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        os.chown(self.folder / "mail", owner.pw_uid, owner.pw_gid)
        main = MAIN.format(folder=self.folder, name=name, uid=owner.pw_uid, gid=owner.pw_gid)
        (self.folder / "config" / "main.cf").write_text(main + settings)
        listener = f"127.0.0.1:{self.port} inet n - n - - smtpd\n{smtpd_options}"
        (self.folder / "config" / "master.cf").write_text(listener + MASTER + services)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        assert POSTFIX is not None
        return subprocess.run(
            [POSTFIX, "-c", str(self.folder / "config"), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
        )

    def start(self) -> None:
        done = self.command("start")
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                    probe.settimeout(5)
                    if probe.recv(3) == b"220":
                        return
            except OSError:
                time.sleep(0.1)
        pytest.fail(f"Postfix {self.name} did not start: {done.stderr}\n{self.log()}")

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def mail(self) -> list[bytes]:
        """The messages delivered so far, as they lie in the Maildir, oldest first."""
        new = self.folder / "mail" / "inbox" / "new"
        paths = sorted(new.iterdir(), key=lambda path: path.stat().st_mtime_ns) if new.exists() else []
        return [path.read_bytes() for path in paths]

    def await_mail(self, count: int, seconds: float = 30) -> list[bytes]:
        """Wait until ``count`` messages are there."""
        deadline = time.monotonic() + seconds
        while len(found := self.mail()) < count:
            if time.monotonic() > deadline:
                pytest.fail(f"{len(found)} of {count} messages after {seconds} s\n{self.log()[-6000:]}")
            time.sleep(0.1)
        return found

    def await_log(self, words: str, seconds: float = 30) -> None:
        """Wait until the words stand in the log."""
        deadline = time.monotonic() + seconds
        while words not in self.log():
            if time.monotonic() > deadline:
                pytest.fail(f"{words!r} not logged\n{self.log()[-6000:]}")
            time.sleep(0.1)

    def queued(self) -> int:
        """Messages in the queue."""
        return sum(
            1
            for part in ("incoming", "active", "deferred", "maildrop")
            for path in (self.folder / "queue" / part).rglob("*")
            if path.is_file()
        )

    def stop(self) -> None:
        self.command("stop")
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture
def private_postfix() -> Iterator[Callable[..., PrivatePostfix]]:
    """Starts Postfix instances: ``private_postfix(name, smtpd_options=…, services=…, settings=…)``."""
    if POSTFIX is None:
        pytest.skip("postfix is not installed")
    if os.geteuid() != 0:
        pytest.skip("Postfix starts as root only")
    running: list[PrivatePostfix] = []

    def start(name: str, **options: str) -> PrivatePostfix:
        instance = PrivatePostfix(name, **options)
        running.append(instance)
        instance.start()
        return instance

    yield start
    for instance in running:
        instance.stop()
