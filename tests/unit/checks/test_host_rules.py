"""What hosts take: limits, in figures for the show, and what would fit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from checks_clock import NOW
from show_runner import copy_show, edit, spacecast

from site_builder.checks.run import check_show
from site_builder.checks.site.hosts import LIMITS, LIMITS_OF, Load, find_bitrate, propose

MB = 1_000_000
HOUR = 3600.0
PAGES = {"index.html": 20_000, "feed.xml": 30_000, ".nojekyll": 0}


def make_load(host: str, *, audio: dict[str, int] | None = None, hours: float = 1, **others: Any) -> Load:
    audio = audio or {}
    sizes = {**PAGES, **audio, **{name.replace("_", "."): size for name, size in others.items()}}
    return Load(limits=LIMITS_OF[host], sizes=sizes, lengths=dict.fromkeys(audio, hours * HOUR))


def find(load: Load) -> dict[str, str]:
    return {finding.rule.name: finding.message for finding in LIMITS.check(load)}


SMALL = {"media/a.m4a": 30 * MB}
"""An hour at 64 kbit/s, nearly."""


@pytest.mark.parametrize("host", ["github-pages", "netlify", "git"])
def test_small_show_fits(host: str) -> None:
    """A short episode breaks no rule anywhere but where audio does not belong at all."""
    assert set(find(make_load(host, audio=SMALL))) <= {"host-traffic"}
    assert find(make_load("cloudflare-pages")) == {}


def test_file_of_101_megabytes_is_caught_with_the_bit_rate_that_fits() -> None:
    """Two hours at 112 kbit/s do not go through git; 96 would."""
    found = find(make_load("github-pages", audio={"media/a.m4a": 101 * MB}, hours=2))
    assert found["host-file-size"].startswith("101.0 MB, but GitHub Pages takes 100.0 MB a file")
    assert "bitrate: 96}` would give 86 MB" in found["host-file-size"]
    assert "host-file-size" in find(make_load("git", film_bin=101 * MB))
    assert "host-file-size" not in find(make_load("github-pages", audio={"media/a.m4a": 100 * MB}))


def test_large_file_is_warned_of() -> None:
    """git warns above 50 MB and below what it refuses."""
    assert "host-file-warning" in find(make_load("git", audio={"media/a.m4a": 60 * MB}))
    assert "host-file-warning" not in find(make_load("git", audio={"media/a.m4a": 50 * MB}))
    assert "host-file-warning" not in find(make_load("git", audio={"media/a.m4a": 101 * MB}))


def test_large_site_is_caught_with_the_bit_rate_that_fits() -> None:
    """Twenty hours at 128 kbit/s are 1.15 GB; at 96 they fit."""
    audio = {f"media/{n}.m4a": round(57.6 * MB) for n in range(20)}
    found = find(make_load("github-pages", audio=audio))
    assert "the site has 1152.0 MB, GitHub Pages takes 1000.0 MB" in found["host-site-size"]
    assert "bitrate: 96" in found["host-site-size"]
    assert "host-site-size" not in find(make_load("github-pages", audio=SMALL))


def test_what_no_bit_rate_solves_needs_a_media_store() -> None:
    """A hundred hours fit no gigabyte."""
    assert find_bitrate(1000 * MB, 100 * HOUR) is None
    assert propose(1000 * MB, 100 * HOUR).startswith("keep the audio on a media store")
    assert find_bitrate(25 << 20, 0.5 * HOUR) == 112
    assert find_bitrate(100 * MB, 0) is None


def test_room_is_told_in_episodes() -> None:
    """Above 70 % the number of episodes that still fit is told."""
    audio = {f"media/{n}.m4a": 40 * MB for n in range(20)}
    assert "about 4 more episodes fit" in find(make_load("github-pages", audio=audio))["host-site-room"]
    assert "host-site-room" not in find(make_load("github-pages", audio=SMALL))


def test_cloudflare_takes_neither_large_files_nor_audio_nor_very_many() -> None:
    """25 MiB a file, 20,000 files, no byte ranges."""
    found = find(make_load("cloudflare-pages", audio={"media/a.m4a": 28 * MB}))
    assert "26.2 MB a file" in found["host-file-size"]
    assert "host-ranges" in found
    many: dict[str, Any] = {f"page_{n}": 1 for n in range(20_000)}
    assert "20003 files" in find(make_load("cloudflare-pages", **many))["host-files"]
    assert "host-files" not in find(make_load("cloudflare-pages"))


def test_traffic_is_told_in_downloads() -> None:
    """Netlify's free 15 GB are 500 downloads of 30 MB."""
    assert "15 GB a month: 500 downloads of 1 h 0 min" in find(make_load("netlify", audio=SMALL))["host-traffic"]
    assert "host-traffic" not in find(make_load("github-pages", audio=SMALL))


def test_jekyll_is_kept_off() -> None:
    """GitHub needs a .nojekyll."""
    load = Load(limits=LIMITS_OF["github-pages"], sizes={"index.html": 1}, lengths={})
    assert "host-nojekyll" in find(load)
    assert "host-nojekyll" not in find(make_load("github-pages"))


def test_every_host_rule_is_tested_here() -> None:
    """A rule without a test above would not be named in this file."""
    text = Path(__file__).read_text("utf-8")
    assert [rule.name for rule in LIMITS.rules if f'"{rule.name}"' not in text] == []


def test_hosts_are_chosen_by_option_or_config(sound_show: Path, tmp_path: Path) -> None:
    """`--host` asks for one; else `deploy` names those that are looked at; audio on a media store does not count."""
    show = copy_show(sound_show, tmp_path / "show")
    (show / "output/film.bin").touch()
    os.truncate(show / "output/film.bin", 101 * MB)

    def names(host: str = "") -> set[str]:
        return {f.rule.name for f in check_show(show, NOW, host=host).findings if f.rule.name.startswith("host")}

    assert names() == {"host-file-size"}
    assert names("cloudflare-pages") == {"host-file-size", "host-ranges"}
    assert names("netlify") == set()
    edit(show / "config.yaml", "deploy: github-pages", "deploy: folder:/srv/show")
    assert names() == set()
    edit(show / "config.yaml", "\nfeed:", "\nmedia: {store: 's3://audio', url: 'https://audio.fm/'}\nfeed:")
    assert names("cloudflare-pages") == {"host-file-size"}


def test_unknown_host_is_a_wrong_command(sound_show: Path) -> None:
    """The hosts there are get listed; exit code 2."""
    run = spacecast("-C", sound_show, "check", "--host", "geocities")
    assert run.code == 2
    assert "expected one of github-pages, cloudflare-pages, netlify, git" in run.err
