"""The sample correspondence, taught once for all tests that judge by it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[1] / "fixtures" / "sample"
SAMPLE_SETTINGS = """\
[identity]
authserv_ids = ["mx.datahouse.example"]
our_hosts = ["mx.datahouse.example"]
verify_dkim = false
"""


@pytest.fixture(scope="session")
def sample_taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that has learned the earlier correspondence; never to be written to."""
    from gateway.cli import learn

    folder = tmp_path_factory.mktemp("taught")
    config = folder / "oddlink.toml"
    config.write_text(SAMPLE_SETTINGS)
    store = folder / "oddlink.db"
    asyncio.run(
        learn._learn([str(SAMPLE / "history")], True, config, f"sqlite:///{store}", None, genuine=False)
    )
    return store


@pytest.fixture
def sample_place(tmp_path: Path, sample_taught: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Makes the current folder one of an installation that knows the earlier correspondence."""

    def make() -> Path:
        (tmp_path / "var").mkdir()
        shutil.copy(sample_taught, tmp_path / "var" / "oddlink.db")
        (tmp_path / "oddlink.toml").write_text(SAMPLE_SETTINGS)
        monkeypatch.chdir(tmp_path)
        return tmp_path

    return make
