"""Makes a program to double-click, for the system it is run on, from the environment it is run in.

    python -m pip install pyinstaller
    python packaging/build.py --offer source-offer.txt

What it makes holds libraries under the GNU GPL (NOTICE says which), so whoever passes it on owes its recipients the
licence texts and the sources, or a written offer of them. It stops unless there is such an offer, with a name and an
address (packaging/source-offer.txt is one to fill in), and puts it beside the program with all licences and a bill of
materials. docs/decisions/0038 says why.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from licences import Library, describe_sbom, list_libraries  # noqa: E402 -- lies beside

NAME = "Spacecast"
_GPL_3 = re.compile(r"GNU GENERAL PUBLIC LICENSE\s+Version 3, 29 June 2007")
_PLACEHOLDER = re.compile(r"\[[A-Z ]+\]")
_CONTACT = re.compile(r"\S+@\S+\.\w+|https?://\S+")
LEFT_OUT = (
    "faster_whisper",
    "ctranslate2",
    "onnxruntime",
    "moonshine_voice",
    "tokenizers",
    "huggingface_hub",
    "pytest",
)
"""What only extras and tests need."""
COLLECTED = ("dulwich", "keyring", "uvicorn", "watchdog")
"""Libraries that choose their parts when they run."""


def find_gpl(libraries: list[Library]) -> list[str]:
    """What may be passed on under the GNU GPL only."""
    return [
        f"{library.name} {library.version} ({library.copyleft or library.licence})"
        for library in libraries
        if library.copyleft or re.match(r"(?!L)A?GPL", library.licence)
    ]


def require_offer(libraries: list[Library], offer: Path | None, gpl: Path | None) -> str:
    """The text that says how the sources are had; stops where it does not say it."""
    found = find_gpl(libraries)
    if not found:
        return ""
    text = offer.read_text("utf-8") if offer else ""
    problems = []
    if not _CONTACT.search(text) or "source" not in text.lower():
        problems.append("--offer FILE has to say who gives the sources, and at which address")
    if gap := _PLACEHOLDER.search(text):
        problems.append(f"the offer still has {gap[0]} in it")
    if not gpl or not _GPL_3.search(gpl.read_text("utf-8")):
        problems.append("--gpl FILE has to be the text of the GNU GPL, version 3")
    if missing := [name for name in ("x264", "x265", "FFmpeg") if text and name not in text]:
        problems.append(f"the offer does not name {', '.join(missing)}")
    if problems:
        sys.exit(
            f"Nothing was made: {', '.join(found)} are under the GNU GPL.\n" + "\n".join(f"  {p}" for p in problems)
        )
    return text


def write_notices(folder: Path, libraries: list[Library], offer: str, gpl: Path | None) -> None:
    """Everything that recipients are owed, beside the program."""
    folder.mkdir(parents=True)
    for name in ("LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, folder / name)
    texts = (
        f"{'=' * 79}\n{lib.name} {lib.version}: {lib.licence}\n\n{text}\n" for lib in libraries for text in lib.texts
    )
    (folder / "LICENCES.txt").write_text("".join(texts), "utf-8")
    (folder / "bill-of-materials.cdx.json").write_text(json.dumps(describe_sbom(libraries), indent=2), "utf-8")
    if offer and gpl:
        (folder / "SOURCES.txt").write_text(offer, "utf-8")
        shutil.copy(gpl, folder / "GPL-3.txt")


def list_options(out: Path) -> list[str]:
    """What PyInstaller is told; the program's own files come along as they are, for builds digest them."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    places = {"site_builder": "site_builder"}
    for source, to in wheel["force-include"].items():
        places[source] = to if (ROOT / source).is_dir() else str(Path(to).parent)
    options = [f"--add-data={ROOT / source}{os.pathsep}{to}" for source, to in places.items()]
    options += [f"--exclude-module={name}" for name in LEFT_OUT]
    options += [f"--collect-submodules={name}" for name in ("site_builder", *COLLECTED)]
    options += ["--collect-all=pagefind_bin", "--copy-metadata=spacecast", "--copy-metadata=feedgen"]
    options += [f"--paths={ROOT}", f"--distpath={out}", f"--workpath={out / 'work'}", f"--specpath={out / 'work'}"]
    return [
        *options,
        "--onedir",
        "--noconfirm",
        "--log-level=WARN",
        f"--name={NAME}",
        str(ROOT / "packaging" / "app.py"),
    ]


def rename_files(program: Path) -> None:
    """A manual lies under its topic, whatever its source is called; PyInstaller keeps names of files."""
    manuals = program / "_internal" / "site_builder" / "manuals"
    (manuals / "README.md").rename(manuals / "start.md")


def main() -> None:
    """Check what is owed, then build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offer", type=Path, help="how recipients get the sources")
    parser.add_argument(
        "--gpl", type=Path, default=Path("/usr/share/common-licenses/GPL-3"), help="text of the GNU GPL 3"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    chosen = parser.parse_args()
    libraries = list(list_libraries())
    gpl = chosen.gpl if chosen.gpl.is_file() else None
    offer = require_offer(libraries, chosen.offer, gpl)
    out = chosen.out.resolve()
    shutil.rmtree(out / NAME, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "PyInstaller", *list_options(out)], check=True)  # noqa: S603 -- ours
    rename_files(out / NAME)
    write_notices(out / NAME / "notices", libraries, offer, gpl)
    size = sum(file.lstat().st_size for file in (out / NAME).rglob("*"))  # a library with two names lies there once
    sys.stdout.write(f"{out / NAME}: {size / 1e6:.0f} MB\n")


if __name__ == "__main__":
    main()
