"""The URL carries a user name before its host, which readers take for the host.

Does not mind FTP, where a user name has a use.
"""

from __future__ import annotations

from policy.domains import unicode_host
from policy.model import Evidence
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence for user information in a web URL."""
    if not case.target.user_info or case.target.scheme not in ("http", "https"):
        return None
    words = f"The address puts words in front of its real host, {unicode_host(case.target.host)}"
    strength = 1.0 if "." in case.target.user_info else 0.6
    return Evidence("user_info", strength, words)
