"""Every rule about shows and built sites: a sound show breaks none, and each way of breaking one is found."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from checks_clock import NOW
from show_mutations import MENDING_CASES, SHOW_CASES, ShowCase
from show_runner import build, copy_show, edit, find_bundle, spacecast

from site_builder.checks.feed import FEED_BOOKS
from site_builder.checks.feed.xml import BYTES
from site_builder.checks.live_rules import LIVE_RULES
from site_builder.checks.manual import render_manual
from site_builder.checks.registry import ALL_RULES
from site_builder.checks.rule import Severity
from site_builder.checks.run import CheckReport, check_show
from site_builder.checks.site.hosts import LIMITS
from site_builder.engine.cache import open_values
from site_builder.engine.digests import digest_bytes
from site_builder.errors import InvalidDocument
from site_builder.events import Made, Making, Started
from site_builder.show.layout import find_artifact_database

KEPT = "sounds/3"
"""Kind of what is kept of audio files."""
ADVICE = {"config-description", "config-cover", "soundbite-length", "chapters-advice", "audio-loudness"}
"""What a show of two conversations of 12 s is advised."""


def count(report: CheckReport) -> Counter[str]:
    return Counter(finding.rule.name for finding in report.findings)


@pytest.fixture(scope="module")
def before(sound_show: Path) -> Counter[str]:
    """What the sound show is advised."""
    return count(check_show(sound_show, NOW))


def test_sound_show_is_accepted(before: Counter[str], sound_show: Path) -> None:
    """A show as this program builds it breaks no rule; advice is only given where it is meant."""
    report = check_show(sound_show, NOW, strict=True)
    assert [str(finding) for finding in report.findings if finding.rule.severity is not Severity.ADVICE] == []
    assert set(before) == ADVICE
    assert not report.failed


@pytest.mark.parametrize("case", SHOW_CASES, ids=str)
def test_broken_shows_are_found(case: ShowCase, sound_show: Path, before: Counter[str], tmp_path: Path) -> None:
    """Each mutation is found under the name of its rule, at a place."""
    show = copy_show(sound_show, tmp_path / "show")
    case.change(show)
    report = check_show(show, NOW, **dict(case.options))
    after = count(report)
    assert after[case.rule] > before[case.rule], f"not found; instead: {after - before}"
    assert all(str(finding.place) and finding.message for finding in report.findings)


@pytest.mark.parametrize("case", MENDING_CASES, ids=str)
def test_advice_is_heeded(case: ShowCase, sound_show: Path, before: Counter[str], tmp_path: Path) -> None:
    """What the sound show is advised is advised no more once it is done."""
    show = copy_show(sound_show, tmp_path / "show")
    case.change(show)
    assert before[case.rule] > 0
    assert count(check_show(show, NOW))[case.rule] == 0


def test_every_rule_about_shows_is_broken_once() -> None:
    """Each rule has a mutation; those of feeds, hosts and what is online have theirs elsewhere."""
    elsewhere = {rule.name for book in (BYTES, *FEED_BOOKS, LIMITS) for rule in book.rules}
    elsewhere |= {rule.name for rule in LIVE_RULES}
    cases = {case.rule for case in (*SHOW_CASES, *MENDING_CASES)}
    assert {rule.name for rule in ALL_RULES} - elsewhere == cases


def test_rules_are_named_and_explained() -> None:
    """Names are unique; every rule says what holds, what to do and who asks for it, in sentences."""
    assert max(Counter(rule.name for rule in ALL_RULES).values()) == 1
    for rule in ALL_RULES:
        assert rule.name == rule.name.lower().strip()
        assert rule.holds[0].isupper() or rule.holds[0] == "`" or rule.holds.startswith("content/")
        assert rule.holds.endswith(".")
        assert rule.remedy.endswith(".")
        assert rule.source.startswith(("https://", "spacecast help "))


def test_manual_is_that_of_the_rules() -> None:
    """docs/checks.md is what the rules say; `python -m site_builder.checks.manual > docs/checks.md` makes it."""
    page = Path(__file__).parents[3] / "docs" / "checks.md"
    assert page.read_text("utf-8") == render_manual()


def test_never_built_show_is_checked_as_far_as_it_goes(sound_show: Path, tmp_path: Path) -> None:
    """Without output the rules about files are left out, and that is said."""
    show = copy_show(sound_show, tmp_path / "show")
    shutil.rmtree(show / "output")
    edit(show / "config.yaml", "ada@signals.fm", "podcast@example.org")
    found = count(check_show(show, NOW, current=False))
    assert found["output-built"] == 1
    assert found["config-email"] == 1
    assert not any(name.startswith(("audio", "page", "item", "channel", "art")) for name in found)


def test_exit_codes(sound_show: Path, tmp_path: Path) -> None:
    """0 where nothing is wrong, 1 for errors (with --strict for warnings), 2 for a config that cannot be read."""
    show = copy_show(sound_show, tmp_path / "show")
    assert spacecast("-C", show, "check").code == 0
    assert spacecast("-C", show, "check", "--strict").code == 0
    edit(show / "config.yaml", "ada@signals.fm", "podcast@example.org")
    assert spacecast("-C", show, "check").code == 0
    assert spacecast("-C", show, "check", "--strict").code == 1
    (show / "output/feed.xml").write_text("<rss/>")
    assert spacecast("-C", show, "check").code == 1
    edit(show / "config.yaml", "title: Signals", "titel: Signals")
    assert spacecast("-C", show, "check").code == 2
    with pytest.raises(InvalidDocument):
        check_show(show, NOW)


def test_json_is_one_document(sound_show: Path, tmp_path: Path) -> None:
    """--json names rule, severity, place, remedy and source of each finding, and nothing else is printed."""
    show = copy_show(sound_show, tmp_path / "show")
    (show / "output/404.html").unlink()
    report = spacecast("-C", show, "check", "--json").json
    (finding,) = [finding for finding in report["findings"] if finding["rule"] == "page-not-found"]
    assert finding["file"] == "output/404.html"
    assert finding["severity"] == "warning"
    assert finding["remedy"]
    assert finding["source"].startswith("https://")
    assert (report["error"], report["failed"]) == (0, False)
    assert report["warning"] == sum(finding["severity"] == "warning" for finding in report["findings"])


def test_table_names_rule_place_remedy_and_source(sound_show: Path, tmp_path: Path) -> None:
    """What a person reads holds all they need."""
    show = copy_show(sound_show, tmp_path / "show")
    (show / "output/404.html").unlink()
    out = spacecast("-C", show, "check").out
    assert "warning page-not-found" in out
    assert "output/404.html: there is no 404.html" in out
    assert "github-pages-limits" in out
    assert "1 warning" in out


def overstate(show: Path) -> dict[str, bytes]:
    """Have what is kept of its audio say that it is far too soft; what it said."""
    with open_values(find_artifact_database(show)) as values:
        known = {name: text for name, (_, text) in values.load(KEPT).items()}
        assert len(known) == 2
        fake = {
            name: {**(said := json.loads(text)), "decoded": {**said["decoded"], "loudness": -99.0}}
            for name, text in known.items()
        }
        texts = {name: json.dumps(said).encode() for name, said in fake.items()}
        values.put(KEPT, {name: (digest_bytes(text), text) for name, text in texts.items()})
    return known


def test_audio_is_measured_once(sound_show: Path, tmp_path: Path) -> None:
    """What was measured is kept by the file's content, and not believed where it is not as it was written."""
    show = copy_show(sound_show, tmp_path / "show")
    check_show(show, NOW)
    known = overstate(show)
    assert "-99.0 LUFS" in spacecast("-C", show, "check").out
    with open_values(find_artifact_database(show)) as values:
        fake = {name: text for name, (_, text) in values.load(KEPT).items()}
        values.put(KEPT, {name: ("another digest", text) for name, text in fake.items()})
    assert "-99.0 LUFS" not in spacecast("-C", show, "check").out
    with open_values(find_artifact_database(show)) as values:
        assert {name: text for name, (_, text) in values.load(KEPT).items()} == known


def test_other_tags_are_no_other_sound(sound_show: Path, tmp_path: Path) -> None:
    """After another title of the show every file has other bytes, and none is decoded again; other sound is."""
    show = copy_show(sound_show, tmp_path / "show")
    check_show(show, NOW)
    before = set(overstate(show))
    edit(show / "config.yaml", "title: Signals", "title: Other signals")
    build(show)
    assert spacecast("-C", show, "check").out.count("-99.0 LUFS") == 2
    with open_values(find_artifact_database(show)) as values:
        assert not before & set(values.load(KEPT))
    edit(find_bundle(show, "2026-10-09") / "index.md", "\n---\n", "\ncut:\n  - 0:04-0:05\n---\n")
    build(show)
    assert spacecast("-C", show, "check").out.count("-99.0 LUFS") == 1


def test_a_check_that_was_ended_goes_on_where_it_was(sound_show: Path, tmp_path: Path) -> None:
    """A file that was measured is not measured again, though the others were not."""
    show, told = copy_show(sound_show, tmp_path / "show"), list[str]()
    with open_values(find_artifact_database(show)) as values:
        values.drop(KEPT, values.keys(KEPT))

    def end(event: object) -> None:
        if isinstance(event, Making) and event.path.endswith(".m4a"):
            told.append(event.path)
            if len(told) == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_show(show, NOW, notify=end)
    check_show(show, NOW, notify=end)
    assert told[0] not in told[1:]
    assert told[1:] == [told[1], told[1]]


def test_check_writes_nothing_but_its_cache(sound_show: Path, tmp_path: Path) -> None:
    """Neither content nor output is touched."""
    show = copy_show(sound_show, tmp_path / "show")
    before = {file: file.stat().st_mtime_ns for file in show.rglob("*") if file.is_file()}
    check_show(show, NOW + timedelta(days=1))
    after = {file: file.stat().st_mtime_ns for file in show.rglob("*") if file.is_file()}
    assert {file for file in after if after[file] != before.get(file)} <= set((show / ".cache").iterdir())


def test_secrets_are_not_told_in_findings(sound_show: Path, tmp_path: Path) -> None:
    """A leak is described by file, kind and the host's own key for the person; the name itself is not repeated."""
    show = copy_show(sound_show, tmp_path / "show")
    assert spacecast("-C", show, "consent", "kit", "refused").code == 0
    leaks = [f for f in check_show(show, NOW).findings if f.rule.name == "consent-leak"]
    assert leaks
    assert all("Rails" not in finding.message for finding in leaks)


def test_new_show_is_accepted(tmp_path: Path) -> None:
    """What `init` makes needs an address and an e-mail of its own, and nothing else."""
    show = tmp_path / "show"
    assert spacecast("init", show, "--title", "New", "--url", "https://new.fm/", "--email", "ada@new.fm").code == 0
    assert spacecast("-C", show, "build").code == 0
    report = check_show(show, NOW, strict=True)
    assert [str(finding) for finding in report.findings if finding.rule.severity is not Severity.ADVICE] == []
    assert "feed-episodes" in count(report)


def test_progress_is_told(sound_show: Path, tmp_path: Path) -> None:
    """Whoever waits sees which file is being measured."""
    show = copy_show(sound_show, tmp_path / "show")
    with open_values(find_artifact_database(show)) as values:
        values.drop(KEPT, values.keys(KEPT))
    events: list[object] = []
    check_show(show, NOW, notify=events.append)
    labels = [event.label for event in events if isinstance(event, Making)]
    assert "Signals in the dark, explained" in labels
    assert isinstance(events[0], Started)
    assert sum(isinstance(event, Made) for event in events) == events[0].total


def test_odd_links_in_pages_lead_nowhere(sound_show: Path, tmp_path: Path) -> None:
    """What somebody wrote into a page may be no address at all."""
    show = copy_show(sound_show, tmp_path / "show")
    page = show / "output/about/index.html"
    odd = (
        "http://[",
        "//[x",
        "%00",
        "a" * 400,
        "https://signals.fm/show//[",
        "../../../../etc/passwd",
        "mailto:",
        "?x#[",
    )
    links = "".join(f'<a href="{address}">x</a><img alt="" src="{address}" srcset="{address} 2x">' for address in odd)
    page.write_text(page.read_text().replace("<main", f"{links}<main"))
    (show / "output/feed.css").write_text("a { background: url(http://[) } @import '//[x';")
    found = count(check_show(show, NOW))
    assert found["page-links"] >= 3
    assert found["page-external"] >= 2
