"""Front matter of episodes and pages, both directions."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from site_builder.errors import InvalidDocument
from site_builder.model.podcast import Chapter, EpisodeKind, Role, Span
from site_builder.show.bundles import load_page
from site_builder.show.documents import parse_front_matter
from site_builder.show.documents.document import Document
from site_builder.show.documents.writing import render_front_matter
from site_builder.show.documents.yaml import Plain, Reading, compose
from site_builder.show.front_matter import EpisodeMatter, PageMatter

FILE = Path("index.md")
LEAST = "title: How to sleep\ndate: 2026-10-08 19:30\nguid: 1gqGvHornSLpR\n"


def episode(more: str = "", least: str = LEAST) -> EpisodeMatter:
    """An episode's front matter from its text."""
    return parse_front_matter(f"---\n{least}{more}\n---\n", FILE, EpisodeMatter)[0]


def problem_of(more: str) -> str:
    """The only thing wrong with an episode."""
    with pytest.raises(InvalidDocument) as caught:
        episode(more)
    (problem,) = caught.value.problems
    return str(problem)


def test_three_lines_make_an_episode() -> None:
    matter = episode()
    assert (matter.title, matter.guid, matter.kind, matter.draft) == (
        "How to sleep",
        "1gqGvHornSLpR",
        EpisodeKind.FULL,
        False,
    )
    assert matter.published_at(ZoneInfo("Europe/London")) == datetime(2026, 10, 8, 18, 30, tzinfo=UTC)
    assert (matter.trim, matter.chapters, matter.people, matter.withdrawn) == (None, None, None, None)


@pytest.mark.parametrize("missing", ["title", "date", "guid"])
def test_what_is_required_is_asked_for(missing: str) -> None:
    with pytest.raises(InvalidDocument, match=f"^index.md:2: {missing}: this is required, but missing$"):
        episode(least=re.sub(rf"^{missing}: .*\n", "", LEAST, flags=re.MULTILINE))


@pytest.mark.parametrize(
    "written",
    [
        "chapters:\n  0:00: Opening\n  1:02:03.5: {title: 'The dog: first', url: https://example.org}",
        (
            "chapters:\n- at: 0:00\n  title: Opening\n"
            "- start: 1:02:03.5\n  title: 'The dog: first'\n  url: https://example.org"
        ),
        "chapters:\n- {start: 1h2m3.5s, title: 'The dog: first', url: https://example.org}\n- 0:00 – Opening",
        "chapters:\n- 0:00: Opening\n- {at: 3723.5, title: 'The dog: first', url: https://example.org}",
    ],
)
def test_chapters_are_read_as_people_write_them(written: str) -> None:
    chapters = episode(written).chapters
    assert chapters is not None
    assert [entry.to_model() for entry in chapters] == [
        Chapter(start=0.0, title="Opening"),
        Chapter(start=3723.5, title="The dog: first", href="https://example.org"),
    ]


def test_no_chapters_is_not_the_same_as_nothing_said() -> None:
    assert [episode(f"chapters: {word}").chapters for word in ("none", "[]", "off", "")] == [(), (), (), None]


@pytest.mark.parametrize(
    "title",
    [
        "Part 2: the return",
        "What now:",
        "[Live] from the coast",
        "*Star* & {moon}",
        "& then",
        "!Wow",
        "%d lamps",
        "@home",
        "`code`",
        "- dash",
        "? huh",
        "Issue #4 of 5: x",
        "| pipe",
        '"Floods" and "other"',
        "'Til dawn",
        "“Smart: quotes”",
        "It’s: fine",
        "C:\\temp",
    ],
)
def test_a_title_goes_to_the_end_of_its_line(title: str) -> None:
    """In an episode and in a page; as a summary, too."""
    text = f"---\ntitle: {title}\nsummary: {title}\ndate: 2026-10-08\nguid: x\n---\n"
    matter = parse_front_matter(text, FILE, EpisodeMatter)[0]
    assert (matter.title, matter.summary) == (title, title)
    assert parse_front_matter(f"---\ntitle: {title}\n---\n", FILE, PageMatter)[0].title == title


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ('"Part 2: the return"', "Part 2: the return"),
        ("'a: b'  # a remark", "a: b"),
        ("'It's me'", "It's me"),
        ("Foo # Kim's real name is Robin", "Foo"),
        ("a\n  b: c\n  d", "a b: c d"),
        (">-\n  a: b", "a: b"),
        ('"x\n  y: z"', "x y: z"),
        ('"say \\"x\\" \\\n  and y: z"', 'say "x" and y: z'),
        ("'it''s\n  y: z'", "it's y: z"),
    ],
)
def test_what_is_yaml_stays_yaml(written: str, title: str) -> None:
    assert parse_front_matter(f"---\ntitle: {written}\n---\n", FILE, PageMatter)[0].title == title


BARE = "title: A: b\ndate: 2026-10-08\nguid: x"


@pytest.mark.parametrize(
    "text",
    [
        f"---  \n{BARE}\n---\t\n",
        f"\n\n---\n{BARE}\n---\n",
        f"-----\n{BARE}\n-----\n",
        f"—-\n{BARE}\n—-\n",
        f"\ufeff---\n{BARE}\n---\n",
        f"---\n{BARE}\n---\n".replace("\n", "\r\n"),
        f"---\n{BARE}\n---\n".replace("\n", "\r"),
        f"---\n{BARE}\n---\n".replace(": ", ":\t", 1),
        f"---\n{BARE}\n---\n".replace(": ", ":\xa0"),
        f"---\n{BARE}\n---\n".replace(": ", "：", 1),
        f"---\n{BARE}\n---\n".replace("title", "Title").replace("date", "DATE"),
        f"---\n \u200b{BARE}\n---\n",
        "---\n\t{}\n---\n".format(BARE.replace("\n", "\n\t")),
        "---\n  {}\n---\n".format(BARE.replace("\n", "\n  ")),
    ],
)
def test_every_keyboard_and_editor_will_do(text: str) -> None:
    assert parse_front_matter(text, FILE, EpisodeMatter)[0].title == "A: b"


@pytest.mark.parametrize(
    ("written", "tags"),
    [
        ("fog, sleep", ("fog", "sleep")),
        ("#fog #sleep", ("fog", "sleep")),
        ("fog；sleep、C#", ("fog", "sleep", "C#")),
        ("[fog, sleep]", ("fog", "sleep")),
        ("\n- fog, mist\n- C: the language\n- '#1'", ("fog, mist", "C: the language", "#1")),
        ("one word or three", ("one word or three",)),
        ("\n- a & b\n  c\n- d", ("a & b c", "d")),
    ],
)
def test_commas_part_tags(written: str, tags: tuple[str, ...]) -> None:
    assert episode(f"tags: {written}").tags == tags


@pytest.mark.parametrize(
    "written",
    [
        " 0:00 Intro, 75:30 A: b",
        "\n  0:00 Intro\n  75:30 A: b",
        "\n0:00 Intro\n75:30 A: b # a remark",
        "\n- 0:00 Intro\n- 75:30 A: b",
        "\n- 0:00: Intro\n- 75:30: A: b",
        "\n  0:00: Intro\n  75:30: A: b",
        "\n0:00: Intro\n75:30: A: b",
        "\n  0:00:Intro\n  75:30:A: b",
        "\n\t(0:00) Intro\n\t[75:30] - A: b",
        "\n  * 0:00 Intro\n  • 1:15:30 A: b",
        "\n  - {at: 0:00, title: Intro}\n  - 75:30 A: b",
        " |\n  0:00 Intro\n  1h15m30s A: b",
    ],
)
def test_chapters_may_be_plain_lines(written: str) -> None:
    chapters = episode(f"chapters:{written}\nseason: 2").chapters
    assert [(entry.start, entry.title) for entry in chapters or ()] == [(0.0, "Intro"), (4530.0, "A: b")]


def test_lists_on_one_line() -> None:
    matter = episode("people: Mara, Owen\ncut: 0:10-0:20, 75:00-76:00\nlocation: Vienna, Austria")
    assert [entry.name for entry in matter.people or ()] == ["Mara", "Owen"]
    assert [entry.start for entry in matter.cut] == [10.0, 4500.0]
    assert [entry.name for entry in matter.location] == ["Vienna, Austria"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title:NoSpace\ndate: 2026-10-08\nguid: x", "index.md:2: put a space behind the colon: `title: NoSpace`"),
        ("title: x\ndate: 2026-10-08\nguid: x\ndraft:true", "index.md:5: put a space behind the colon: `draft: true`"),
        ("title: x\n  draft: true\ndate: 2026-10-08\nguid: x", "index.md:3: put quotes around"),
        ('title: "x\ndate: 2026-10-08\nguid: x', "index.md:2: a quoted text or a bracket is opened here"),
        ("title: x\ndate: 10/09/2026\nguid: x", "index.md:3: date: expected a date"),
    ],
)
def test_slips_are_told_on_their_own_line(text: str, problem: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse_front_matter(f"---\n{text}\n---\n", FILE, EpisodeMatter)
    assert str(caught.value).startswith(problem)


@pytest.mark.parametrize(
    "written",
    [
        *("2026-10-9", "2026/10/09", "9 October 2026", "Oct 9, 2026", "October 9th, 2026"),
        *("2026-10-09 00:00", "2026-10-09 12:00 am", "9. Oct. 2026 at 0:00"),
    ],
)
def test_dates_are_read_as_people_write_them(written: str) -> None:
    assert episode(f"updated: {written}").updated == datetime(2026, 10, 9)  # noqa: DTZ001
    assert episode("updated: 9 Oct 2026 7:30 pm UTC").updated == datetime(2026, 10, 9, 19, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["0:12-1:30", "0:12 – 1:30", "0:12 to 1:30", "{from: 0:12, to: 1:30}", "{start: 12, end: 90}"]
)
def test_spans_are_read_as_people_write_them(written: str) -> None:
    wanted = Span(start=12.0, end=90.0)
    matter = episode(f"cut: {written}\nmute:\n- {written}\ntrim: {written}\nsoundbites:\n- {written}")
    assert [entry.to_model() for entry in (*matter.cut, *matter.mute)] == [wanted, wanted]
    assert matter.trim is not None
    assert (matter.trim.start, matter.trim.end) == (12.0, 90.0)
    assert (matter.soundbites[0].to_model().start, matter.soundbites[0].to_model().duration) == (12.0, 78.0)


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [("none", None, None), ("0:12-", 12, None), ("-1:30", None, 90), ("{to: 1:30}", None, 90)],
)
def test_a_trim_may_be_open(written: str, start: float | None, end: float | None) -> None:
    trim = episode(f"trim: {written}").trim
    assert trim is not None
    assert (trim.start, trim.end) == (start, end)


def test_people_and_places_may_be_bare_names() -> None:
    matter = episode(
        "people:\n- Mara\n- {name: Owen, role: host, handle: '@owen'}\nlocation: Lamp Coast\nlicense: cc0-1.0"
    )
    assert matter.people is not None
    assert [(entry.name, entry.role, entry.handle) for entry in matter.people] == [
        ("Mara", Role.GUEST, ""),
        ("Owen", Role.HOST, "owen"),
    ]
    assert (matter.location[0].to_model().name, matter.license and matter.license.name) == ("Lamp Coast", "cc0-1.0")
    assert episode("people: []").people == ()


@pytest.mark.parametrize(
    ("written", "meant"), [("true", ""), ("no", None), ("", None), ("At Owen's wish", "At Owen's wish")]
)
def test_withdrawal_may_give_a_reason(written: str, meant: str | None) -> None:
    assert episode(f"withdrawn: {written}").withdrawn == meant


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("saeson: 1", "index.md:5: saeson: unknown name; did you mean `season`?"),
        ("kind: bonus", "index.md:5: kind: unknown name; did you mean `type`?"),
        ("season: 0", "index.md:5: season: expected a number of at least 1, got '0'"),
        ("type: bonsu", "index.md:5: type: expected full, trailer or bonus, got 'bonsu'; did you mean `bonus`?"),
        (
            "slug: How to sleep",
            (
                "index.md:5: slug: expected small letters, digits and single hyphens, got 'How to "
                "sleep'; did you mean `how-to-sleep`?"
            ),
        ),
        ("cover: ../../secret.png", "index.md:5: cover: expected the path of a file"),
        ("trim: 1:30", "index.md:5: trim: expected from and to, such as 0:12-1:30, got '1:30'"),
        ("cut:\n- 0:10-0:05", "index.md:6: cut.1: the span ends before it begins"),
        ("cut: 0:10-", "index.md:5: cut.1.to: this is required, but missing"),
        ("mute:\n- 0:10-soon", "index.md:6: mute.1.to: expected a time such as 1:02:03, 2:03.5 or 1h2m3s, got 'soon'"),
        (
            "chapters:\n  0:00: A\n  soon: B",
            "index.md:7: chapters.2.at: expected a time such as 1:02:03, 2:03.5 or 1h2m3s, got 'soon'",
        ),
        ("chapters:\n  0:00: A\n  00:00: B", "index.md:5: chapters: two chapters begin at the same time"),
        ("chapters:\n  0:00: A\n  1:00:", "index.md:7: chapters.2.title: this is required, but missing"),
        (
            "chapters: [Opening]",
            "index.md:5: chapters.1: expected named values (lines such as `name: value`), got 'Opening'",
        ),
        ("soundbites: 0:10-0:10", "index.md:5: soundbites.1: the soundbite ends before it begins"),
        ("people: [{nmae: Owen, name: Owen}]", "index.md:5: people.1.nmae: unknown name; did you mean `name`?"),
        ("title: again", "index.md:5: title: this is given twice (first on line 2); keep one"),
    ],
)
def test_problems_of_an_episode(written: str, problem: str) -> None:
    assert problem_of(written).startswith(problem)


def test_own_names_are_ignored() -> None:
    assert episode("x-todo: [ask, Owen]") == episode()


@pytest.mark.parametrize(("written", "place"), [("", 0), ("nav: 3", 3), ("nav: false", None), ("nav: yes", 0)])
def test_pages_and_their_place_in_the_navigation(written: str, place: int | None) -> None:
    page, text, _ = parse_front_matter(f"---\ntitle: About\n{written}\n---\nUs.", FILE, PageMatter)
    assert (page.title, page.nav, text) == ("About", place, "Us.")


def test_front_matter_is_written_for_people() -> None:
    """Order kept, quotes only where YAML needs them, letters of every script as they are, moments with their zone."""
    text = render_front_matter(
        {
            "title": "Floods: a guide",
            "date": datetime(2026, 10, 9, 7, 30, tzinfo=UTC),
            "recorded": datetime(2026, 10, 9, 7, 30, tzinfo=timezone(timedelta(hours=2))),
            "day": date(2026, 10, 9),
            "guid": "1984",
            "slug": "floods",
            "summary": "Zwei Sätze. 灯台 🗼",
            "tags": ["no", "fog & sleep", "#1"],
            "season": 1,
            "draft": True,
            "cover": None,
            "chapters": {"0:00": "Opening", "1:02:03": "The dog's turn"},
            "notes": "One.\nTwo.",
        }
    )
    assert text == (
        "---\ntitle: 'Floods: a guide'\n"
        "date: 2026-10-09T07:30:00Z\nrecorded: 2026-10-09T07:30:00+02:00\nday: 2026-10-09\n"
        "guid: '1984'\nslug: floods\nsummary: Zwei Sätze. 灯台 🗼\n"
        "tags:\n- 'no'\n- fog & sleep\n- '#1'\nseason: 1\ndraft: true\n"
        "chapters:\n  0:00: Opening\n  1:02:03: The dog's turn\nnotes: |-\n  One.\n  Two.\n---\n"
    )


def test_moments_without_a_zone_are_not_written() -> None:
    with pytest.raises(ValueError, match="time zone"):
        render_front_matter({"date": datetime(2026, 10, 9)})  # noqa: DTZ001


def test_what_extract_writes_is_read_back() -> None:
    moment = datetime(2026, 10, 9, 7, 30, 1, 500000, tzinfo=UTC)
    text = render_front_matter(
        {"title": "---", "date": moment, "guid": "0x1F", "slug": "a", "tags": ["~", "null"], "draft": False}
    )
    matter, body, line = parse_front_matter(text + "\nNotes.\n", FILE, EpisodeMatter)
    assert (matter.title, matter.published_at(UTC), matter.guid, matter.tags) == ("---", moment, "0x1F", ("~", "null"))
    assert (body, line) == ("\nNotes.\n", 11)


def read_plain(text: str) -> Plain:
    """What the reader sees before any schema."""
    inner = text.removeprefix("---\n").removesuffix("---\n")
    root = compose(inner)
    reading = Reading(inner)
    value = reading.read(root) if root else {}
    assert not reading.faults
    return value


texts = (
    st.text()
    | st.text(alphabet="ab :-#'\"\\\n\t{}[],&*!|>%@`?~=.\r\x85\u2028\ufeff\x00🗼é")
    | st.sampled_from(
        [
            "---",
            "...",
            "null",
            "~",
            "",
            " ",
            "a: b",
            "- a",
            "<<",
            "=",
            "1:02:03",
            "| x",
            "'",
            '"',
            "\ud800",
            "a\n---\nb",
            "\n",
            "yes",
        ]
    )
)


@settings(max_examples=400, deadline=None)
@example({"a": "\n x"})
@example({"a": "x \ny"})
@example({"a": ["x\n\n", "\u2028"]})
@given(
    st.dictionaries(texts, texts | st.lists(texts, max_size=3) | st.dictionaries(texts, texts, max_size=2), max_size=4)
)
def test_any_text_survives_writing_and_reading(values: dict[str, object]) -> None:
    """Hostile text stays text, here and for any other YAML reader; lone surrogates, which no file can hold, do not."""
    text = render_front_matter(values)
    wanted = without_surrogates(values)
    assert text.startswith("---\n")
    assert text.endswith("---\n")
    assert text.count("\n---\n") + text.count("\r---") == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]", text)
    assert read_plain(text) == wanted
    if not re.search(r"\d:[0-5]?\d", text):  # for YAML 1.1 a time without quotes is a number
        assert yaml.safe_load(text.removesuffix("---\n")) == wanted


def without_surrogates(value: object) -> object:
    """`value` as a file can hold it."""
    match value:
        case str():
            return re.sub("[\ud800-\udfff]", "\ufffd", value)
        case list():
            return [without_surrogates(entry) for entry in value]
        case dict():
            return {without_surrogates(key): without_surrogates(entry) for key, entry in value.items()}
        case _:
            return value


class Anything(Document):
    """A document that takes any title."""

    title: str = ""


@settings(max_examples=200, deadline=None)
@given(texts)
def test_any_title_survives(title: str) -> None:
    """Through the whole reader; only white space at the ends and lone surrogates are lost."""
    matter, body, _ = parse_front_matter(render_front_matter({"title": title}) + "Body.", FILE, Anything)
    assert matter.title.strip() == str(without_surrogates(title)).strip()
    assert body == "Body."


@pytest.mark.parametrize(
    ("text", "title", "rest"),
    [
        ("# About *us*\n\nHello\n", "About *us*", "Hello"),
        ("\ufeff\nOur  story\n===\nHello", "Our story", "Hello"),
        ("Hello\n\n# Later\n", "Who we are", "Hello"),
        ("", "Who we are", ""),
    ],
)
def test_a_page_without_front_matter(text: str, title: str, rest: str, tmp_path: Path) -> None:
    """Its first heading names it, or its file; the heading is not shown twice."""
    file = tmp_path / "who-we-are.md"
    file.write_text(text, "utf-8")
    page = load_page(file)
    assert (page.matter.title, page.slug) == (title, "who-we-are")
    assert page.text.strip().startswith(rest)
    assert title not in page.text


@pytest.mark.parametrize("text", ["---\ntitle: A\n", "+++\ntitle = 'A'\n+++\n", "draft: true\n\nNot yet", "Title: A\n"])
def test_a_page_whose_front_matter_went_wrong(text: str, tmp_path: Path) -> None:
    """It may say that the page is a draft: it is not taken for text."""
    file = tmp_path / "page.md"
    file.write_text(text, "utf-8")
    with pytest.raises(InvalidDocument):
        load_page(file)
