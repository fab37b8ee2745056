"""`.github/workflows/pages.yml`: a push of `content/` publishes the site, by GitHub's own actions for Pages.

Recordings are not in git, so the audio is carried over: from the branch that `spacecast deploy` pushes to, or from the
site as it is online; with a media store it is not touched at all.
"""

from __future__ import annotations

from pathlib import Path

from site_builder import __version__
from site_builder.errors import UsageError

WORKFLOW = Path(".github/workflows/pages.yml")

_TEXT = """\
# Publishes the site when content/ changes. Once, on GitHub: Settings > Pages > Source: GitHub Actions.
# Yours to change; `spacecast workflow` writes it anew where there is none.
name: Publish

on:
  push:
    branches: [main, master]
    paths: [config.yaml, content/**, templates/**, .github/workflows/pages.yml]
  # Publish episodes that wait for their date: remove the two `#`
  # schedule:
  #   - cron: "23 5 * * *"
  workflow_dispatch:

permissions:
  contents: read
  pages: write
  id-token: write

# One deployment at a time, and none is cut off
concurrency:
  group: pages
  cancel-in-progress: false

jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-python@v6
        with:
          python-version: "3.12"
      - name: Install spacecast
        run: python -m pip install "spacecast=={version}"
      - name: Build
        run: spacecast build
      - name: Carry the audio over
        run: |
          if git fetch --quiet --depth=1 origin gh-pages; then
            git worktree add --quiet --detach "$RUNNER_TEMP/published" FETCH_HEAD
          fi
          spacecast fetch-media --from "$RUNNER_TEMP/published"
      - uses: actions/upload-pages-artifact@v4
        with:
          path: output

  deploy:
    needs: build
    runs-on: ubuntu-24.04
    environment:
      name: github-pages
      url: ${{{{ steps.deployment.outputs.page_url }}}}
    steps:
      - id: deployment
        uses: actions/deploy-pages@v4
"""


def render_workflow() -> str:
    """The file, with this very version of the program in it."""
    return _TEXT.format(version=__version__)


def write_workflow(folder: Path) -> Path:
    """Write the file into the show's folder; where it is, relative to that.

    Raises:
        UsageError: there is another one already, which is somebody's.
    """
    file = folder / WORKFLOW
    if file.exists() and file.read_text("utf-8") != render_workflow():
        raise UsageError(f"{file} exists and says something else; move it away to have it written anew")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(render_workflow(), "utf-8", newline="\n")
    return WORKFLOW
