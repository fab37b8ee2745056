"""Makes X archives in temporary folders: real zips and folders with real AAC and real Hydra tags, and every oddity.

    archive = write_archive(tmp_path / "twitter-2026-10-18-made.zip", MadeArchive(spaces=[MadeSpace()]))

is an archive of one Space with its recording and announcement, and with private files full of canaries that nothing
may ever open or publish. `make_files` gives the files as bytes by name, to be bent before `write_zip` or
`write_folder`.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from recording_maker import NTP_2026, UNIX_EPOCH_IN_NTP, make_recording, wrap

CANARY = "PRIVATE-CANARY"
"""In every private file and field; must never appear in anything published."""
OWNER_ID = "3300551"
OWNER_HANDLE = "nightmail"
OWNER_NAME = "Night Mail Radio"
START = datetime.fromtimestamp(NTP_2026 - UNIX_EPOCH_IN_NTP, UTC)
"""2026-10-09T07:30:00Z: when a MadeSpace's recording begins unless told otherwise."""

PRIVATE = {
    f"data/{name}.js": f'window.YTD.{name.replace("-", "_")}.part0 = [ {{ "x" : "{CANARY} {name}" }} ]'.encode()
    for name in [
        "direct-messages",
        "direct-messages-group",
        "ip-audit",
        "phone-number",
        "email-address-change",
        "contact",
        "ad-engagements",
        "deleted-tweets",
        "tweet-headers",
        "tweetdeck",
        "device-token",
        "personalization",
    ]
} | {"data/direct_messages_media/1-2.ts": CANARY.encode(), "data/tweets_media/1-a.jpg": CANARY.encode()}
"""Files of an archive that are nobody's business, some with names that nearly match those that are read."""


@dataclass(kw_only=True)
class MadeSpace:
    """A Space and its recording; the defaults are the usual case: 12 s, a host and one guest."""

    id: str = "1lDxLnrWjwkGm"
    start: datetime = START
    """Wall clock of the recording's first sample."""
    parts: Sequence[float] = (12.0,)
    """Seconds of each part; none: not recorded."""
    turns: Sequence[tuple[str | int, float, float]] = (("host", 2, 6), ("kit", 6, 11))
    participants: Sequence[Any] = ("kit",)
    ids: Mapping[str, str] = field(default_factory=lambda: {"host": OWNER_ID, "kit": "88120044", "lou": "77120031"})
    """X user id of everyone in `turns`."""
    tags: bool = True
    """Whether the recording tells who speaks."""
    tick: float = 1.0
    container: str = "adts"
    """`adts`, or another that `recording_maker.wrap` makes."""
    suffix: str = "ts"
    metadata: Mapping[str, Any] | None = field(default_factory=dict)
    """Changes to the metadata entry (a value None takes the field away); None: no metadata at all."""
    media: Mapping[str, bytes] | None = None
    """The media files by name instead of made ones."""

    def seconds(self) -> float:
        """Length of all parts."""
        return sum(self.parts)


@dataclass(kw_only=True)
class MadeArchive:
    """What an archive holds."""

    spaces: Sequence[MadeSpace] = field(default_factory=lambda: [MadeSpace()])
    tweets: Sequence[Mapping[str, Any]] | None = None
    """Entries of tweets.js; None: one announcement for each Space."""
    made_at: datetime = datetime(2026, 10, 18, 7, 30, tzinfo=UTC)
    partial: bool = False
    wrapper: str | None = "spacesMetadata"
    """The one key around a metadata entry; None: bare."""
    private: bool = True
    without: Collection[str] = ()
    """Files to leave out, e.g. `data/manifest.js`."""


def make_space_entry(space: MadeSpace) -> dict[str, Any]:
    """The metadata of a Space as X's README names its fields, sessions following its turns."""
    sessions: dict[str, list[dict[str, str]]] = {}
    for who, start, end in space.turns:
        session = {"startedAt": iso(space.start, start), "endedAt": iso(space.start, end)}
        sessions.setdefault(space.ids[str(who)], []).append(session)
    entry: dict[str, Any] = {
        "id": space.id,
        "creatorUserId": OWNER_ID,
        "hostUserIds": [OWNER_ID],
        "speakers": [{"userId": user, "sessions": times} for user, times in sessions.items()],
        "createdAt": iso(space.start, -60),
        "endedAt": iso(space.start, space.seconds()),
        "totalParticipating": "0",
        "totalParticipated": "412",
        "invitedUserIds": [f"{CANARY} invited"],
    }
    return {key: value for key, value in {**entry, **(space.metadata or {})}.items() if value is not None}


def make_media(space: MadeSpace) -> dict[str, bytes]:
    """The recording's files by name in `data/spaces_media/`."""
    if space.media is not None:
        return dict(space.media)
    files, begins = {}, 0.0
    for number, seconds in enumerate(space.parts):
        adts = make_recording(
            seconds,
            turns=space.turns,
            participants=space.participants,
            tick=space.tick,
            tags=space.tags,
            starts_at=begins,
            ntp_start=space.start.timestamp() + UNIX_EPOCH_IN_NTP + begins,
        )
        audio = adts if space.container == "adts" else wrap(adts, space.container)
        files[f"space-{space.id}_{number}.{space.suffix}"] = audio
        begins += round(seconds * 48000 / 1024) * 1024 / 48000
    return files


def make_tweet(
    text: str,
    at: datetime,
    *,
    id: str | None = None,  # noqa: A002
    links: Mapping[str, str] | None = None,
    mentions: Sequence[tuple[str, str, str]] = (),
    hashtags: Sequence[str] = (),
    **fields: Any,
) -> dict[str, Any]:
    """An entry of tweets.js as X writes it.

    Args:
        links: t.co link (as it stands in `text`) to what it points to.
        mentions: (X user id, handle, name) of everyone mentioned.
        fields: Further fields of the tweet, e.g. `in_reply_to_screen_name`.
    """
    number = id or str(int(at.timestamp()) << 32 | zlib.crc32(text.encode()))
    return {
        "tweet": {
            "edit_info": {"initial": {"editTweetIds": [number], "editsRemaining": "5", "isEditEligible": True}},
            "retweeted": False,
            "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
            "entities": {
                "hashtags": [{"text": tag, "indices": ["0", "1"]} for tag in hashtags],
                "symbols": [],
                "user_mentions": [
                    {"name": name, "screen_name": handle, "id_str": x_id, "id": x_id, "indices": ["0", "1"]}
                    for x_id, handle, name in mentions
                ],
                "urls": [
                    {"url": short, "expanded_url": target, "display_url": target[8:33], "indices": ["0", "23"]}
                    for short, target in (links or {}).items()
                ],
            },
            "favorite_count": "3",
            "id_str": number,
            "id": number,
            "truncated": False,
            "created_at": post_time(at),
            "full_text": text,
            "lang": "en",
            **fields,
        }
    }


def announce(
    space: MadeSpace, text: str = "Signals in the dark, explained. With @kit_rails &amp; friends"
) -> dict[str, Any]:
    """The tweet that announces a Space, five hours before it."""
    return make_tweet(
        f"{text} https://t.co/s{space.id}",
        space.start - timedelta(hours=5),
        links={f"https://t.co/s{space.id}": f"https://x.com/i/spaces/{space.id}?s=20"},
        mentions=[("88120044", "kit", "Kit <of the> Rails"), ("77120031", "lou", "Lou")],
    )


def make_files(archive: MadeArchive) -> dict[str, bytes]:
    """Every file of an archive by its name."""
    described = [make_space_entry(space) for space in archive.spaces if space.metadata is not None]
    entries = [{archive.wrapper: entry} if archive.wrapper else entry for entry in described]
    tweets = [announce(space) for space in archive.spaces] if archive.tweets is None else list(archive.tweets)
    account = {
        "email": f"{CANARY}@example.org",
        "createdVia": CANARY,
        "username": OWNER_HANDLE,
        "accountId": OWNER_ID,
        "createdAt": "2009-05-01T10:00:00.000Z",
        "accountDisplayName": OWNER_NAME,
    }
    profile = {
        "description": {"bio": "Tales &amp; timetables.", "website": "https://t.co/abc", "location": CANARY},
        "avatarMediaUrl": "https://pbs.twimg.com/profile_images/9/av.jpg",
    }
    files = {
        "Your archive.html": b"<html></html>",
        "data/manifest.js": b"window.__THAR_CONFIG = " + dump(_manifest(archive, len(entries), len(tweets))),
        "data/account.js": ytd("account", [{"account": account}]),
        "data/profile.js": ytd("profile", [{"profile": profile}]),
        "data/spaces-metadata.js": ytd("spaces_metadata", entries),
        "data/tweets.js": ytd("tweets", tweets),
    }
    for space in archive.spaces:
        files |= {f"data/spaces_media/{name}": audio for name, audio in make_media(space).items()}
    files |= PRIVATE if archive.private else {}
    return {name: content for name, content in files.items() if name not in archive.without}


def _manifest(archive: MadeArchive, spaces: int, tweets: int) -> dict[str, Any]:
    def listing(stem: str, count: int) -> dict[str, Any]:
        name = f"YTD.{stem.replace('-', '_')}.part0"
        return {"files": [{"fileName": f"data/{stem}.js", "globalName": name, "count": str(count)}]}

    return {
        "userInfo": {"accountId": OWNER_ID, "userName": OWNER_HANDLE, "displayName": OWNER_NAME},
        "archiveInfo": {
            "sizeBytes": "44546997",
            "generationDate": iso(archive.made_at),
            "isPartialArchive": archive.partial,
            "maxPartSizeBytes": "53687091200",
        },
        "readmeInfo": {"fileName": "data/README.txt", "directory": "data/", "name": "README.txt"},
        "dataTypes": {
            "account": listing("account", 1),
            "spacesMetadata": listing("spaces-metadata", spaces),
            "spacesMedia": {"mediaDirectory": "data/spaces_media"},
            "tweets": {"mediaDirectory": "data/tweets_media", **listing("tweets", tweets)},
        },
    }


def write_archive(path: Path, archive: MadeArchive | None = None) -> Path:
    """The archive as a zip where `path` ends in `.zip`, else as a folder; returns `path`."""
    files = make_files(archive or MadeArchive())
    return write_zip(path, files) if path.suffix == ".zip" else write_folder(path, files)


def write_folder(path: Path, files: Mapping[str, bytes]) -> Path:
    """`files` as someone unzipped them."""
    for name, content in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return path


def write_zip(
    path: Path, files: Mapping[str, bytes], *, top: str = "", stored: bool = False, zip64: bool = False, hole: int = 0
) -> Path:
    """`files` in a zip.

    Args:
        top: A folder above everything, e.g. `twitter-2026-10-18/`.
        stored: Packed or not.
        zip64: Write the long form of every header.
        hole: Bytes of a first member that is a hole in a sparse file: a huge archive that takes no room on disk.
    """
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with path.open("wb") as file, zipfile.ZipFile(file, "w", method) as zipped:
        if hole:
            _write_hole(zipped, f"{top}data/tweets_media/huge.mp4", hole)
        for name, content in files.items():
            info = zipfile.ZipInfo(top + name, (2026, 10, 18, 7, 30, 0))
            info.compress_type = method
            with zipped.open(info, "w", force_zip64=zip64) as member:
                member.write(content)
    return path


def _write_hole(zipped: zipfile.ZipFile, name: str, size: int) -> None:
    """A stored member of `size` bytes that were never written; its checksum is wrong, so reading it all fails."""
    info = zipfile.ZipInfo(name, (2026, 10, 18, 7, 30, 0))
    info.header_offset, info.file_size, info.compress_size, info.CRC = 0, size, size, 0xDEADBEEF
    assert zipped.fp
    zipped.fp.write(info.FileHeader(zip64=True))
    zipped.fp.seek(size, 1)
    zipped.start_dir = zipped.fp.tell()
    zipped.filelist.append(info)
    zipped.NameToInfo[name] = info


def damage_members(path: Path, names: Collection[str]) -> Path:
    """Overwrite the packed bytes of these members of a zip with rubbish, so that reading any of them fails."""
    with zipfile.ZipFile(path) as zipped:
        infos = [zipped.getinfo(name) for name in names]
    with path.open("r+b") as file:
        for info in infos:
            file.seek(info.header_offset + 26)
            lengths = file.read(4)
            skip = int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
            file.seek(skip, 1)
            file.write(b"\xff" * info.compress_size)
    return path


def encrypt_members(path: Path, names: Collection[str]) -> Path:
    """Flag these members of a zip as encrypted, in both of their headers, as a zip with a password has them."""
    with zipfile.ZipFile(path) as zipped:
        infos, directory = {name: zipped.getinfo(name) for name in names}, zipped.start_dir
    content = bytearray(path.read_bytes())
    for name, info in infos.items():
        content[info.header_offset + 6] |= 1
        entry = content.index(name.encode(), directory) - 46
        content[entry + 8] |= 1
    path.write_bytes(content)
    return path


def ytd(name: str, entries: Sequence[Any], part: int = 0) -> bytes:
    """Entries behind the assignment X writes."""
    return f"window.YTD.{name}.part{part} = ".encode() + dump(entries)


def dump(value: Any) -> bytes:
    """JSON as X writes it."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def iso(moment: datetime, seconds: float = 0) -> str:
    """`2026-10-09T07:30:00.000Z`, some seconds later."""
    return (moment + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def post_time(moment: datetime) -> str:
    """`Sat Aug 12 16:10:37 +0000 2023`, in English whatever the locale."""
    days, months = (
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    )
    day, month = days[moment.weekday()], months[moment.month - 1]
    return f"{day} {month} {moment:%d %H:%M:%S} +0000 {moment.year}"
