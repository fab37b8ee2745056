"""`spacecast workflow`: a push of `content/` to a private repository publishes the site, by GitHub's own actions.

What is installed there lies in the repository: the very program this is, as a wheel, and the digest of everything it
needs. Actions are named by commit. The job that builds may read the repository and nothing else; the one that publishes
runs none of this program's code. Recordings are not in git, so the audio is carried over: from the branch that
`spacecast deploy` pushes to, or from the site as it is online; with a media store it is not touched at all.
docs/decisions/0019 says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from site_builder.commands.github.repository import note_private
from site_builder.commands.github.requirements import make_wheels, render_requirements
from site_builder.engine.files import write_file
from site_builder.errors import UsageError
from site_builder.hosts.git import find_own_repository, find_top_level
from site_builder.show.config import load_config
from site_builder.show.private_files import let_in

WORKFLOW = Path(".github/workflows/pages.yml")
FOLDER = ".spacecast"
"""Holds what GitHub installs, in the show's folder."""
_MARK = "# Written by `spacecast workflow`"

_TEXT = """\
# Written by `spacecast workflow`, which writes it anew. Publishes the site when content/ changes.
# Once, on GitHub: Settings > Pages > Source: GitHub Actions. The repository must be private.
name: Publish

on:
  push:
    branches: [main, master]
    paths: [config.yaml, content/**, templates/**, .spacecast/**, .github/workflows/pages.yml]
  # Publish episodes that wait for their date: remove the two `#`
  # schedule:
  #   - cron: "23 5 * * *"
  workflow_dispatch:

permissions: {}

# One deployment at a time, and none is cut off
concurrency:
  group: pages
  cancel-in-progress: false

jobs:
  build:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          persist-credentials: false
      - name: Audio that was deployed, where there is some
        uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        continue-on-error: true
        with:
          ref: gh-pages
          path: .cache/published
          persist-credentials: false
      - uses: actions/setup-python@e797f83bcb11b83ae66e0230d6156d7c80228e7c # v6.0.0
        with:
          python-version: "3.12"
      - name: Install what lies in .spacecast/
        run: |
          python -m venv "$RUNNER_TEMP/spacecast"
          "$RUNNER_TEMP/spacecast/bin/python" -m pip install --require-hashes --only-binary :all: \\
            -r .spacecast/requirements.txt
      - name: Build
        run: '"$RUNNER_TEMP/spacecast/bin/spacecast" build'
      - name: Carry the audio over
        run: '"$RUNNER_TEMP/spacecast/bin/spacecast" fetch-media --from .cache/published'
      - uses: actions/upload-pages-artifact@7b1f4a764d45c48632c6b24a0339c27f5614fb0b # v4.0.0
        with:
          path: output

  deploy:
    needs: build
    runs-on: ubuntu-24.04
    permissions:
      pages: write
      id-token: write
    environment:
      name: github-pages
      url: ${{ steps.deployment.outputs.page_url }}
    steps:
      - id: deployment
        uses: actions/deploy-pages@d6db90164ac5ed86f2b6aed7e0febac5b3c0c03e # v4.0.5
"""

NOTICE = """\
With this, GitHub builds the site: people.yaml (who said no, and what they wrote), space.json and your notes, as they
are before anybody is taken out, go into the repository. It has to be PRIVATE. GitHub publishes the pages of a private
repository only with a paid account; with a free one, let `spacecast deploy` send the site from this computer to a
second, public repository that holds nothing else."""
"""What the host is told before anything is changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenWorkflow:
    """What was written."""

    written: tuple[str, ...]
    """Files, relative to the show's folder."""
    uncovered: bool
    """Whether lines were taken out of `.gitignore`."""


def render_workflow() -> str:
    """The workflow's file."""
    return _TEXT


def write_workflow(folder: Path, *, is_private: bool) -> WrittenWorkflow:
    """Write the workflow and what it installs, note that the repository is private, and let `content/` into it.

    Args:
        folder: The show's.
        is_private: The host's word that the repository is private.

    Raises:
        UsageError: it is not, there is no show, there is another workflow already, which is somebody's, or the show
            is not the top of its repository, where alone GitHub looks for workflows.
    """
    config = load_config(folder)
    if (top := find_top_level(folder)) and find_own_repository(folder) is None:
        raise UsageError(
            f"{folder.resolve()} lies inside the repository at {top}: GitHub looks for workflows at its top only, and "
            "what is private would be added there. Nothing was changed. Make the show a repository of its own: "
            "`git init` in its folder"
        )
    if not (is_private or config.repository.private):
        raise UsageError(f"{NOTICE}\nNothing was changed. If it is private, say so with --repository-is-private")
    file = folder / WORKFLOW
    if file.exists() and not _is_ours(file.read_text("utf-8", "replace")):
        raise UsageError(f"{file} exists and says something else; move it away to have it written anew")
    wheels = make_wheels()
    files = {
        WORKFLOW.as_posix(): render_workflow().encode(),
        f"{FOLDER}/requirements.txt": render_requirements(wheels, FOLDER).encode(),
        **{f"{FOLDER}/{wheel.name}": wheel.content for wheel in wheels},
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_file(folder / name, content)
    _remove_older(folder, set(files))
    if not config.repository.private:
        note_private(folder)
    return WrittenWorkflow(written=tuple(files), uncovered=_let_in(folder / ".gitignore"))


def _is_ours(text: str) -> bool:
    """Whether a workflow is this one or one that an earlier version wrote, which nobody changed much."""
    return text.startswith(_MARK) or "`spacecast workflow` writes it anew where there is none" in text


def _remove_older(folder: Path, written: set[str]) -> None:
    """Wheels of earlier versions of the program."""
    for wheel in (folder / FOLDER).glob("*.whl"):
        if f"{FOLDER}/{wheel.name}" not in written:
            wheel.unlink()


def _let_in(file: Path) -> bool:
    before = file.read_bytes().decode("utf-8", "surrogateescape") if file.is_file() else ""
    after = let_in(before)
    if after != before:
        write_file(file, after.encode("utf-8", "surrogateescape"))
    return after != before
