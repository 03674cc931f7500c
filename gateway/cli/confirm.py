"""``oddlink confirm ID``: an analyst says that links were rightly found odd.

Does not take anything back from whoever followed them.
"""

from __future__ import annotations

from gateway.cli.common import Config, Json, StoreUrl
from gateway.cli.ruling import By, Id, Link, OfDomain, run
from gateway.ruling import confirm


def command(
    id: Id,
    link: Link = None,
    domain: OfDomain = "",
    by: By = "",
    json: Json = False,
    config: Config = None,
    store: StoreUrl = "",
) -> None:
    """Say that links are bad: the odd ones of a message, or those named.

    They are never learned, and their domains are listed against all later mail. `oddlink release` takes it
    back.
    """
    run(confirm, id, link, domain, by, json, config, store)
