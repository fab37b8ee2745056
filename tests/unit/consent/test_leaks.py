"""The leak check finds people in every kind of file the site can have, and nobody where nobody is."""

# mypy: disable-error-code="no-untyped-call"
# (mutagen has no annotations)

from __future__ import annotations

import gzip
import json
import os
import wave
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import av
import pytest
from mutagen.id3 import CHAP, ID3, PRIV, TIT2, Encoding
from mutagen.mp4 import MP4
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from site_builder.consent import decide, leaks
from site_builder.consent.leaks import Leak, LeakMemory, Secrets, check_silence, describe_secrets, find_leaks
from site_builder.model.podcast import Guid, Recording, Role, Span, Speaker
from site_builder.show.people import Answer, Consent, People, PersonRecord

KIT = PersonRecord(
    key="kit",
    name="Kit",
    handle="kit_gauges",
    x_ids=("88120044",),
    periscope_ids=("1mrGmkZqRdXQy",),
    avatar_url="https://pbs.example/1/kit_normal.jpg",
    consent=Answer(status=Consent.REFUSED),
)
LOU = PersonRecord(key="lou", name="Lou <on> Water", handle="Lou", consent=Answer(status=Consent.ANONYMOUS))
ZOE = PersonRecord(key="zoe", name="Zoë Ünver", consent=Answer(status=Consent.REFUSED))
ANN = PersonRecord(key="ann", name="Kit Marlowe", handle="rivermaps", consent=Answer(status=Consent.GRANTED))
SECRETS = describe_secrets(People((KIT, LOU, ZOE, ANN)), {}, {})


def found(output: Path) -> set[tuple[str, str]]:
    """What is found of whom."""
    return {(leak.what, leak.person) for leak in find_leaks(output, SECRETS)}


@pytest.mark.parametrize(
    ("text", "leak"),
    [
        ("<p>by @Kit_Gauges</p>", ("handle", "kit")),
        ('<a href="https://x.com/kit_gauges/status/1">', ("handle", "kit")),
        ("kit&#95;gauges", ("handle", "kit")),
        ("k&#x69;t_gauges", ("handle", "kit")),
        ("kit%5Fgauges", ("handle", "kit")),
        ("/people/kit-gauges/", ("handle", "kit")),
        ('{"a": "\\u004bit"}', ("name", "kit")),
        ("<b>Kit</b>", ("name", "kit")),
        ("KIT:", ("name", "kit")),
        ("lou &lt;ON&gt; water", ("name", "lou")),
        ("&amp;lt;p&amp;gt;Lou &amp;lt;on&amp;gt; Water", ("name", "lou")),
        ("talk-with-lou-on-water", ("name", "lou")),
        ("@lou", ("handle", "lou")),
        ("see example.org/lou/", ("handle", "lou")),
        ("lou@example.org", ("handle", "lou")),
        ("https://twitter.com/LOU?s=20", ("handle", "lou")),
        ("ZOË ünver", ("name", "zoe")),
        (json.dumps("Zoë Ünver"), ("name", "zoe")),
        ("Zo&euml; &Uuml;nver", ("name", "zoe")),
        ("Zo%C3%AB%20%C3%9Cnver", ("name", "zoe")),
        ("id=88120044&", ("id", "kit")),
        ("1mrGmkZqRdXQy", ("id", "kit")),
        ("https:\\/\\/pbs.example\\/1\\/kit_400x400.jpg", ("avatar", "kit")),
    ],
)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_text_in_every_spelling(tmp_path: Path, text: str, leak: tuple[str, str], packed: bool) -> None:
    content = f"<html>{text} and more".encode()
    (tmp_path / "page.html").write_bytes(gzip.compress(content) if packed else content)
    assert found(tmp_path) == {leak}


@pytest.mark.parametrize(
    "text",
    [
        "a first aid kit, a toolkit, -webkit-box, Kitchen, kit_gauges2, mykit_gauges",
        "Kit Marlowe, KIT MARLOWE and rivermaps",
        "lou, Louis, Water on Lou",
        "188120044 88120044a https://pbs.example/1/kitty.jpg",
        "&#34;quoted&#34; &#39;text&#39; 100%25 caf\\u00e9",
    ],
)
def test_no_absurd_alarms(tmp_path: Path, text: str) -> None:
    """Words that hold a name, longer names of others, numbers that hold an id."""
    (tmp_path / "page.html").write_text(text, "utf-8")
    assert found(tmp_path) == set()


def test_file_names_are_searched(tmp_path: Path) -> None:
    (tmp_path / "people" / "kit-gauges").mkdir(parents=True)
    (tmp_path / "people" / "kit-gauges" / "index.html").write_text("nobody", "utf-8")
    (leak,) = find_leaks(tmp_path, SECRETS)
    assert leak == Leak(file="people/kit-gauges/index.html", what="handle", person="kit")


def test_many_files_are_searched_by_several_processes(tmp_path: Path) -> None:
    """What is found, and its order, is what one process finds."""
    for number in range(240):
        text = "by @kit_gauges and Zoë Ünver" if number % 7 == 0 else "nobody"
        (tmp_path / f"{number}.html").write_text(text, "utf-8")
    leaks = find_leaks(tmp_path, SECRETS, {"0.html"}, jobs=2)
    assert leaks == find_leaks(tmp_path, SECRETS, {"0.html"})
    assert len(leaks) == 2 * 34


def test_a_second_search_reads_what_changed(tmp_path: Path) -> None:
    """With a memory the same is found as without, also of others than before; files that stayed are not opened."""
    memory = LeakMemory()
    for name, text in (("a.html", "by @kit_gauges"), ("b.html", "nobody"), ("c.html", "nobody")):
        (tmp_path / name).write_text(text)

    def search(secrets: Secrets = SECRETS) -> list[str]:
        found = find_leaks(tmp_path, secrets, memory=memory)
        assert found == find_leaks(tmp_path, secrets)
        return [leak.file for leak in found]

    assert search() == ["a.html"]
    (tmp_path / "b.html").write_text("by Zoë Ünver")
    (tmp_path / "new.html").write_text("by Kit")
    assert search() == ["a.html", "b.html", "new.html"]
    assert search(describe_secrets(People((ZOE,)), {}, {})) == ["b.html"]
    (tmp_path / "a.html").unlink()
    (tmp_path / "b.html").write_text("nobody")
    assert search() == ["new.html"]
    file = tmp_path / "new.html"
    before = file.stat().st_mtime_ns
    with patch.object(leaks, "_search_file", side_effect=AssertionError("read again")):
        assert [leak.file for leak in find_leaks(tmp_path, SECRETS, memory=memory)] == ["new.html"]
    file.write_text("by Xyz")  # as long, and by its time as old: the inode's own time tells
    os.utime(file, ns=(before, before))
    assert search() == []


def test_the_message_names_file_and_kind() -> None:
    assert str(Leak(file="a.html", what="id", person="kit")) == "a.html: holds the id of kit, who must not be named"


def make_sound(path: Path) -> Path:
    """A second of noise-free sound: half a second loud, half a second silent."""
    with av.open(str(path), "w") as container:
        codec = {".mp3": "libmp3lame", ".m4a": "aac"}[path.suffix]
        stream = container.add_stream(codec, rate=48000, layout="mono")
        assert isinstance(stream, av.AudioStream)
        for number in range(48):
            frame = av.AudioFrame(format="s16", layout="mono", samples=1000)
            frame.planes[0].update((b"\x00\x30\x00\xd0" * 500) if number < 24 else bytes(2000))
            frame.rate, frame.pts = 48000, number * 1000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def tag_title(path: Path) -> None:
    tags = ID3()
    tags.add(TIT2(encoding=Encoding.UTF16, text="With Kit"))
    tags.save(path)


def tag_private(path: Path) -> None:
    tags = ID3()
    tags.add(PRIV(owner="x", data="kit_gauges".encode("utf-16-le")))
    tags.save(path)


def tag_chapter(path: Path) -> None:
    tags = ID3()
    title = TIT2(encoding=Encoding.UTF8, text="Kit")
    tags.add(CHAP(element_id="c", start_time=0, end_time=500, start_offset=0, end_offset=0, sub_frames=[title]))
    tags.save(path)


def tag_mp4(path: Path) -> None:
    sound = MP4(path)
    sound["\xa9nam"] = "Kit"
    sound.save()


@pytest.mark.parametrize(
    ("name", "tag", "kind"),
    [
        ("a.mp3", tag_title, "name"),
        ("a.mp3", tag_private, "handle"),
        ("a.mp3", tag_chapter, "name"),
        ("a.m4a", tag_mp4, "name"),
    ],
)
def test_sound_tags(tmp_path: Path, name: str, tag: Callable[[Path], None], kind: str) -> None:
    """In every place of ID3 and MP4; and nothing is found in the sound itself."""
    path = make_sound(tmp_path / name)
    assert found(tmp_path) == set()
    tag(path)
    assert found(tmp_path) == {(kind, "kit")}


def write_png(path: Path) -> None:
    info = PngInfo()
    info.add_text("Author", "Kit", zip=True)
    Image.new("RGB", (8, 8)).save(path.with_suffix(".png"), pnginfo=info)


def write_exif(path: Path) -> None:
    exif = Image.Exif()
    exif[0x013B] = "Kit"
    Image.new("RGB", (8, 8)).save(path.with_suffix(".jpg"), exif=exif)


def write_comment(path: Path) -> None:
    Image.new("RGB", (8, 8)).save(path.with_suffix(".jpg"), comment="by Kit")


def write_webp(path: Path) -> None:
    exif = Image.Exif()
    exif[0x013B] = "Kit"
    Image.new("RGB", (8, 8)).save(path.with_suffix(".webp"), exif=exif)


def write_cut_jpeg(path: Path) -> None:
    """It begins as a picture does, and ends before its pixels do."""
    noise = Image.effect_noise((64, 64), 90)
    noise.save(path.with_suffix(".jpg"), quality=95)
    whole = path.with_suffix(".jpg").read_bytes()
    path.with_suffix(".jpg").write_bytes(whole[: len(whole) // 2] + b"\0\0 by Kit himself \0\0")


@pytest.mark.parametrize("write", [write_png, write_exif, write_comment, write_webp, write_cut_jpeg])
def test_picture_metadata(tmp_path: Path, write: Callable[[Path], None]) -> None:
    """Packed text chunks, EXIF, comments; of what is damaged further on all bytes."""
    Image.new("RGB", (8, 8)).save(tmp_path / "plain.png")
    assert found(tmp_path) == set()
    write(tmp_path / "picture")
    assert found(tmp_path) == {("name", "kit")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_other_binaries(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "x.bin").write_bytes(b"\0\1\2" + "Kit_Gauges".encode(encoding) + b"\xff")
    assert found(tmp_path) == {("handle", "kit")}


def test_damaged_files_are_searched_as_bytes(tmp_path: Path) -> None:
    """Neither a broken picture nor broken sound hides anything or stops the check."""
    for name in ("a.jpg", "a.png", "a.mp3", "a.m4a"):
        (tmp_path / name).write_bytes(b"\xff\0broken kit_gauges")
    assert len(find_leaks(tmp_path, SECRETS)) == 4


def test_named_in_one_episode_and_hidden_in_another(tmp_path: Path) -> None:
    """Looked for in the files of the episode that hides them, and nowhere else."""
    one, two = Guid("1"), Guid("2")
    kit = PersonRecord(
        key="kit",
        name="Kit",
        handle="kit_gauges",
        consent=Answer(status=Consent.GRANTED),
        episodes={two: Answer(status=Consent.ANONYMOUS, episode=two)},
    )
    people = People((kit,))
    speakers = (Speaker(role=Role.HOST, name="Ann"), Speaker(handle="kit_gauges"))
    castings = {g: decide(Recording(id=g, source="test", speakers=speakers), g, people, "publish") for g in (one, two)}
    secrets = describe_secrets(people, castings, {one: ("episodes/one/",), two: ("episodes/two/", "media/two")})
    assert {secret.within for secret in secrets.people} == {("episodes/two/", "media/two")}
    for name in ("one", "two"):
        (tmp_path / "episodes" / name).mkdir(parents=True)
        (tmp_path / "episodes" / name / "index.html").write_text("Kit", "utf-8")
    assert [leak.file for leak in find_leaks(tmp_path, secrets)] == ["episodes/two/index.html"]


def test_names_and_pictures_that_others_have_too_are_no_secrets() -> None:
    """Two people called Kit with X's standard picture: the one who is shown may be."""
    other = PersonRecord(key="other", name="kit", avatar_url=KIT.avatar_url, consent=Answer(status=Consent.GRANTED))
    (secret,) = describe_secrets(People((KIT, other)), {}, {}).people
    hidden = secret.hidden
    assert (hidden.names, hidden.avatars) == ((), ())
    assert hidden.handles
    assert hidden.ids


def test_nobody_hidden_is_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("Kit Marlowe", "utf-8")
    assert not describe_secrets(People((ANN,)), {}, {})
    assert find_leaks(tmp_path, Secrets()) == ()


def test_guests_without_an_entry_are_looked_for_when_hidden() -> None:
    """`consent.pending: anonymise` hides people whom nobody has written down yet."""
    room = Recording(id="1", source="test", speakers=(Speaker(handle="kit_gauges", periscope_id="1mrGmkZqRdXQy"),))
    casting = decide(room, Guid("1"), People(), "anonymise")
    (secret,) = describe_secrets(People(), {Guid("1"): casting}, {}).people
    assert (secret.hidden.person, secret.hidden.handles) == ("kit_gauges", ("kit_gauges",))


def test_sound_where_silence_must_be_is_told(tmp_path: Path) -> None:
    """Half a second loud, half a second silent."""
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 48000, 0, "NONE", ""))
        sound.writeframes(b"\x00\x30\x00\xd0" * 12000 + bytes(48000))
    loud, silent, edge = Span(start=0, end=0.25), Span(start=0.5, end=1), Span(start=0.499, end=1)
    assert check_silence(path, (loud, silent, edge)) == (loud, edge)
