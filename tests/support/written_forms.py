"""Written forms in which somebody is named, and texts that name nobody, for every test of the matcher.

Each form is a name as people.yaml has it, a handle, and a text: plain, or HTML as notes become.
"""

from __future__ import annotations

from typing import NamedTuple


class Form(NamedTuple):
    """A text in which somebody is named, or is not."""

    text: str
    name: str = "Ana Lopez"
    handle: str = "ana_builds"
    left: str = ""
    """What must still be there after redaction."""


PLAIN = (
    *("Ana Lopez", "ana lopez", "ANA LOPEZ", "Ana Lopez's", "Ana Lopez’s", "Ana_Builds", "@ANA_BUILDS", "ana_builds"),
    *("#AnaLopez", "#analopez", "AnaLopez", "Ana-Lopez", "Ana_Lopez", "Ana.Lopez", "ana.lopez@example.org"),
    *("see github.com/ana-builds for more", "https://github.com/Ana-Builds/x?y=1", "[\u200eAna\u200f Lopez]"),
    *("Ana Lo\u00adpez", "Ana\u200b Lopez", "Ana\u200bLopez", "ana\u2060_builds", "Ana \u200fLopez", "Ana\u00a0Lopez"),
    *(
        "Ana\u2011Lopez",
        "Ａｎａ　Ｌｏｐｅｚ",
        "𝐀𝐧𝐚 𝐋𝐨𝐩𝐞𝐳",
        "𝒜𝓃𝒶 ℒℴ𝓅ℯ𝓏",
        "Ⓐⓝⓐ Ⓛⓞⓟⓔⓩ",
        "＠ana＿builds",
        "A\u0301na Lo\u0301pez",
    ),
    *(
        "Ana&nbsp;Lopez",
        "&#65;na Lopez",
        "Ana%20Lopez",
        "https://example.org/?q=Ana%20Lopez",
        "example.org/ana-lopez.html",
    ),
    *("ana-lopez-2024.jpg", "Ana — Lopez", "Ana “Lopez”", "Lopez, Ana: Ana Lopez", "x.com/ana_builds/status/12"),
    *("https://x.com/intent/user?screen_name=Ana_Builds", "https://bsky.app/profile/ana-builds", "ANALOPEZ"),
)
FORMS = (
    *map(Form, PLAIN),
    Form("A\u0301na Lo\u0301pez", "Ána López"),
    Form("ana lopez", "Ána López"),
    Form("O’Brien", "O'Brien"),
    Form("said O'Brien", "O’Brien"),
    Form("with Ana Lopez", "Ana Lopez | Acme 🚀"),
    Form("with Ana Lopez", "Dr. Ana Lopez, PhD (she/her)"),
    Form("with Ana Lopez", "🌊 Ana Lopez 🌊 • sailing"),
    Form("with Ana Lopez", "Lopez, Ana"),
    Form("with Ana Lopez", "Ana M. Lopez"),
    Form("김철수가 왔다", "김철수"),
    Form("김철수님", "김철수"),
    Form("김 철수가 왔다", "김철수"),
    Form("Ana M. Lopez"),
    Form("said Ana Maria Lopez there"),
    Form("Ana Lopez and Ana María Lopez", "Ana Maria Lopez"),
    Form("\u0410na Lopez"),
    Form("Ana L\u03bfpez"),
    Form("@\u0430na_builds"),
    Form("by Lopez, Ana; and others"),
    Form("가수김철수와", "김철수"),
    Form("ขอบคุณสมชายมาก", "สมชาย"),
    Form("ووليد", "وليد"),
    Form("للدكتور وليد", "وليد"),
    Form("لדניאל לדניאל", "דניאל"),
    Form("כשדניאל אמר", "דניאל"),
    Form("今日は山田太郎さん", "山田太郎"),
    Form("山田 太郎さん", "山田太郎"),
    Form("ΓΙΏΡΓΟΣ ΠΑΠΆΣ", "Γιώργος Παπάς"),
    Form("с Андреем и Андрей", "Андрей"),
    Form("अनिल कुमार ने कहा", "अनिल कुमार"),
    Form("Zoe Unver", "Zoë Ünver"),
    Form("by İPEK ÇELIK", "İpek Çelik"),
    Form("Straße von Gruß", "Gruss"),
    Form("Will said so", "Will"),
    Form("0:08 Will: hello", "Will"),
    Form("- 1:02:08 Will", "Will"),
    Form("thanks to Will for it", "Will"),
    Form("I asked May about it", "May"),
    Form("Rose's garden", "Rose"),
    Form("@12", "12"),
    Form("talk to @will_i_am_not and @will", "x", "will"),
    Form("instagram.com/anab", "x y", "anab"),
    Form("anab@example.org", "x y", "anab"),
    Form("#anab", "x y", "anab"),
    Form("thanks martin for coming", "Martin"),
)
"""Plain text."""

MARKUP = (
    *map(
        Form,
        (
            "<b>Ana</b> Lopez",
            "<em>Ana Lopez</em>",
            "Ana <b>Lopez</b>",
            "<b>An</b>a Lo<i>pez</i>",
            '<a href="x">Ana</a> <a href="y">Lopez</a>',
            "<table><tr><td>Ana</td><td>Lopez</td></tr></table>",
            "<ul>\n<li>thanks, Ana</li>\n<li>Lopez, for coming</li>\n</ul>",
            "<p>thanks, Ana</p>\n<p>Lopez, for coming</p>",
            '<img src="a.jpg" alt="Ana Lopez">',
            '<img src="a.jpg" title="Ana&#x20;Lopez">',
            '<img src="photos/ana-lopez.jpg" alt="her">',
            '<a href="https://example.org/Ana%20Lopez">there</a>',
            '<a href="https://x.com/ana_builds">her</a>',
            '<a href="mailto:ana.lopez@example.org">write</a>',
            "Ana&nbsp;Lopez",
            "Ana<br>Lopez",
            "<code>ana_builds</code>",
            'A<span title="x">n</span>a Lopez',
        ),
    ),
)
"""HTML as it is published."""

ADDRESSES = (
    Form("talk-with-anab-about-floods", "x y", "anab"),
    Form("anab.jpg", "x y", "anab"),
    Form("anab", "x y", "anab"),
    Form("analopez"),
    Form("tags/ana-lopez/"),
    Form("media/ana-builds-3fa2.m4a"),
    Form("anabuilds"),
    Form("with-martin", "Martin"),
    Form("gruss-von-zoe-unver", "Zoë Ünver"),
    Form("people/o-brien/", "O’Brien"),
    Form("people/obrien-talk", "Sean O’Brien", "obrien"),
)
"""Slugs, tags, file names."""

INNOCENT = (
    Form("Banana Lopezia and Anabel Lopezski"),
    Form("Ana, a Lopez fan; Ana y Lopez; Carlos Lopez, Ana Smith; Mia Lopez, Ana"),
    Form("Anna Lopez, Ana Lopes, Lopez alone, Ana alone"),
    Form("Ana und Lopez; Ana meets Lopez; ANA UND LOPEZ; Ana Ruiz: Lopez; Ana Ruiz, Lopez"),
    Form("banana_builds ana_builds2 mana_builds @ana_builds_more"),
    Form("Will it scale? I will. Free will. WILL IT? Where there's a will", "Will", "will"),
    Form("in the May edition; it may rain; May 5; since May; 3 May; May is here", "May", "may"),
    Form("Martina on martinis; a martini. The sand martin nests.", "Martin"),
    Form("at 12:00, 12 people, No. 12", "12", "12"),
    Form("Search\nEpisodes\nPlay\nThe Guest page, Guest 1 and Guest 2", "Guest", "guest"),
    Form("Search the site, Search", "Search", "search"),
    Form("Play\nPlay episode", "Play", "play"),
    Form("We moved to SQLite in 2020", "SQLite", "sqlite"),
    Form("Rose petals fell. A rose. The Rose of the winds", "Rose"),
    Form("One\nOne more thing. Number One", "One"),
    Form("The end. By The Way", "The"),
    Form("Someone said so; Somebody Else too", "Someone"),
    Form("My Podcast", "Podcast"),
    Form("K is for Kelvin", "K"),
    Form("a first aid kit, a toolkit, -webkit-box, Kitchen", "Kit"),
    Form("another willpower maybe", "Will Power"),
    Form("open source software is open", "Open Source"),
    Form("Grace notes. By the grace of", "Grace"),
    Form("0:08 Mark the date", "Mark"),
    Form("Mark the date. Hope springs. Art is long", "Mark"),
    Form("Monday: 4 April, in April", "April"),
    Form("김철순이 왔다", "김철수"),
    Form("Kollege Martinez", "Martin"),
    Form("example.org/search/ and /play", "x y", "search"),
    Form("first-aid-kit", "Kit", "kit_x"),
    Form("id 881200441", "x y", "zz"),
)
"""Texts that name nobody, by somebody who refused."""
