"""Makes content/archives/demo.zip, the archive of an invented show about lighthouses, from demo_script.yaml.

Run at authoring time only; it needs `flite` and `sox` on the PATH (Debian: `apt-get install flite sox`) and the
environment that the tests run in. The same synthesiser gives the same bytes. Beside the archive it writes
demo_truth.json: who really speaks when, in seconds of recording time, for the tests to compare with.

    python scripts/make_demo_archive.py
    python scripts/make_demo_archive.py --tags   # only the tags of the archive that is there, without a synthesiser
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import wave
import zipfile
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests/support"))

from archive_maker import dump, iso, make_tweet, write_zip, ytd  # noqa: E402
from recording_maker import (  # noqa: E402
    UNIX_EPOCH_IN_NTP,
    chat_number,
    encode_pcm,
    make_id3,
    make_participant,
    make_tag,
    split_frames,
)

from site_builder.sources.id3 import parse_tag_frames  # noqa: E402

ARCHIVE = HERE.parent / "content" / "archives" / "demo.zip"
RATE = 48000
FRAME = 1024
BIT_RATE = 96_000
PAUSE = 0.45
"""Seconds between one person's words and the next's."""
PROFILE_PICTURES = "https://pbs.twimg.com/profile_images/1500000000000000002"
CANARY = "PRIVATE-CANARY: this must never be published"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing said, placed in the recording."""

    who: str
    text: str
    start: float
    end: float
    part: int


@dataclass(kw_only=True)
class Take:
    """A Space performed: the sound of everyone, and when each line is said."""

    lines: list[Line]
    stems: dict[str, array[int]]
    """Mono samples by handle, all of the same length."""
    mix: array[int]
    """Interleaved stereo samples."""
    breaks: list[int]
    """Frame numbers at which the parts begin, and the number of frames."""


def main() -> None:
    """Make the archive and the truth, or with `--tags` what the tags of the archive say of people."""
    if "--tags" in sys.argv[1:]:
        retag(ARCHIVE)
        return
    script = yaml.safe_load((HERE / "demo_script.yaml").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        takes = {
            space["id"]: perform(space, script["voices"], Path(folder))
            for space in script["spaces"]
            if "lines" in space
        }
    ARCHIVE.parent.mkdir(parents=True, exist_ok=True)
    write_zip(ARCHIVE, make_files(script, takes))
    (HERE / "demo_truth.json").write_text(json.dumps(make_truth(script, takes), indent=1) + "\n", "utf-8")
    print(f"{ARCHIVE}: {ARCHIVE.stat().st_size} bytes")


def retag(archive: Path) -> None:
    """Number the guests in every tag as `make_participant` does now; sound and all else stay as they are."""
    with zipfile.ZipFile(archive) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    write_zip(archive, {name: _retag(content) if name.endswith(".ts") else content for name, content in files.items()})


def _retag(recording: bytes) -> bytes:
    """A recording with the tags between its frames written anew."""
    out, at = bytearray(), 0
    while at < len(recording):
        if recording[at : at + 3] == b"ID3":
            end = at + 10 + sum(recording[at + 6 + n] << shift for n, shift in enumerate((21, 14, 7, 0)))
            out += make_id3([(name, _renumber(content)) for name, content in parse_tag_frames(recording[at:end])])
        else:
            header = recording[at : at + 6]
            end = at + ((header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5)
            out += recording[at:end]
        at = end
    return bytes(out)


def _renumber(frame: bytes) -> bytes:
    """A frame of a tag; one that lists guests gives each the number that follows them."""
    head = b"\x03HydraParticipants\0"
    if not frame.startswith(head):
        return frame
    guests = [guest | {"ParticipantIndex": chat_number(guest["UserName"])} for guest in json.loads(frame[len(head) :])]
    return head + json.dumps(guests, separators=(",", ":")).encode()


# ---------------------------------------------------------------------------------------------------------------- sound


def perform(space: Mapping[str, Any], voices: Mapping[str, Any], folder: Path) -> Take:
    """Say all lines of a Space, one after another, and mix them."""
    said = [(who, text, say(text, voices[who], folder)) for who, text in space["lines"]]
    at, lines, breaks = space["silence"], [], [0]
    for number, (who, text, sound) in enumerate(said):
        if number in space["parts"] and number:
            breaks.append(round((at - PAUSE / 2) * RATE / FRAME))
        lines.append(Line(who=who, text=text, start=at, end=at + len(sound) / RATE, part=len(breaks) - 1))
        at += len(sound) / RATE + PAUSE
    frames = round((at - PAUSE + space["tail"]) * RATE / FRAME)
    stems = {who: array("h", bytes(2 * frames * FRAME)) for who, _, _ in said}
    for line, (who, _, sound) in zip(lines, said, strict=True):
        first = round(line.start * RATE)
        stems[who][first : first + len(sound)] = sound
    return Take(lines=lines, stems=stems, mix=mix(stems, voices), breaks=[*breaks, frames])


def say(text: str, voice: Mapping[str, Any], folder: Path) -> array[int]:
    """One voice saying `text`: mono samples at 48 kHz without silence at either end, all voices equally loud."""
    raw, done = folder / "raw.wav", folder / "done.wav"
    stretch = f"duration_stretch={voice['stretch']}"
    flite = ["flite", "-voice", voice["voice"], "--setf", stretch, "-t", text, "-o", str(raw)]
    subprocess.run(flite, check=True)  # noqa: S603
    trim = ["silence", "1", "0.01", "0.4%"]
    effects = [
        "pitch",
        str(voice["cents"]),
        "rate",
        "-v",
        str(RATE),
        "highpass",
        "70",
        *trim,
        "reverse",
        *trim,
        "reverse",
    ]
    warmth = ["bass", "+2", "treble", "-1", "compand", "0.02,0.2", "6:-60,-50,-30,-22,-10,-12,-5,-9,0,-7", "-3"]
    finish = ["gain", "-n", "-3", "gain", str(voice["gain"] - 1)]
    command = ["sox", "-R", "-D", str(raw), "-b", "16", str(done), *effects, *warmth, *finish]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)  # noqa: S603
    with wave.open(str(done)) as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE, 1)
        return array("h", file.readframes(file.getnframes()))


def mix(stems: Mapping[str, array[int]], voices: Mapping[str, Any]) -> array[int]:
    """Everyone together, each at a place of their own between left and right."""
    length = len(next(iter(stems.values())))
    out = array("h", bytes(4 * length))
    for who, stem in stems.items():
        place = voices[who]["place"]
        left, right = min(1.0, 1 - place) * 0.8, min(1.0, 1 + place) * 0.8
        for n, sample in enumerate(stem):
            if sample:
                out[2 * n] = max(-32768, min(32767, out[2 * n] + round(sample * left)))
                out[2 * n + 1] = max(-32768, min(32767, out[2 * n + 1] + round(sample * right)))
    return out


def level_at(stem: array[int], frame: int) -> int:
    """How loud someone is just after a frame begins, 0 to 100, as X's engine counts it."""
    first = frame * FRAME
    window = stem[first : first + RATE * 6 // 10 : 8]
    mean = (sum(sample * sample for sample in window) / len(window)) ** 0.5 if window else 0.0
    return min(100, round(mean / 60))


def make_parts(space: Mapping[str, Any], people: Mapping[str, Any], take: Take) -> list[bytes]:
    """The recording's files: AAC frames with a tag at every tick. The encoder's priming frame is left out."""
    frames = split_frames(encode_pcm(take.mix, bit_rate=BIT_RATE))[1:]
    guests = [
        make_participant(handle, chat_number(handle))
        | {"UserId": people[handle]["periscope_id"], "ProfileUrl": f"{PROFILE_PICTURES}/{handle}.jpg"}
        for handle in space["stage"]
    ]
    parts = []
    for number, (first, last) in enumerate(zip(take.breaks, take.breaks[1:], strict=False)):
        out, due = bytearray(), 0.0
        for frame in range(first, min(last, len(frames))):
            media_time = (frame - first) * FRAME / RATE
            if media_time >= due - 1e-9:
                levels = [level_at(take.stems[who], frame) for who in ["thelamproom", *space["stage"]]]
                ntp = moment_of(space, take, frame * FRAME / RATE).timestamp() + UNIX_EPOCH_IN_NTP
                out += make_tag(ntp, levels, guests, media_time=media_time)
                due += space["tick"]
            out += frames[frame]
        parts.append(bytes(out))
        assert number < 10
    return parts


def moment_of(space: Mapping[str, Any], take: Take, at: float) -> datetime:
    """Wall clock at a recording time: it runs on where audio was lost between two parts."""
    parts_before = sum(at >= first * FRAME / RATE - 1e-9 for first in take.breaks[1:-1])
    return utc(space["started_at"]) + timedelta(seconds=at + parts_before * space.get("lost", 0.0))


# ------------------------------------------------------------------------------------------------------------- metadata


def make_files(script: Mapping[str, Any], takes: Mapping[str, Take]) -> dict[str, bytes]:
    """Every file of the archive by its name."""
    account, spaces = script["account"], script["spaces"]
    tweets = [make_post(number, tweet, script, takes) for number, tweet in enumerate(script["tweets"])]
    tweets.sort(key=lambda entry: entry["tweet"]["id"], reverse=True)
    entries = [{"spacesMetadata": make_space(space, script, takes.get(space["id"]))} for space in spaces]
    files = {
        "Your archive.html": b"<!doctype html><title>Your archive</title>\n",
        "data/README.txt": b"The archive of an invented account, made for the demo of a podcast tool.\n",
        "data/account.js": ytd("account", [{"account": make_account(account)}]),
        "data/profile.js": ytd("profile", [{"profile": make_profile(account)}]),
        "data/spaces-metadata.js": ytd("spaces_metadata", entries),
        "data/tweets.js": ytd("tweets", tweets),
        "data/direct-messages.js": ytd("direct_messages", [{"dmConversation": {"messages": [{"text": CANARY}]}}]),
        "data/ip-audit.js": ytd("ip_audit", [{"ipAudit": {"accountId": account["id"], "loginIp": "203.0.113.77"}}]),
    }
    for space in spaces:
        if space["id"] in takes:
            for number, audio in enumerate(make_parts(space, script["people"], takes[space["id"]])):
                files[f"data/spaces_media/space-{space['id']}_{number}.ts"] = audio
    size = sum(map(len, files.values()))
    return {
        "data/manifest.js": b"window.__THAR_CONFIG = " + dump(make_manifest(account, size, len(spaces), len(tweets)))
    } | files


def make_account(account: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of account.js."""
    return {
        "email": "private-canary@example.org",
        "createdVia": "web",
        "username": account["handle"],
        "accountId": account["id"],
        "createdAt": "2011-03-04T10:00:00.000Z",
        "accountDisplayName": account["name"],
    }


def make_profile(account: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of profile.js."""
    description = {"bio": account["bio"], "website": account["website"], "location": "The gallery rail"}
    return {"description": description, "avatarMediaUrl": account["avatar"]}


def make_manifest(account: Mapping[str, Any], size: int, spaces: int, tweets: int) -> dict[str, Any]:
    """The configuration in manifest.js."""

    def listing(stem: str, count: int) -> dict[str, Any]:
        name = f"YTD.{stem.replace('-', '_')}.part0"
        return {"files": [{"fileName": f"data/{stem}.js", "globalName": name, "count": str(count)}]}

    return {
        "userInfo": {"accountId": account["id"], "userName": account["handle"], "displayName": account["name"]},
        "archiveInfo": {
            "sizeBytes": str(size),
            "generationDate": iso(utc(account["made_at"])),
            "isPartialArchive": False,
            "maxPartSizeBytes": "53687091200",
        },
        "readmeInfo": {"fileName": "data/README.txt", "directory": "data/", "name": "README.txt"},
        "dataTypes": {
            "account": listing("account", 1),
            "profile": listing("profile", 1),
            "spacesMetadata": listing("spaces-metadata", spaces),
            "spacesMedia": {"mediaDirectory": "data/spaces_media"},
            "tweets": {"mediaDirectory": "data/tweets_media", **listing("tweets", tweets)},
            "directMessages": listing("direct-messages", 1),
            "ipAudit": listing("ip-audit", 1),
        },
    }


def make_space(space: Mapping[str, Any], script: Mapping[str, Any], take: Take | None) -> dict[str, Any]:
    """An entry of spaces-metadata.js."""
    sessions: dict[str, list[dict[str, str]]] = {}
    for who, start, end in spoken(space, take):
        session = {"startedAt": iso(start), "endedAt": iso(end)}
        sessions.setdefault(script["people"][who]["x_id"], []).append(session)
    ended = utc(space["ended_at"]) if take is None else moment_of(space, take, take.breaks[-1] * FRAME / RATE)
    return {
        "id": space["id"],
        "creatorUserId": script["account"]["id"],
        "hostUserIds": [script["account"]["id"]],
        "speakers": [{"userId": x_id, "sessions": times} for x_id, times in sessions.items()],
        "createdAt": iso(utc(space["created_at"])),
        "endedAt": iso(ended),
        "totalParticipating": "0",
        "totalParticipated": str(space["listened"]),
        "invitedUserIds": ["2000000404"],
    }


def spoken(space: Mapping[str, Any], take: Take | None) -> list[tuple[str, datetime, datetime]]:
    """Who spoke from when to when, on the wall clock."""
    if take is None:
        start = utc(space["started_at"])
        return [(who, start + timedelta(minutes=a), start + timedelta(minutes=b)) for who, a, b in space["spoke"]]
    return [(line.who, moment_of(space, take, line.start), moment_of(space, take, line.end)) for line in take.lines]


def make_post(
    number: int, tweet: Mapping[str, Any], script: Mapping[str, Any], takes: Mapping[str, Take]
) -> dict[str, Any]:
    """An entry of tweets.js."""
    people, reply = script["people"], tweet.get("reply_to")
    mentions = [(people[handle]["x_id"], handle, people[handle]["name"]) for handle in tweet.get("mentions", ())]
    fields: dict[str, Any] = {}
    if reply:
        mentions.append((reply["x_id"], reply["handle"], reply["name"]))
        fields |= {"in_reply_to_user_id": reply["x_id"], "in_reply_to_screen_name": reply["handle"]}
        fields |= {"in_reply_to_status_id": "1975000000000000001"}
    entry = make_tweet(
        tweet["text"],
        utc(tweet["at"]) if "at" in tweet else find_moment(tweet["during"], script, takes),
        id=str(1_975_000_000_000_000_100 + number),
        links=tweet.get("links"),
        mentions=mentions,
        hashtags=tweet.get("hashtags", ()),
        **fields,
    )
    if pictures := tweet.get("media"):
        shown = [
            {"url": url, "media_url_https": "https://pbs.twimg.com/media/lr.jpg", "type": "photo"} for url in pictures
        ]
        entry["tweet"]["entities"]["media"] = shown
    return entry


def find_moment(during: Sequence[Any], script: Mapping[str, Any], takes: Mapping[str, Take]) -> datetime:
    """The moment, to the second, some way through a line of a conversation."""
    space_id, line_number, share = during
    space = next(space for space in script["spaces"] if space["id"] == space_id)
    line = takes[space_id].lines[line_number]
    return moment_of(space, takes[space_id], line.start + share * (line.end - line.start)).replace(microsecond=0)


def make_truth(script: Mapping[str, Any], takes: Mapping[str, Take]) -> list[dict[str, Any]]:
    """Who speaks when, and in what words, for every recorded Space."""
    return [
        {
            "id": space["id"],
            "duration": round(takes[space["id"]].breaks[-1] * FRAME / RATE, 3),
            "tick": space["tick"],
            "turns": [
                {"who": line.who, "start": round(line.start, 3), "end": round(line.end, 3), "text": line.text}
                for line in takes[space["id"]].lines
            ],
        }
        for space in script["spaces"]
        if space["id"] in takes
    ]


def utc(moment: datetime | str) -> datetime:
    """A moment of the script; YAML gives it aware or, where PyYAML drops the zone, as UTC."""
    parsed = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


if __name__ == "__main__":
    main()
