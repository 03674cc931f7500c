"""``oddlink release ID``: an analyst says that links found odd belong.

Does not change the message that left; the page behind its links says so.
"""

from __future__ import annotations

from gateway.cli.common import Config, Json, StoreUrl
from gateway.cli.ruling import By, Id, Link, OfDomain, run
from gateway.ruling import release


def command(
    id: Id,
    link: Link = None,
    domain: OfDomain = "",
    by: By = "",
    json: Json = False,
    config: Config = None,
    store: StoreUrl = "",
) -> None:
    """Say that links belong: the odd ones of a message, or those named.

    Their domains are known for this sender from now on, and are taken off the list of confirmed ones.
    """
    run(release, id, link, domain, by, json, config, store)
