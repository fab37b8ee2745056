"""One matcher for redaction and leak search: every written form of a name is found, and look-alikes are not."""

from __future__ import annotations

import html
import time

import pytest
from written_forms import ADDRESSES, FORMS, INNOCENT, MARKUP, Form

from site_builder.consent import Consent, make_redaction, mentions, redact
from site_builder.consent.evidence import Reading
from site_builder.consent.file_mentions import find_mentions
from site_builder.consent.leaks import find_people
from site_builder.consent.readers import Passage, read_markup
from site_builder.consent.redaction import Redaction, hide_unanswered, redact_lines, redact_markup
from site_builder.consent.secrets import describe_hidden, find_core_name
from site_builder.episodes.intake.new_episode import name_bundle
from site_builder.model.conversation import Announcement, Conversation
from site_builder.model.podcast import Recording, Speaker
from site_builder.show.people import Answer, People, PersonRecord

REFUSED = Answer(status=Consent.REFUSED)


def hide(name: str, handle: str = "", *others: PersonRecord) -> Redaction:
    """What hides one person who refused."""
    return make_redaction(People((PersonRecord(key="her", name=name, handle=handle, consent=REFUSED), *others)))


def is_found(text: str, redaction: Redaction, *, markup: bool = False) -> bool:
    """Whether the leak search finds somebody."""
    passages = read_markup(text) if markup else [Passage(text)]
    return any(found for passage in passages for found in find_people(passage, redaction.matcher))


@pytest.mark.parametrize("form", FORMS, ids=ascii)
def test_plain_text(form: Form) -> None:
    """Found by the leak search, told with its line, and gone after redaction."""
    redaction = hide(form.name, form.handle)
    text = f"first line\n{form.text}\nand more"
    if form.text.islower() and form.name == "Martin":
        text = form.text  # where nothing has a capital, none can be asked for
    assert is_found(text, redaction)
    redacted = redact(text, redaction)
    assert redacted != text
    assert not is_found(redacted, redaction)
    line = text.count("\n", 0, text.index(form.text)) + 1
    assert {mention.line for mention in find_mentions(text, redaction)} == {line}


@pytest.mark.parametrize("form", MARKUP, ids=ascii)
def test_markup(form: Form) -> None:
    """Through tags, cells and list items, in attributes and links; what is left is HTML, and has no empty link."""
    redaction = hide(form.name, form.handle)
    text = f"<div>before {form.text} after</div>"
    assert is_found(text, redaction, markup=True)
    redacted = redact_markup(text, redaction)
    assert not is_found(redacted, redaction, markup=True)
    assert "before" in redacted
    assert redacted.count("<li>") == text.count("<li>")
    assert "></a>" not in redacted
    assert 'href="someone' not in redacted.lower()


@pytest.mark.parametrize("form", ADDRESSES, ids=ascii)
def test_addresses(form: Form) -> None:
    assert mentions(form.text, hide(form.name, form.handle), Reading.ADDRESS)


@pytest.mark.parametrize("form", INNOCENT, ids=ascii)
def test_look_alikes_survive(form: Form) -> None:
    """In plain text, in HTML, and for the leak search."""
    redaction = hide(form.name, form.handle)
    assert redact(form.text, redaction) == form.text
    marked = f"<p>{html.escape(form.text)}</p>"
    assert redact_markup(marked, redaction) == marked
    assert not is_found(form.text, redaction)
    if "\n" not in form.text and "." not in form.text.strip("."):
        assert not mentions(form.text, redaction, Reading.ADDRESS) or form.name == "Ana Lopez"


def test_names_over_two_cues() -> None:
    """Each line keeps what is not the name."""
    lines = ["thanks, Ana", "Lopez, for coming", "nothing here"]
    assert redact_lines(lines, hide("Ana Lopez")) == ["thanks, someone", ", for coming", "nothing here"]


GRANTED = Answer(status=Consent.GRANTED)


@pytest.mark.parametrize(
    ("name", "other", "text", "expected"),
    [
        (
            "Daniel",
            PersonRecord(key="s", name="Daniel Smith", consent=GRANTED),
            "Daniel Smith and Daniel",
            "Daniel Smith and someone",
        ),
        ("Daniel", PersonRecord(key="s", name="Daniel Smith", consent=GRANTED), "#DanielSmith", "#DanielSmith"),
        ("Kit", PersonRecord(key="m", name="Mo", handle="Kit", consent=GRANTED), "@kit and Kit", "@kit and someone"),
    ],
)
def test_namesakes_who_are_shown(name: str, other: PersonRecord, text: str, expected: str) -> None:
    assert redact(text, hide(name, "", other)) == expected


def test_exceptions_of_the_host() -> None:
    """`not:` names phrases in which the word is no name."""
    record = PersonRecord(key="m", name="Martin", exceptions=("Aston Martin", "St. Martin"), consent=REFUSED)
    redaction = make_redaction(People((record,)))
    assert redact("An Aston Martin, St Martin and Martin", redaction) == "An Aston Martin, St Martin and someone"


def test_all_that_was_ever_known() -> None:
    """Names, handles, ids and pictures of every recording."""
    record = PersonRecord(key="a", name="Ana", consent=REFUSED, periscope_ids=("1abcdefghij",))
    people = People((record,)).describe(
        [
            Speaker(name="Ana María Lopez", periscope_id="1abcdefghij", handle="ana_old_handle"),
            Speaker(
                name="AML 🚀",
                periscope_id="1abcdefghij",
                x_id="99887766",
                avatar_url="https://p.example/1/a_normal.jpg",
            ),
            Speaker(name="Somebody Else", periscope_id="1zzzzzzzzzz"),
        ]
    )
    hidden = describe_hidden(people.records[0])
    assert {"Ana", "Ana María Lopez", "AML"} <= set(hidden.names)
    assert "Somebody Else" not in hidden.names
    assert hidden.handles == ("ana_old_handle",)
    assert set(hidden.ids) == {"1abcdefghij", "99887766"}
    assert hidden.avatars == ("https://p.example/1/a_normal.jpg",)


@pytest.mark.parametrize(
    ("shown", "core"),
    [
        ("Ana Lopez | Acme 🚀", "Ana Lopez"),
        ("Dr. Ana Lopez, PhD (she/her)", "Ana Lopez"),
        ("Ana Lopez @ Acme", "Ana Lopez"),
        ("Ana Lopez - building things", "Ana Lopez"),
        ("Prof. Dr. Müller", "Müller"),
        ("ana.lopez", "ana.lopez"),
        ("Ana Lopez she/her", "Ana Lopez"),
        ("🚀🚀", ""),
        ("Jean-Luc O’Neil Jr.", "Jean-Luc O’Neil"),
    ],
)
def test_core_names(shown: str, core: str) -> None:
    assert find_core_name(shown) == core


def test_many_people_are_looked_for_alike() -> None:
    """With more than are tried one by one, the same is found."""
    others = tuple(PersonRecord(key=f"p{n}", name=f"Xavier{n} Quux{n}", consent=REFUSED) for n in range(60))
    many = make_redaction(
        People((PersonRecord(key="her", name="Ana Lopez", handle="ana_builds", consent=REFUSED), *others))
    )
    for form in FORMS:
        if (form.name, form.handle) == ("Ana Lopez", "ana_builds"):
            assert redact(form.text, many) == redact(form.text, hide(form.name, form.handle)), form.text


def test_a_guid_is_passed_over_and_all_else_of_a_feed_is_not() -> None:
    """It cannot change; a page holds it as the player's key."""
    redaction = hide("Ana Lopez", "ana_builds")
    assert not is_found('<item><guid isPermaLink="false">ana_builds-1</guid></item>', redaction, markup=True)
    assert not is_found('<div data-key="ana_builds-1"></div>', redaction, markup=True)
    assert is_found("<item><guid>1</guid><link>https://e.example/ana-builds/</link></item>", redaction, markup=True)
    assert is_found("<description>&lt;img alt='Ana Lopez'&gt;</description>", redaction, markup=True)


def test_a_new_address_names_nobody_who_has_not_agreed() -> None:
    """Known or met just now; whoever said yes may be in it."""
    recording = Recording(id="1abcdefgh", source="x", speakers=(Speaker(name="Lou Waters", handle="lou_w"),))
    title = "Talk with @anab about floods #AnaLopez and Lou Waters, by Mo Marsh"
    conversation = Conversation(recording=recording, announcement=Announcement(title=title))
    people = People(
        (
            PersonRecord(key="a", name="Ana Lopez", handle="anab", consent=REFUSED),
            PersonRecord(key="m", name="Mo Marsh", consent=GRANTED),
        )
    )
    _, slug = name_bundle(conversation, (), (), hide_unanswered(people, recording.speakers))
    assert slug == "talk-with-about-floods-and-by-mo-marsh"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("thanks, Ana (Lopez)!", "thanks, someone!"),
        ("so (Ana) Lopez said", "so someone said"),
        (
            "so “Ana” Lopez and Ana «Lopez» and »Ana« Lopez and „Ana“ Lopez",
            "so someone and someone and someone and someone",
        ),
        ('so **Ana** Lopez, Ana *Lopez*, Ana "Lopez"', "so someone, someone, someone"),
        ("so Ana（Lopez）, [Ana] [Lopez]", "so someone, someone"),
        ("(thanks Ana) Lopez and all", "(thanks someone) and all"),
        ("so Ana (Lopez and all)", "so someone ( and all)"),
        ("he said “thank you, Ana Lopez”, (Ana Lopez)", "he said “thank you, someone”, (someone)"),
    ],
)
def test_brackets_and_quotes_stay_in_pairs(text: str, redacted: str) -> None:
    """A pair around part of a name goes with it; one of which only a part is inside stays."""
    assert redact(text, hide("Ana Lopez")) == redacted
    markup = text.replace("Lopez", "<b>Lopez</b>")
    assert redact_markup(f"<p>{markup}</p>", hide("Ana Lopez")) == f"<p>{redacted}</p>"


@pytest.mark.parametrize(
    "piece", ["ana ", "Ana Lopez, ", "ana-", "@ana", "<!--", "Ana <b", "x\nAna\n", "](Ana", "[x](y"]
)
def test_no_text_takes_long(piece: str) -> None:
    """Whatever an archive or a feed holds: a text of 15,000 characters, which took a minute, takes seconds at most."""
    redaction = hide("Ana Lopez", "ana_b", PersonRecord(key="ana", name="Ana", consent=REFUSED))
    text = piece * (15_000 // len(piece)) + "Ana"
    started = time.process_time()
    redact(text, redaction)
    redact_markup(text, redaction)
    find_mentions(text, redaction)
    redact_lines(text.split(" "), redaction)
    assert time.process_time() - started < 4
