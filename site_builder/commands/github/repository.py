"""The show's own repository: whether it may hold what is private, and what happens where it should not."""

from __future__ import annotations

from pathlib import Path

from site_builder.engine.files import write_file
from site_builder.errors import UsageError
from site_builder.hosts.exposed_files import find_at_remotes, list_tracked
from site_builder.hosts.git import Git, find_top_level, list_remotes
from site_builder.show.config import Config
from site_builder.show.documents.yaml_edit import set_value
from site_builder.show.layout import CONFIG


def note_private(folder: Path) -> None:
    """Write the host's word that nobody else can read the repository into the config; every other byte stays."""
    text = (folder / CONFIG).read_bytes().decode("utf-8")
    write_file(folder / CONFIG, set_value(text, ["repository", "private"], "yes").encode())


def require_nothing_exposed(folder: Path, config: Config, address: str, branch: str) -> None:
    """Refuse while a repository that others may read holds private files.

    Args:
        folder: The show's.
        config: Its config, which may say that its repository is private.
        address: Of the repository that the site goes to; empty where it goes to none.
        branch: The branch the site is on, which is this program's own.

    Raises:
        UsageError: with the repository, the files and what can be done.
    """
    own = list(list_remotes(Git(folder)).values()) if find_top_level(folder) else []
    asked = [] if config.repository.private else own
    if address and address not in own:
        asked = [*asked, address]
    found = list(find_at_remotes(folder, asked, but={branch}))
    known = {exposure.place for exposure in found}
    if not config.repository.private:
        found += [exposure for exposure in list_tracked(folder) if exposure.place and exposure.place not in known]
    if found:
        raise UsageError(
            "".join(f"{exposure}\n" for exposure in found)
            + "Whoever can read that may read who said no, and hear whom you took out. Nothing was sent. Take these "
            "files out of the repository and its history (`spacecast help publish-github-pages`, “Take private files "
            "out of a repository”); or, if nobody but you can read it, say so once with --repository-is-private"
        )
