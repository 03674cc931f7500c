"""``make bench``: ratios against something run beside ours in the same run, on this machine.

Does not decide whether a figure is good.
"""

from __future__ import annotations

from tests.bench import hostile, reading, relay, stages


def main() -> None:
    """Print every benchmark's table."""
    reading.main()
    stages.main()
    hostile.main()
    relay.main()


if __name__ == "__main__":
    main()
