"""Points fitted to an archive: printed, written as a fragment, and nothing else changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.calibrate import read_urls
from gateway.cli.common import Failure
from policy.policyfile import DEFAULT, load

Run = Callable[..., Any]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of two clerks who link to their portals, and now and then to somebody's page."""
    (tmp_path / "oddlink.toml").write_text("[identity]\nverify_dkim = false\n")
    with (tmp_path / "archive.mbox").open("w", encoding="ascii", newline="") as file:
        for number in range(500):
            clerk, day = f"clerk{number % 2}@office{number % 2}.example", 1 + number % 28
            other = f" https://www.page{number}.example/a/b/c.html" if number % 5 == 0 else ""
            date = f"{day:02} {('Jan', 'Feb', 'Mar', 'Apr')[number // 125]} 2025 10:00:00 +0000"
            file.write(
                f"From a Mon Jan  1 10:00:00 2025\r\nFrom: <{clerk}>\r\nDate: {date}\r\n"
                f"\r\nhttps://portal{number % 2}.example/n/{number}{other}\r\n\r\n"
            )
    urls = (f"2024-01-01,https://qzx{number}vjw.top/,x" for number in range(300))
    (tmp_path / "urls.csv").write_text("date,url,words\n" + "\n".join(urls) + "\n")
    return tmp_path / "archive.mbox"


def test_points_are_fitted_and_written_with_where_they_come_from(
    oddlink: Run, archive: Path, tmp_path: Path
) -> None:
    before = hashlib.sha256(DEFAULT.read_bytes()).digest()
    out = tmp_path / "fragment.toml"
    ran = oddlink(
        "calibrate",
        "--json",
        "--from-is-genuine",
        "--urls",
        str(tmp_path / "urls.csv"),
        "--out",
        str(out),
        str(archive),
    )
    assert ran.code == 0, ran.err
    (found,) = ran.objects
    assert found["links"]["odd"] >= 200 and found["links"]["benign"] >= 200
    assert found["fitted"][-1]["odd"] > 0.9 and found["fitted"][0]["benign"] <= 0.0025
    text = out.read_text()
    assert str(archive) in text and "urls.csv" in text and "0 rulings" in text and load().version in text
    fitted = load(out)
    assert fitted.rules.threshold == found["threshold"]
    assert {name: fitted.rules.points[name] for name in found["points"]} == found["points"]
    assert hashlib.sha256(DEFAULT.read_bytes()).digest() == before


def test_people_get_points_rates_and_the_reliability_curve(
    oddlink: Run, archive: Path, tmp_path: Path
) -> None:
    ran = oddlink("calibrate", "--from-is-genuine", "--urls", str(tmp_path / "urls.csv"), str(archive))
    assert ran.code == 0, ran.err
    for words in (
        "fitted",
        "points in force",
        "benign links rewritten",
        "odd, as found",
        "surprise",
        "as if 10% of all",
    ):
        assert words.encode() in ran.out


def test_too_few_links_are_said(oddlink: Run, archive: Path) -> None:
    ran = oddlink("calibrate", "--from-is-genuine", str(archive))
    assert ran.code == 65
    assert "0 odd links are too few" in ran.err and "--urls FILE" in ran.err and "Traceback" not in ran.err


def test_urls_come_from_lines_and_from_csv(tmp_path: Path) -> None:
    file = tmp_path / "urls"
    file.write_bytes(
        b'# x\nhttps://a.test/1\n1,http://b.test/2,"z"\nnot one\nhttps://[/\nftp://c.test/\n\xff\n'
    )
    assert read_urls(file) == ["https://a.test/1", "http://b.test/2"]
    for content in (b"", b"nothing\n", b"x" * 200_000):
        file.write_bytes(content)
        with pytest.raises(Failure):
            read_urls(file)


def test_json_has_what_the_table_has(oddlink: Run, archive: Path, tmp_path: Path) -> None:
    arguments = (
        "calibrate",
        "--json",
        "--from-is-genuine",
        "--urls",
        str(tmp_path / "urls.csv"),
        str(archive),
    )
    one, other = (oddlink(*arguments) for _ in range(2))
    assert one.out == other.out, "the same archive gives the same points"
    assert set(json.loads(one.out)) == {"links", "points", "moved_by_rulings", "threshold", "now", "fitted"}
