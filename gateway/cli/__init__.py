"""The command line. Importing this is cheap, because every worker process does; the commands come on use.

Does not hold any command: ``commands.py`` lists them.
"""

from __future__ import annotations

import sys


def main() -> None:
    """The ``oddlink`` command."""
    from gateway.cli.commands import app
    from gateway.cli.common import guard

    sys.exit(guard(lambda: app(standalone_mode=False)))
