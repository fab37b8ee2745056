"""YAML and front matter to typed objects, and to problems that a person can act on."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from site_builder.errors import InvalidDocument, Problem
from site_builder.show.config import Config, parse_config
from site_builder.show.documents import Document, find_line, list_options, parse_front_matter, parse_yaml
from site_builder.show.documents.fields import (
    Colour,
    Link,
    LocalPath,
    Moment,
    Slug,
    Text,
    Timecode,
    Title,
    WebAddress,
    to_utc,
)
from site_builder.show.front_matter import EpisodeMatter

FILE = Path("show.yaml")
JARGON = re.compile(
    r"input should|valid string|pydantic|value error|validat|extra inputs|dict\b|tuple|NoneType|model_", re.IGNORECASE
)


class Colours(StrEnum):
    RED = "red"
    BLUE = "blue"


class Lamp(Document):
    name: Title
    height: Annotated[int, Field(ge=1)] = 1


class Coast(Document):
    title: Title
    language: str = "en"
    lit: bool = True
    colour: Colours = Colours.RED
    depth: float = 1.0
    lamps: tuple[Lamp, ...] = ()
    keeper: Lamp | None = None
    at: Timecode = 0.0
    built: Moment | None = None


def problems_of(text: str | bytes, type_: type[Document] = Coast) -> list[str]:
    """What is wrong with a document, as a person reads it."""
    with pytest.raises(InvalidDocument) as caught:
        parse_yaml(text, FILE, type_)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1984", "1984"),
        ("007", "007"),
        ("1.10", "1.10"),
        ("no", "no"),
        ("on", "on"),
        ("1:02:03", "1:02:03"),
        ("2026-10-09", "2026-10-09"),
        ("0x1F", "0x1F"),
        ("'#1 in fog'", "#1 in fog"),
        ("<<", "<<"),
        ("=", "="),
        ("Null", "Null"),
        ("'null'", "null"),
        ("|\n  two\n  lines\n", "two lines"),
        ("a # comment", "a"),
        ("Großer Leuchtturm 灯台 🗼", "Großer Leuchtturm 灯台 🗼"),
    ],
)
def test_text_stays_text(written: str, meant: str) -> None:
    """YAML guesses no types: what is meant as text is the text that is written."""
    assert parse_yaml(f"title: {written}", FILE, Coast).title == meant


def test_norwegian_is_a_language() -> None:
    assert parse_yaml("title: x\nlanguage: no", FILE, Coast).language == "no"


@pytest.mark.parametrize(
    ("word", "truth"), [("yes", True), ("no", False), ("true", True), ("off", False), ("FALSE", False)]
)
def test_yes_and_no_where_truth_is_meant(word: str, truth: bool) -> None:
    assert parse_yaml(f"title: x\nlit: {word}", FILE, Coast).lit is truth


@pytest.mark.parametrize(
    ("written", "seconds"), [("1:02:03", 3723.0), ("1:02:03.5", 3723.5), ("90", 90.0), ("1h2m", 3720.0)]
)
def test_timecodes_need_no_quotes(written: str, seconds: float) -> None:
    """YAML 1.1 would make 1:02:03 the number 3723 and 1:02:03.5 another."""
    assert parse_yaml(f"title: x\nat: {written}", FILE, Coast).at == seconds


@pytest.mark.parametrize("written", ["-1", "1:99", "9" * 400, "9" * 400 + ":00:00", "nan", "soon", "[1]", "1e5"])
def test_timecodes_that_are_none(written: str) -> None:
    assert problems_of(f"title: x\nat: {written}")[0].startswith("show.yaml:2: at: expected a time such as 1:02:03")


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-10-09", "2026-10-08T22:00"),
        ("2026-10-09 7:30", "2026-10-09T05:30"),
        ("2026-12-09 07:30:15", "2026-12-09T06:30:15"),
        ("2026-10-09T07:30:00Z", "2026-10-09T07:30"),
        ("2026-10-09 07:30 +0900", "2026-10-08T22:30"),
        ("2026-10-09T07:30:00.123456-05:00", "2026-10-09T12:30:00.123456"),
    ],
)
def test_dates_without_a_zone_are_in_the_shows(written: str, utc: str) -> None:
    built = parse_yaml(f"title: x\nbuilt: {written}", FILE, Coast).built
    assert built is not None
    assert to_utc(built, ZoneInfo("Europe/Berlin")) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["2026", "1760000000", "09.10.2026", "2026-13-01", "2026-02-30", "0001-01-01", "2026-10-09 25:00", "today"],
)
def test_dates_that_are_none(written: str) -> None:
    """A bare number is not taken for seconds since 1970."""
    assert problems_of(f"title: x\nbuilt: {written}")[0].startswith(
        "show.yaml:2: built: expected a date such as 2026-10-09"
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "titel: x",
            [
                "show.yaml:1: titel: unknown name; did you mean `title`?",
                "show.yaml:1: title: this is required, but missing",
            ],
        ),
        ("title: x\nLANGUAGE: de", ["show.yaml:2: LANGUAGE: unknown name; did you mean `language`?"]),
        ("title: x\nlan-gua_ge: de", ["show.yaml:2: lan-gua_ge: unknown name; did you mean `language`?"]),
        (
            "title: x\nkeeper:\n  name: y\n  depth: 3",
            ["show.yaml:4: keeper.depth: unknown name here; `depth` is its place"],
        ),
        ("title: x\nheight: 3", ["show.yaml:2: height: unknown name here; `keeper.height` is its place"]),
        (
            "title: x\nkeeper: {name: y, zzz: 1}",
            ["show.yaml:2: keeper.zzz: unknown name `zzz`; known here: name, height"],
        ),
        (
            "title: x\napi_key: s3cret",
            [
                (
                    "show.yaml:2: api_key: secrets do not belong here: this file may be published; hosts "
                    "take theirs from their own tools"
                )
            ],
        ),
        ("title: x\nlit: maybe", ["show.yaml:2: lit: expected true or false, got 'maybe'"]),
        ("title: x\ndepth: deep", ["show.yaml:2: depth: expected a number, got 'deep'"]),
        ("title: x\ndepth: .inf", ["show.yaml:2: depth: expected a number, got '.inf'"]),
        ("title: x\ncolour: bleu", ["show.yaml:2: colour: expected red or blue, got 'bleu'; did you mean `blue`?"]),
        ("title: [x]", ["show.yaml:1: title: expected text, got a list"]),
        ("title: {a: b}", ["show.yaml:1: title: expected text, got named values"]),
        ("title:", ["show.yaml:1: title: this is required, but missing"]),
        ("title: ''", ["show.yaml:1: title: expected text, got ''"]),
        ("title: x\nlamps: y", ["show.yaml:2: lamps: expected a list (lines that begin with `- `), got 'y'"]),
        (
            "title: x\nlamps:\n- name: y\n- name: z\n  height: 0\n- 5",
            [
                "show.yaml:5: lamps.2.height: expected a number of at least 1, got '0'",
                "show.yaml:6: lamps.3: expected named values (lines such as `name: value`), got '5'",
            ],
        ),
        (
            "title: x\nlamps:\n- name: y\n  height: three",
            ["show.yaml:4: lamps.1.height: expected a whole number, got 'three'"],
        ),
        (
            "title: x\nlamps:\n-",
            ["show.yaml:3: lamps.1: expected named values (lines such as `name: value`), got nothing"],
        ),
        ("- title: x", ["show.yaml:1: expected named values (lines such as `name: value`), got a list"]),
        ("just words", ["show.yaml:1: expected named values (lines such as `name: value`), got 'just words'"]),
        ("", ["show.yaml:1: there is nothing here yet; expected at least `title`"]),
        ("# all of it is a comment\n", ["show.yaml:1: there is nothing here yet; expected at least `title`"]),
        ("title: x\nlit: no\ntitle: y", ["show.yaml:3: title: this is given twice (first on line 1); keep one"]),
        (
            "title: x\nkeeper: &k {name: y}\nlamps: [*k]",
            ["show.yaml:2: lamps.1: write the value out: references with & and * are not used here"],
        ),
        ("title: !!python/object:os.system x", ["show.yaml:1: title: put quotes around a text that begins with `!`"]),
        (
            "title: x\nlanguage: #1 of all",
            ["show.yaml:2: language: put quotes around a text that begins with `#`, or it is a comment"],
        ),
        ("? [a, b]\n: c\ntitle: x", ["show.yaml:1: expected a name before the colon, got a list or named values"]),
    ],
)
def test_problems_say_where_and_what(text: str, wanted: list[str]) -> None:
    found = problems_of(text)
    assert len([line for line in found if any(line.startswith(sentence) for sentence in wanted)]) == len(wanted), found
    assert not JARGON.search("\n".join(found))


@pytest.mark.parametrize(
    ("text", "line", "remedy"),
    [
        ("title: x\n\tlit: yes", 2, "indent with spaces"),
        ("title: x\nkeeper:\n\tname: y", 3, "indent with spaces"),
        ("title: Floods: a guide", 1, "put quotes around a text that has a colon"),
        ("lit: yes\ntitle: 'x", 2, "never closed"),
        ("title: x\nlamps: [a, b\nlit: yes", 2, "not closed"),
        ("title: @lamp", 1, "begins with `@`"),
        ("title: `lamp`", 1, "begins with ```"),
        ("title: %d lamps", 1, "begins with `%`"),
        ("title: *lamp", 1, "begins with `*`"),
        ("title: 'a' b", 1, "`name: value`"),
        ('title: "\\q"', 1, "backslash"),
        ("title: x\n---\ntitle: y", 2, "one document"),
        ("title: x\nlit: a\x00b", 2, "U+0000"),
        ("title: x\nlit: a\x1bb", 2, "U+001B"),
        ("title: " + "[" * 5000, 1, "nested too deeply"),
        ("- " * 100_000, 1, "nested too deeply"),
        (b"title: x\nlit: \xff", 2, "UTF-8"),
        ("title: x".encode("utf-16"), 1, "UTF-8"),
    ],
)
def test_what_is_not_yaml_says_how_to_mend_it(text: str | bytes, line: int, remedy: str) -> None:
    (found,) = problems_of(text)
    assert found.startswith(f"show.yaml:{line}: ")
    assert remedy in found
    assert not JARGON.search(found)


@pytest.mark.parametrize("option", ["language", "timezone", "category", "url", "email"])
def test_what_is_quoted_is_short(option: str) -> None:
    """A whole file pasted into an option does not fill the terminal."""
    text = f"show:\n  {option}: '{'x ' * 50_000}'\n"
    with pytest.raises(InvalidDocument) as caught:
        parse_config(text)
    assert max(len(problem.message) for problem in caught.value.problems) < 300
    assert any(problem.line == 2 for problem in caught.value.problems)


def test_references_cannot_blow_up() -> None:
    """Ten levels of ten references each would be ten thousand million values."""
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 11))
    started = time.process_time()
    assert problems_of(f"l0: &l0 [x]\n{levels}")
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "text", ["title: a\r\nlit: no\r\n", "title: a\rlit: no\r", "\ufefftitle: a\nlit: no", "---\ntitle: a\nlit: no\n"]
)
def test_every_editors_files_are_read(text: str) -> None:
    """Line ends of every system, a byte order mark, a document marker."""
    for form in (text, text.encode()):
        assert parse_yaml(form, FILE, Coast) == Coast(title="a", lit=False)


def test_empty_options_and_own_names_do_not_count() -> None:
    """An option left empty has its default; names that begin with x- are the writer's own, at every level."""
    text = "title: a\nlanguage:\nlamps: ~\nx-todo: {deep: [1]}\nkeeper: {name: b, height: null, x-y: 1}"
    assert parse_yaml(text, FILE, Coast) == Coast(title="a", keeper=Lamp(name="b"))


def test_front_matter_gives_the_text_below_and_its_line() -> None:
    text = "---\ntitle: a\n---\n\nWater.\n---\nMore.\n"
    assert parse_front_matter(text, FILE, Coast) == (Coast(title="a"), "\nWater.\n---\nMore.\n", 4)
    assert parse_front_matter(text.replace("\n", "\r\n").encode(), FILE, Coast) == parse_front_matter(text, FILE, Coast)
    assert parse_front_matter(f"\ufeff{text}".encode(), FILE, Coast) == parse_front_matter(text, FILE, Coast)
    assert parse_front_matter("---\ntitle: a\n---", FILE, Coast)[1:] == ("", 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Only words.", "index.md:1: expected front matter"),
        ("", "index.md:1: expected front matter"),
        ("---\ntitle: a\nWords.", "index.md:1: the front matter is never closed"),
        ("---\n---\nWords.", "index.md:2: there is nothing here yet; expected at least `title`"),
        ("---\ntitle: a\nlit: so\n---\n", "index.md:3: lit: expected true or false, got 'so'"),
        ("---\ntitle: a\n\tlit: no\n---\n", "index.md:3: indent with spaces"),
        ("---\ntitle: a\ntitle: b\n---\n", "index.md:3: title: this is given twice (first on line 2)"),
        (b"---\ntitle: \xff\n---\n", "index.md:2: expected UTF-8"),
    ],
)
def test_problems_of_front_matter_name_the_line_of_the_file(text: str | bytes, message: str) -> None:
    with pytest.raises(InvalidDocument, match=f"^{re.escape(message)}"):
        parse_front_matter(text, Path("index.md"), Coast)


def test_lines_are_found_in_sound_documents() -> None:
    text = "title: a\nlamps:\n  - name: b\n  - name: c\n    height: 2\n"
    assert find_line(text, ("title",)) == 1
    assert find_line(text, ("lamps", 1, "height")) == 5
    assert find_line(text, ("lamps", 7)) is None
    assert find_line("", ("title",)) is None


def test_options_are_listed_with_their_dotted_names() -> None:
    assert list_options(Coast)[5:9] == ("lamps", "lamps[].name", "lamps[].height", "keeper")


class Fields(Document):
    web: WebAddress | None = None
    link: Link | None = None
    path: LocalPath | None = None
    slug: Slug | None = None
    colour: Colour | None = None
    text: Text = ""


@pytest.mark.parametrize(
    ("field", "written", "meant"),
    [
        ("web", "https://Bücher.example/a%20b?", "https://xn--bcher-kva.example/a%20b"),
        ("web", "https://example.org/über?q=ä#ö", "https://example.org/%C3%BCber?q=%C3%A4#%C3%B6"),
        ("web", "HTTPS://My_Host.EXAMPLE.:8080/", "https://my_host.example.:8080/"),
        ("link", "mailto:a@example.org", "mailto:a@example.org"),
        ("link", "about/", "about/"),
        ("path", "content/./cover.jpg", "content/cover.jpg"),
        ("colour", "'#FFF'", "#ffffff"),
        ("colour", "1A7f64", "#1a7f64"),
        ("text", '"a\\x07b\\u202e"', "ab"),
    ],
)
def test_fields_bring_what_is_written_into_form(field: str, written: str, meant: str) -> None:
    assert getattr(parse_yaml(f"{field}: {written}", FILE, Fields), field) == meant


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("web", "javascript:alert(1)"),
        ("web", "https://user:secret@example.org/"),
        ("web", "https:///x"),
        ("web", "https://exa mple.org"),
        ("web", "https://[::1"),
        ("web", "ftp://example.org"),
        ("web", "https://a..example/"),
        ("web", f"https://{'a' * 64}.example/"),
        ("link", "javascript:alert(1)"),
        ("link", "JavaScript:alert(1)"),
        ("link", "data:text/html,x"),
        ("link", "//example.org"),
        ("link", "../up"),
        ("link", "'x\"onclick=\"y'"),
        ("path", "/etc/passwd"),
        ("path", "a/../../b"),
        ("path", "C:/x"),
        ("path", "a\\b"),
        ("path", "."),
        ("slug", "Flood Gauges"),
        ("slug", "../x"),
        ("colour", "red;}"),
    ],
)
def test_fields_refuse(field: str, written: str) -> None:
    (found,) = problems_of(f"{field}: {written}", Fields)
    assert re.match(rf"show.yaml:1: {field}: (expected|write) ", found)
    assert "secret" not in found


values = st.recursive(
    st.none() | st.text(max_size=8) | st.sampled_from(["1:00", "2026-01-01", "no", "-1", "https://a.b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url", "at", "zz"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(option=st.sampled_from(list_options(Config)), value=values)
def test_no_jargon_reaches_a_person(option: str, value: object) -> None:
    """Whatever is written anywhere in a config, it is understood or answered in plain words."""
    for name in reversed(option.split(".")):
        value = {name.removesuffix("[]"): [value] if name.endswith("[]") else value}
    try:
        Config.model_validate(value)
    except ValidationError:
        with pytest.raises(InvalidDocument) as caught:
            parse_yaml(yaml.safe_dump(value, allow_unicode=True), FILE, Config)
        for problem in caught.value.problems:
            assert not JARGON.search(problem.message.partition(", got ")[0]), problem
            assert problem.line


def find_problems(parse: Callable[[str, Path, type[Coast]], object], text: str) -> Sequence[Problem]:
    try:
        parse(text, FILE, Coast)
    except InvalidDocument as error:
        return error.problems
    return ()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="ab:-[]{}'\"#&*!|>%@`? \n\t", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing a person can type makes anything but a document or problems."""
    for parse, written in ((parse_yaml, text), (parse_front_matter, f"---\n{text}\n---\n")):
        assert all(problem.line for problem in find_problems(parse, written))


def test_front_matter_is_read_at_the_speed_of_c() -> None:
    """10,000 of them take about 2 s; a pure-Python parser needs ten times that."""
    chapters = "".join(f"- at: 0:{minute:02}:00\n  title: Chapter number {minute} of this\n" for minute in range(8))
    people = "".join(f"- name: Person {n}\n  handle: abc{n}\n  href: https://x.com/abc{n}\n" for n in range(3))
    text = f"title: Gauges\ndate: 2026-10-09T07:30:00Z\nguid: 1lDx\nsummary: {'lorem ' * 120}\n"
    text += f"chapters:\n{chapters}people:\n{people}"
    took = []
    for _ in range(3):
        started = time.process_time()
        for _ in range(100):
            parse_front_matter(f"---\n{text}---\nBody.\n", FILE, EpisodeMatter)
        took.append(time.process_time() - started)
    assert min(took) < 100 * 0.0012


def test_documents_import_nothing_of_other_trades() -> None:
    """Reading a config loads neither audio nor templates nor feeds."""
    code = "import sys, site_builder.show.config, site_builder.show.front_matter; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"av", "jinja2", "lxml", "feedgen", "PIL", "markdown", "rich"} & set(loaded)
