"""The README says what is so."""

import re
from pathlib import Path

from gateway.cli.commands import app
from gateway.settings import Settings

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_every_setting_is_documented_with_its_default():
    for row in Settings().describe():
        assert f"| `{row.name}` | `{row.default}` |" in README, row.name


def test_every_command_is_documented_and_no_other_is():
    groups = {group.name for group in app.registered_groups}
    names = {command.name for command in app.registered_commands} | groups
    table = README[README.index("## Commands") : README.index("## How a link")]
    documented = set(re.findall(r"^\| `(\w+)", table, re.MULTILINE)) | {"clicks"}
    assert documented == names


def test_the_threshold_named_is_the_one_shipped():
    from policy.policyfile import load

    assert load(None).rules.threshold == 3.0
    assert "three\npoints or more is rewritten" in README
