"""Builds wheels of the installed program and libraries, so that another computer installs the same files.

A wheel is a zip with the files, what the package is, and a list of digests
(https://packaging.python.org/en/latest/specifications/binary-distribution-format/). The same files give the same bytes.
"""

from __future__ import annotations

import io
import tomllib
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from site_builder import __version__
from site_builder.errors import SpacecastError

_PACKAGE = Path(__file__).parents[2]
_CHECKOUT = _PACKAGE.parent
_LOCK = "requirements.lock"
_LEFT_OUT = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
"""What an installer wrote beside the files of a wheel."""


class Wheel(NamedTuple):
    """A package as one file."""

    name: str
    """Of the file."""
    content: bytes

    @property
    def sha256(self) -> str:
        """For `--hash`."""
        return sha256(self.content).hexdigest()


def make_own_wheel() -> Wheel:
    """This program: as it was installed, or from the checkout it runs from."""
    if not (_CHECKOUT / "pyproject.toml").is_file():
        return make_installed_wheel("spacecast")
    settings = tomllib.loads((_CHECKOUT / "pyproject.toml").read_text("utf-8"))
    project, wheel = settings["project"], settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    files = dict(_read_checkout(wheel["force-include"]))
    info = f"spacecast-{__version__}.dist-info"
    needs = "".join(f"Requires-Dist: {need}\n" for need in project["dependencies"])
    head = f"Metadata-Version: 2.4\nName: spacecast\nVersion: {__version__}\nSummary: {project['description']}\n"
    scripts = "".join(f"{name} = {place}\n" for name, place in project["scripts"].items())
    files[f"{info}/METADATA"] = f"{head}Requires-Python: {project['requires-python']}\n{needs}".encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: spacecast\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/entry_points.txt"] = f"[console_scripts]\n{scripts}".encode()
    files |= {f"{info}/licenses/{name}": (_CHECKOUT / name).read_bytes() for name in project["license-files"]}
    return Wheel(f"spacecast-{__version__}-py3-none-any.whl", _pack(files, info))


def _read_checkout(included: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """The files of the package as a wheel has them; `included` lie beside it in a checkout: from where to where."""
    for base, name in {"site_builder": "site_builder", **included}.items():
        source = _CHECKOUT / base
        for file in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith("."):
                below = file.relative_to(source).as_posix()
                yield (name if file == source else f"{name}/{below}"), file.read_bytes()


def make_installed_wheel(name: str) -> Wheel:
    """A package of pure Python as it is installed here.

    Raises:
        SpacecastError: it is not installed as a whole.
    """
    try:
        installed = distribution(name)
        files = dict(_read_installed(installed))
        info = next(path.split("/")[0] for path in files if path.split("/")[0].endswith(".dist-info"))
    except (PackageNotFoundError, OSError, StopIteration):
        raise SpacecastError(
            f"the package {name} is not installed in a way that can be copied; install spacecast anew"
        ) from None
    stem = info.removesuffix(".dist-info")
    return Wheel(f"{stem}-py3-none-any.whl", _pack(files, info))


def _read_installed(installed: Distribution) -> Iterator[tuple[str, bytes]]:
    for path in installed.files or ():
        inside = ".." not in path.parts and "__pycache__" not in path.parts
        if inside and not (path.parent.name.endswith(".dist-info") and path.name in _LEFT_OUT):
            yield path.as_posix(), Path(str(installed.locate_file(path))).read_bytes()


def _pack(files: Mapping[str, bytes], info: str) -> bytes:
    rows = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in sorted(files.items())]
    record = f"{info}/RECORD"
    listed = {**dict(sorted(files.items())), record: "\n".join([*rows, f"{record},,", ""]).encode()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, content in listed.items():
            entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return stream.getvalue()


def _digest(content: bytes) -> str:
    return urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()


def read_lock() -> str:
    """The versions and digests of everything this program needs, for every system."""
    file = _PACKAGE / _LOCK
    return (file if file.is_file() else _CHECKOUT / _LOCK).read_text("utf-8")
