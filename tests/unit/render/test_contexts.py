"""What templates get: the contract in docs/theming.md, JSON values only, and pages that do not grow with the show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from episode_maker import make_enclosure, make_episode, make_full_episode, make_full_show, make_show
from listed_episodes import list_episodes
from sample_site import describe_sample_pages, make_conversation, make_episodes, make_look, make_main_episode

from site_builder.model.podcast import Artwork, Cue, Episode, Person, Role, Turn
from site_builder.render.pages.contexts import (
    Neighbour,
    describe_archive,
    describe_episode,
    describe_home,
    describe_not_found,
    describe_people,
    describe_redirect,
    describe_subscribe,
    describe_tags,
    describe_tombstone,
)
from site_builder.render.pages.episode_rows import find_person_path, find_tag_path
from site_builder.render.pages.lists import ListEntry, complete
from site_builder.render.pages.site_context import Context, Site, SiteSettings, describe_site
from site_builder.render.pages.sitemaps import Place, describe_robots, describe_sitemaps

MANUAL = (Path(__file__).parents[3] / "docs" / "theming.md").read_text("utf-8")
SITE = Site(make_show(), SiteSettings())


def documented_keys(section: str) -> set[str]:
    """The names before the colon of each bullet below a heading of the manual."""
    body = re.split(rf"^### {section}$", MANUAL, flags=re.MULTILINE)[1].split("\n### ")[0]
    names = [re.split(r":(?!//)", line, maxsplit=1)[0] for line in body.splitlines() if line.startswith("- ")]
    return {name for line in names for name in re.findall(r"`([a-z_]+)`", line)}


def documented_templates() -> dict[str, set[str]]:
    """Template to its further keys, from the table of the manual."""
    rows = re.findall(r"^\| `([a-z-]+\.[a-z]+)` \| ?(.*?) ?\|$", MANUAL, flags=re.MULTILINE)
    return {name: set(re.findall(r"`([a-z_]+)`", keys)) for name, keys in rows}


def list_all(episodes: Iterable[Episode]) -> list[ListEntry]:
    """Episodes as lists take them."""
    return list_episodes(episodes, UTC)


@pytest.fixture(scope="module")
def sample() -> list[Context]:
    """Every page of the sample site."""
    return describe_sample_pages()


def test_every_template_gets_what_the_manual_says(sample: list[Context]) -> None:
    """The table of the manual is the truth, for every template there is."""
    given = {page["page"]["template"]: set(page) - {"site", "page", "json_ld"} for page in sample}
    assert given == documented_templates()


def test_the_shared_parts_are_documented(sample: list[Context]) -> None:
    """`site`, `page`, `episode` and `player` hold the keys the manual lists."""
    episode = next(page for page in sample if page["page"]["template"] == "episode.html")
    assert set(episode["site"]) == documented_keys("site")
    assert set(episode["page"]) == documented_keys("page")
    assert set(episode["episode"]) == documented_keys("episode")
    assert set(episode["player"]) == documented_keys("player")
    assert set(episode["share"]) == documented_keys("share")


def test_contexts_are_json_and_the_same_each_time(sample: list[Context]) -> None:
    """A page is a function of its context, so a context must be a value."""
    text = json.dumps(sample, sort_keys=True)
    assert json.loads(text) == sample
    assert json.dumps(describe_sample_pages(), sort_keys=True) == text


def test_every_page_has_a_file_of_its_own(sample: list[Context]) -> None:
    """No two pages claim one file, and folders end in index.html."""
    files = [page["page"]["file"] for page in sample]
    assert len(files) == len(set(files))
    assert {"index.html", "page/2/index.html", "404.html", "subscribe/index.html", "robots.txt"} <= set(files)


def test_root_leads_home(sample: list[Context]) -> None:
    """`root` climbs as many folders as the page is deep; only the 404 page, shown anywhere, names the whole path."""
    for page in sample:
        about = page["page"]
        if about["file"] == "404.html":
            assert about["root"] == "/show/"
        else:
            assert about["root"] == "../" * about["file"].count("/")


def test_home_and_lists_come_in_pages() -> None:
    """500 episodes: each home page has 12 and each archive page 100, newest first, linked to its neighbours."""
    episodes = list_all(make_episode(nth) for nth in range(500, 0, -1))
    home = describe_home(SITE, episodes)
    assert [len(page["episodes"]) for page in home] == [12] * 41 + [8]
    assert complete(home[0])["episodes"][0]["title"].startswith("Episode 500")
    assert home[0]["pages"] == {"number": 1, "count": 42, "newer": None, "older": {"path": "page/2/"}}
    assert home[1]["pages"]["newer"] == {"path": ""}
    archive = describe_archive(SITE, episodes)
    assert [sum(len(year["episodes"]) for year in page["years"]) for page in archive] == [100] * 5
    assert archive[4]["page"]["path"] == "archive/5/"


def test_a_show_without_episodes_has_a_home() -> None:
    """The first build of a new show makes one home page and an empty archive."""
    assert [page["episodes"] for page in describe_home(SITE, [])] == [[]]
    assert [page["years"] for page in describe_archive(SITE, [])] == [[]]
    assert describe_tags(SITE, []) == []


def test_an_episode_knows_only_its_neighbours() -> None:
    """Adding an episode changes the pages of at most two others."""
    older, this, newer = (make_episode(nth) for nth in (1, 2, 3))
    context = describe_episode(
        SITE, this, newer=Neighbour(newer.title, newer.path), older=Neighbour(older.title, older.path)
    )
    assert context["newer"] == {"title": newer.title, "path": newer.path}
    assert context["older"] == {"title": older.title, "path": older.path}
    assert describe_episode(SITE, this)["newer"] is None


def test_people_are_gathered_by_handle() -> None:
    """One page per person: hosts first, then by how often they are heard; the nameless have none."""
    people = [
        page
        for page in describe_people(Site(make_show()), list_all(make_episodes()))
        if page["page"]["path"] == "people/"
    ]
    assert [(person["name"], person["count"]) for person in people[0]["people"]] == [
        ("Mara Lind", 14),
        ("Owen Pike", 8),
        ("Davy Quill", 7),
        ("Inês Carvalho", 7),
    ]


@pytest.mark.parametrize("name", ["Guest 1", "Gast", "ゲスト 2"])
def test_the_nameless_have_no_page(name: str) -> None:
    """Who is heard without a name is called by role and number, in any language, and leads nowhere."""
    assert find_person_path(Person(name=name, anonymous=True)) == ""


def test_a_host_by_name_has_a_page() -> None:
    """A name alone is enough for a page."""
    assert find_person_path(Person(name="Zoë Ångström", role=Role.HOST)) == "people/zoe-angstrom/"


@pytest.mark.parametrize("words", ["灯台", "منارة", "маяк", "東京 2020", "2020年代"])
def test_names_in_any_script_have_a_page(words: str) -> None:
    """What ASCII cannot write is addressed by a digest, the same every time and no other's."""
    path = find_tag_path(words)
    assert re.fullmatch(r"tags/(2020-)?[0-9a-f]{8}/", path)
    assert path == find_tag_path(words) != find_tag_path(words + "x")
    assert find_person_path(Person(name=words)) == path.replace("tags/", "people/")


def test_pictures_from_elsewhere_are_not_shown() -> None:
    """A page asks nobody but its own host, so an avatar elsewhere is left out."""
    people = describe_episode(SITE, make_full_episode())["episode"]["people"]
    assert [person["avatar"] for person in people] == ["people/ada.jpg", *[""] * (len(people) - 1)]


def test_tags_that_differ_in_case_are_one() -> None:
    """`Fog` and `fog` lead to one page with both episodes."""
    pages = describe_tags(SITE, list_all([make_episode(2, tags=("Fog",)), make_episode(1, tags=("fog", "☀"))]))
    assert [page["page"]["path"] for page in pages] == ["tags/", "tags/fog/"]
    assert pages[0]["tags"] == [{"name": "Fog", "path": "tags/fog/", "count": 2}]


def test_audio_elsewhere_is_linked_and_allowed() -> None:
    """A media store's address is used for the audio and named for the Content-Security-Policy."""
    context = describe_episode(Site(make_full_show()), make_full_episode())
    assert context["player"]["sources"][0]["path"].startswith("https://media.example.net/river/media/")
    assert context["site"]["media_origin"] == "https://media.example.net"


def test_covers_come_in_sizes_and_cards_are_wide() -> None:
    """Pages show the smallest copy that is sharp and offer the others; a wide picture is for cards elsewhere."""
    sizes = tuple(Artwork(path=f"artwork/{side}.jpg", width=side, height=side) for side in (640, 320))
    card = Artwork(path="artwork/card.jpg", width=1200, height=630, purpose="social")
    artwork = Artwork(path="artwork/3000.jpg", width=3000, height=3000, smaller=sizes)
    site = Site(make_show(artwork=artwork, pictures=(card,)))
    context = describe_home(site, list_all([make_episode()]))[0]
    cover = context["site"]["artwork"]
    assert (cover["path"], cover["width"]) == ("artwork/640.jpg", 640)
    assert [copy["width"] for copy in cover["copies"]] == [320, 640]
    page = describe_episode(site, make_episode(pictures=(card,)))["page"]
    assert (page["image"], page["card"]) == ("https://example.org/river/artwork/card.jpg", "player")


def test_linked_data_names_the_audio() -> None:
    """JSON-LD of an episode: the series, the audio with its length, the people."""
    data = describe_episode(SITE, make_main_episode())["json_ld"]
    assert data["@type"] == "PodcastEpisode"
    assert data["associatedMedia"]["duration"] == "PT5M0S"
    assert data["partOfSeries"]["name"] == "River Hours"
    assert data["contributor"][0] == {
        "@type": "Person",
        "name": "Mara Lind",
        "url": "https://example.org/river/people/thelamproom/",
        "sameAs": "https://x.com/thelamproom",
    }


def test_transcript_paragraphs_follow_speakers_and_sentences() -> None:
    """A new paragraph at each change of speaker, and in long speeches at the end of a sentence."""
    long = "x" * 300
    cues = (
        Cue(start=0, end=1, text=long, speaker="A"),
        Cue(start=1, end=2, text=long + ".", speaker="A"),
        Cue(start=2, end=3, text="Next.", speaker="A"),
        Cue(start=3, end=4, text="Mine.", speaker="B"),
    )
    transcript = describe_episode(SITE, make_episode(cues=cues))["transcript"]
    assert [(part["speaker"], part["is_new"], len(part["lines"])) for part in transcript] == [
        ("A", True, 2),
        ("A", False, 1),
        ("B", True, 1),
    ]


def test_no_turns_no_lanes() -> None:
    """Where nobody knows who speaks when, the player has no lanes and claims none."""
    assert describe_episode(SITE, make_episode())["player"]["lanes"] is None


def test_turns_of_unknown_people_are_left_out() -> None:
    """A turn that points beyond the people, or beyond the end, draws nothing."""
    episode = make_episode(
        people=(Person(name="A"),),
        turns=(
            Turn(speaker=0, start=0, end=10),
            Turn(speaker=3, start=10, end=20),
            Turn(speaker=0, start=900, end=901),
        ),
    )
    assert describe_episode(SITE, episode)["player"]["lanes"]["turns"] == [[0, 0, 10]]


def test_five_people_over_three_hours_stay_small() -> None:
    """One path a lane and a context of modest size."""
    people = tuple(Person(name=f"Person {index}", handle=f"p{index}") for index in range(5))
    turns, _ = make_conversation(3 * 3600, people=people, line_length=6)
    episode = make_episode(people=people, turns=tuple(turns), enclosure=make_enclosure("long", duration=10800.0))
    lanes = describe_episode(SITE, episode, peaks=[0.5] * 4000)["player"]["lanes"]
    assert len(lanes["lanes"]) == 5
    assert sum(len(lane["path"]) for lane in lanes["lanes"]) < 40_000
    assert sum(lane["share"] for lane in lanes["lanes"]) in range(98, 103)


def test_usual_navigation_can_be_replaced() -> None:
    """Free pages join the usual navigation; a navigation of one's own replaces it."""
    usual = describe_site(Site(make_show(), make_look()))["navigation"]
    assert [link["label"] for link in usual] == ["Episodes", "People", "About"]
    own = describe_site(Site(make_show(), make_look(navigation=make_look().subscribe[:1])))["navigation"]
    assert [(link["label"], link["href"], link["local"]) for link in own] == [
        ("Apple Podcasts", "https://podcasts.apple.com/podcast/id1", False)
    ]


def test_contact_is_an_address_or_a_page() -> None:
    """An e-mail address becomes mailto:, a page stays; without either the show's e-mail serves."""
    hrefs = [
        describe_site(Site(make_show(), SiteSettings(contact=contact)))["contact"]["href"]
        for contact in ("", "out@example.org", "https://example.org/@out")
    ]
    assert hrefs == ["mailto:ada@example.org", "mailto:out@example.org", "https://example.org/@out"]
    assert describe_site(Site(make_show(email="")))["contact"] is None


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl"), ("he-IL", "rtl"), ("ja", "ltr")])
def test_direction_follows_the_language(language: str, direction: str) -> None:
    """The language of the show decides which way its pages run."""
    assert describe_site(Site(make_show(language=language)))["dir"] == direction


def test_unlisted_pages_stay_out_of_the_sitemap() -> None:
    """404, tombstones and redirects are not for search engines; everything else is."""
    pages = [
        *describe_home(SITE, []),
        describe_subscribe(SITE),
        describe_not_found(SITE, []),
        describe_tombstone(SITE, path="episodes/gone/"),
        describe_redirect(SITE, path="episodes/old/", target="episodes/new/"),
    ]
    assert [page["page"]["path"] for page in pages if page["page"]["indexed"]] == ["", "subscribe/"]


def test_a_sitemap_holds_so_many_addresses() -> None:
    """Beyond that it is an index of sitemaps, each under an address of its own; none is lost."""
    places = [Place(f"https://example.org/river/{n}/", "2026-10-09" if n else "") for n in range(5)]
    (one,) = describe_sitemaps(SITE.show, places, longest=5)
    assert one["page"]["file"] == "sitemap.xml"
    assert one["entries"][:2] == [
        {"url": "https://example.org/river/0/", "updated": ""},
        {"url": "https://example.org/river/1/", "updated": "2026-10-09"},
    ]
    *parts, index = describe_sitemaps(SITE.show, places, longest=2)
    assert [part["page"]["file"] for part in parts] == ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml"]
    assert [entry["url"] for part in parts for entry in part["entries"]] == [place.url for place in places]
    assert (index["page"]["file"], index["page"]["template"]) == ("sitemap.xml", "sitemap-index.xml")
    assert [entry["url"] for entry in index["entries"]] == [
        f"https://example.org/river/sitemap-{n}.xml" for n in (1, 2, 3)
    ]


def test_robots_can_be_kept_away() -> None:
    """A hidden show asks crawlers not to come."""
    assert describe_robots(SITE.show, hidden=True)["hidden"]
    assert describe_robots(SITE.show)["site"]["path"] == "/river/"


def test_window_titles_fit_a_tab() -> None:
    """The show's name is dropped, then the title cut, before a tab title passes 70 characters."""
    long = "A title that goes on and on, past every reasonable measure, and then on"
    titles = [
        describe_episode(Site(make_show()), replace(make_episode(), title=title))["page"]["window_title"]
        for title in ("Short", long[:65], long)
    ]
    assert titles == [
        "Short · River Hours",
        long[:65],
        "A title that goes on and on, past every reasonable measure, and then…",
    ]


def test_a_lead_stands_above_notes_that_begin_otherwise() -> None:
    """A summary made of the first paragraph is not read twice, even where it was cut; one of the host's own stands."""
    notes = "The gauge rose\ntwice. Then it fell."
    leads = [
        describe_episode(SITE, make_episode(notes_text=notes, summary=summary))["episode"]["lead"]
        for summary in ("The gauge rose twice.", "The gauge rose…", "Why it rose.", "")
    ]
    assert leads == ["", "", "Why it rose.", ""]
