import contextlib
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.policyfile import DEFAULT, PolicyError, load
from policy.rules import Policy


def _error(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load(path)
    return [f"{problem.line}: {problem.words}" for problem in caught.value.problems]


def test_the_shipped_policy_loads_and_has_a_stable_version() -> None:
    policy = load()
    assert policy.version == load().version
    name, _, digits = policy.version.rpartition("-")
    assert name == "default" and len(digits) == 8 and int(digits, 16) >= 0


def test_every_entry_of_the_shipped_policy_has_a_why_above_it() -> None:
    lines = DEFAULT.read_text(encoding="utf-8").splitlines()
    explained = False
    for line in lines:
        if line.startswith("#"):
            explained = True
        elif line.partition("=")[0].strip().isidentifier() and line[:1].isalpha():
            assert explained or line.startswith("name"), line
            explained = False


def test_a_file_says_only_what_differs_and_origins_tell_where_values_come_from(tmp_path: Path) -> None:
    path = tmp_path / "strict.toml"
    path.write_text(
        'threshold = 2.5\n\n[points]\nshortener = 2\n\n[[block]]\ndomain = "evil.test"\nwhy = "attack"\n'
    )
    policy, shipped = load(path), load()
    assert policy.rules.threshold == 2.5 and policy.rules.points["shortener"] == 2.0
    assert policy.rules.points["surprise"] == shipped.rules.points["surprise"]
    assert policy.version.startswith("strict-") and policy.version != shipped.version
    assert policy.origins["points.shortener"] == f"{path}:4"
    assert policy.origins["block.0.domain"] == f"{path}:7"
    assert policy.origins["points.surprise"].startswith("default.toml:")


def test_only_effective_content_makes_the_version(tmp_path: Path) -> None:
    one, two = tmp_path / "a" / "p.toml", tmp_path / "b" / "p.toml"
    for path, text in ((one, "threshold = 2\n"), (two, "# a comment\n\nthreshold    = 2.0\n")):
        path.parent.mkdir()
        path.write_text(text)
    assert load(one).version == load(two).version


def test_every_unknown_key_is_reported_with_line_and_suggestion(tmp_path: Path) -> None:
    found = _error(
        tmp_path, "treshold = 3\n\n[points]\nshortner = 1\n\n[[allow]]\ndomian = 'a.test'\nwhy = 'x'\n"
    )
    assert found == [
        "1: unknown key 'treshold'; did you mean 'threshold'?",
        "4: unknown key 'shortner' in [points]; did you mean 'shortener'?",
        "7: unknown key 'domian' in [allow]; did you mean 'domain'?",
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('threshold = "3"\n', 1, "threshold"),
        ("\nthreshold = -1\n", 2, "threshold"),
        ("threshold = nan\n", 1, "threshold"),
        ("threshold = 2024-01-01\n", 1, "threshold"),
        ("[points]\n# x\nsurprise = true\n", 3, "points.surprise"),
        ("points = 5\n", 1, "points"),
        ("[places]\nrewritable = [\n  'text',\n  5,\n]\n", 4, "places.rewritable, entry 2: "),
        ("[links]\nordinary_ports = [80, 99999]\n", 2, "links.ordinary_ports, entry 2: "),
        ("[[allow]]\ndomain = 'a.test'\n", 1, 'allow "a.test": why is missing; write why = …'),
        ("[[block]]\ndomain = '*.a.test'\nwhy = 'x'\n", 2, "no domain"),
        ("[caps]\nnovelty = { least = 2.0, most = 1.0 }\n", 2, "swap them"),
        ("[popularity]\ntop_rank = 100000\n", 2, "smaller"),
        ('[actions]\nsigned = "hodl"\n', 2, "'hold' or 'refuse', not 'hodl'; did you mean 'hold'?"),
        ('[actions]\nsigned = "REFUSE"\n', 2, "did you mean 'refuse'?"),
        ("[actions]\nsigned = 1\n", 2, "actions.signed"),
        ('[actions]\nsinged = "hold"\n', 2, "did you mean 'signed'?"),
        ("threshold = 3\nthreshold = 4\n", 2, "'threshold' stands twice"),
        ("[links]\nschemes = [\n'http',\n]\nschemes = [\n'http',\n]\n", 7, "'schemes' stands twice"),
        ("[caps]\nnovelty = { least = 1, least = 2 }\n", 2, "'least' stands twice"),
        ("[observe]\ndays = 3\n[observe]\ndays = 4\n", 3, "[observe] stands twice"),
        ("threshold = [\n", 1, "not TOML"),
        ("threshold = 3,5\n", 1, "write 3.5, with a point"),
        ("[observe]\nenabled = True # x\n", 2, "write true, not True"),
        ("[observe]\nenabled = no\n", 2, "write false, not no"),
        ("name = house\n", 1, 'write "house", with quotes'),
        ("observe = true\n", 1, "write [observe] and below it enabled = true"),
        ("[[observe]]\nenabled = true\n", 1, "write [observe], with single brackets"),
        ("[allow]\ndomain = 'a.test'\nwhy = 'x'\n", 1, "write [[allow]], with two brackets"),
        ("allow = ['a.test']\n", 1, "write [[allow]] with domain = … and why = …"),
        ("allow = 'a.test'\n", 1, "write [[allow]] with domain = … and why = …"),
        ("[[feed]]\nname = 'a'\n[feed]\n", 3, "write [[feed]] everywhere"),
        ("[lists]\nblocked = 'block'\n", 2, 'lists.blocked is a list; write ["block"]'),
        ("[lists]\nblocked = [\n'block',\n'',\n]\n", 4, "lists.blocked, entry 2 is empty"),
    ],
)
def test_wrong_values_name_line_and_key(tmp_path: Path, text: str, line: int, words: str) -> None:
    found = _error(tmp_path, text)
    assert len(found) == 1 and found[0].startswith(f"{line}: ") and words in found[0], found


def test_several_wrong_values_are_reported_together(tmp_path: Path) -> None:
    found = _error(tmp_path, "threshold = 'x'\n[points]\nsurprise = 'y'\n")
    assert [line.split(":")[0] for line in found] == ["1", "3"]


def test_a_file_that_is_not_there_or_no_text_is_a_policy_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        load(tmp_path / "none.toml")
    (tmp_path / "b.toml").write_bytes(b"threshold = 3\n# \xff\n")
    with pytest.raises(PolicyError, match=r"b\.toml:2: is not UTF-8"):
        load(tmp_path / "b.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[links]\nschemes = ["HTTP", "HTTPS"]\n', "never matches"),
        ('[places]\nrewritable = ["html:A.HREF"]\n', "lower case"),
        ('[places]\nrewritable = ["htlm:*"]\n', "no format"),
        ('[[allow]]\ndomain = "co.uk"\nwhy = "x"\n', "belongs to nobody"),
        ('[[allow]]\ndomain = "github.io"\nwhy = "x"\n', "belongs to nobody"),
        ('[[block]]\ndomain = "com"\nwhy = "x"\n', "belongs to nobody"),
    ],
)
def test_values_that_would_switch_something_off_in_silence_are_refused(
    tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "p.toml"
    path.write_text(text)
    with pytest.raises(PolicyError, match=words) as caught:
        load(path)
    assert caught.value.problems[0].line in (1, 2)


def test_scopes_are_read_and_what_they_leave_out_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(
        "[observe]\nenabled = true\n"
        '[[scope]]\nname = "Köln 2"\nwhy = "x"\nrecipients = ["a@b.example", "bücher.example", "gov.uk"]\n'
        '[[scope]]\nname = "b"\nwhy = "x"\nsenders = ["c.example"]\nobserve = false\nthreshold = 2\n'
    )
    policy, shipped = load(path), load().rules
    assert (shipped.observe.enabled, shipped.scope) == (False, ())
    assert policy.rules.observe == replace(shipped.observe, enabled=True)
    one, two = policy.rules.scope
    assert (one.recipients, one.senders, one.observe, one.threshold) == (
        ("a@b.example", "bücher.example", "gov.uk"), (), None, None
    )  # fmt: skip
    assert (two.senders, two.observe, two.threshold) == (("c.example",), False, 2.0)
    assert policy.origins["scope.1.name"] == f"{path}:8"


SCOPE = '[[scope]]\nname = "a"\nwhy = "x"\nrecipients = ["b.example"]\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[observe]\ndays = 0\n", 2, "observe.days"),
        ("[observe]\nbudget = 0\n", 2, "observe.budget"),
        ("[observe]\nenabeld = true\n", 2, "did you mean 'enabled'?"),
        (SCOPE + SCOPE, 6, "'a' is the name of two scopes"),
        (SCOPE + SCOPE.replace('"a"', '"A"').replace("b.", "c."), 6, "two scopes but for its case ('a')"),
        (SCOPE + SCOPE.replace('"a"', '"b"'), 5, "'a' on line 1 comes first and covers b.example; leave one"),
        (SCOPE + SCOPE.replace('"a"', '"b"').replace('"b.', '"x@c.b.'), 5, "put the narrower one first"),
        ('[scope]\nname = "a"\n', 1, "write [[scope]], with two brackets"),
        (SCOPE.replace('["b.example"]', '"b.example"'), 4, 'recipients is a list; write ["b.example"]'),
        (SCOPE.replace('["b.example"]', '["b.example", ""]'), 4, "recipients, entry 2 is empty"),
        (SCOPE + "observed = true\n", 5, "did you mean 'observe'?"),
        (SCOPE + "threshold = 0\n", 5, 'scope "a": threshold: input'),
        (SCOPE + 'observe = "yes"\n', 5, 'scope "a": observe: input'),
        (
            '[[scope]]\nname = "a"\nrecipients = ["b.example"]\n',
            1,
            'scope "a": why is missing; write why = …',
        ),
        ('[[scope]]\nname = "a"\nwhy = "x"\n', 2, "names neither recipients nor senders"),
        ('[[scope]]\nname = "-"\nwhy = "x"\nsenders = ["b.example"]\n', 2, "no name for a scope"),
        (SCOPE + 'senders = ["*.example.test"]\n', 5, "leave out '*.'; 'example.test' covers"),
        (SCOPE + 'senders = ["localhost"]\n', 5, "'localhost' is neither"),
        (SCOPE + 'senders = ["c.example", "a@"]\n', 5, "'a@' is neither"),
    ],
)
def test_wrong_scopes_name_line_and_key(tmp_path: Path, text: str, line: int, words: str) -> None:
    found = _error(tmp_path, text)
    assert len(found) == 1 and found[0].startswith(f"{line}: ") and words in found[0], found


@pytest.mark.parametrize(
    "second",
    [
        'recipients = ["example"]\n'.replace("example", "d.example"),
        'recipients = ["b.example", "d.example"]\n',
        'recipients = ["b.example"]\nsenders = ["c.example"]\n',
        'senders = ["c.example"]\n',
    ],
)
def test_a_scope_that_some_mail_is_left_for_is_right(tmp_path: Path, second: str) -> None:
    path = tmp_path / "p.toml"
    path.write_text(SCOPE + '[[scope]]\nname = "b"\nwhy = "x"\n' + second)
    assert len(load(path).rules.scope) == 2


def test_several_earlier_scopes_may_leave_a_later_one_nothing(tmp_path: Path) -> None:
    second = SCOPE.replace('"a"', '"b"').replace("b.example", "c.example")
    third = SCOPE.replace('"a"', '"c"').replace('"b.example"', '"x.b.example", "c.example"')
    assert "scope 'c' never counts" in _error(tmp_path, SCOPE + second + third)[0]
    assert load_text(tmp_path, SCOPE + second + third.replace("x.b.", "x.")).rules.scope


def test_all_that_is_wrong_is_reported_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    found = _error(
        tmp_path,
        "threshold = -1\nnmae = 'x'\n[[allow]]\ndomain = 'a.test'\n"
        "[[allow]]\ndomain = '*.b.test'\nwhy = 'x'\n[popularity]\ntop_rank = 100000\n"
        "[observe]\ndays = 'x'\n[scope]\nname = 'x'\n",
    )
    assert [int(line.partition(":")[0]) for line in found] == [1, 2, 3, 6, 9, 11, 12], found


def test_a_byte_order_mark_in_front_is_read_over(tmp_path: Path) -> None:
    assert load_text(tmp_path, "\ufeffthreshold = 2.5\n").rules.threshold == 2.5


def test_codes_in_tables_of_their_own_have_their_lines(tmp_path: Path) -> None:
    codes = "[[dnsbl.codes]]\ncode = '127.0.0.2'\nwords = 'x'\n[[dnsbl.codes]]\ncode = '4'\nwords = 'x'\n"
    found = _error(tmp_path, "[[dnsbl]]\nzone = 'x.example'\n" + codes)
    assert found == ["7: '4' is no return code; write '127.0.0.2', or '127.0.1.0/24' for many"]


@settings(max_examples=40)
@given(st.text(alphabet="[]{}=\"'#,\n.ab1 ", max_size=80) | st.text(max_size=60))
def test_law_any_text_is_a_policy_or_a_policy_error(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.toml"
        path.write_text(text, encoding="utf-8", errors="replace")
        with contextlib.suppress(PolicyError):
            load(path)


@settings(max_examples=60)
@given(
    st.recursive(
        st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "x", "a.example", "*.b.example"]),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([
                "scope", "allow", "observe", "name", "why", "recipients", "points", "caps", "novelty",
                "surprise", "dnsbl", "codes", "code", "domain", "senders", "places", "rewritable",
                "threshold", "least",
            ]), inner, max_size=4,
        ),
        max_leaves=12,
    )
)  # fmt: skip
def test_law_any_content_is_a_policy_or_problems_within_the_file(content: object) -> None:
    rows = [
        f"{key} = {_toml(value)}" for key, value in (content if isinstance(content, dict) else {}).items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.toml"
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        try:
            load(path)
        except PolicyError as error:
            found = [problem.line for problem in error.problems]
            assert found == sorted(found)
            assert all(1 <= line <= len(rows) + 1 for line in found)
            assert all(problem.file == str(path) for problem in error.problems)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + "}"
    return "[" + ", ".join(map(_toml, value)) + "]" if isinstance(value, list) else json.dumps(value)


def load_text(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_block_lists_and_feeds_are_read(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(
        '[[dnsbl]]\nzone = "dbl.lists.example"\nlists = ["domain", "ip"]\n'
        'codes = [{ code = "127.0.1.0/24", words = "bad", strength = 0.5 }, { bits = 8, words = "worse" }]\n'
        '[[feed]]\nname = "block"\nurl = "https://x.example/list?a=b"\nformat = "urlhaus"\n'
        '[[feed]]\nname = "own"\nurl = "file:///srv/list"\nformat = "hosts"\n'
    )
    rules = load(path).rules
    zone = rules.dnsbl[0]
    assert (zone.lists, [code.strength for code in zone.codes]) == (("domain", "ip"), [0.5, 1.0])
    assert [feed.format for feed in rules.feed] == ["urlhaus", "hosts"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[dnsbl]]\nzone = "https://x.example/"\n', "2: 'https://x.example/' is no zone"),
        (
            '[[dnsbl]]\nzone = "x.example"\ncodes = [{ code = "4", words = "x" }]\n',
            "3: '4' is no return code",
        ),
        ('[[dnsbl]]\nzone = "x.example"\ncodes = [{ cod = "4", words = "x" }]\n', "unknown key 'cod'"),
        ('[[dnsbl]]\nzone = "x.example"\nlists = ["url"]\n', "'domain' or 'ip'"),
        (
            '[[feed]]\nname = "a"\nurl = "http://x.example/l"\nformat = "urls"\n',
            "3: 'http://x.example/l' cannot",
        ),
        ('[[feed]]\nname = "a"\nurl = "http://127.0.0.1@x.example/"\nformat = "urls"\n', "cannot be fetched"),
        ('[[feed]]\nname = "../a"\nurl = "https://x.example/l"\nformat = "urls"\n', "2: '../a' is no name"),
        ('[[feed]]\nname = "a"\nurl = "https://x.example/l"\nformat = "url"\n', "did you mean 'urls'?"),
    ],
)
def test_block_lists_and_feeds_that_cannot_be_asked_are_reported(
    tmp_path: Path, text: str, words: str
) -> None:
    assert any(words in line for line in _error(tmp_path, text)), _error(tmp_path, text)


def test_two_feeds_of_one_name_are_reported(tmp_path: Path) -> None:
    feed = '[[feed]]\nname = "a"\nurl = "https://x.example/l"\nformat = "urls"\n'
    assert "6: 'a' is the name of two feeds" in _error(tmp_path, feed + feed)[0]
