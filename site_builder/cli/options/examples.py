"""Examples that `--help` of each command ends with. Every one can be run."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "init": (
        "spacecast init my-show",
        "spacecast init my-show --archive twitter-2026-10-18.zip",
        "spacecast init my-show --title 'Signals' --url https://you.github.io/show/ --no-input",
    ),
    "inspect": ("spacecast inspect twitter-2026-10-18.zip", "spacecast inspect twitter-2026-10-18.zip --json"),
    "extract": (
        "spacecast extract twitter-2026-10-18.zip",
        "spacecast extract twitter-2026-10-18.zip --only 1YqKDoVkzRexV",
        "spacecast extract talk.mp3",
    ),
    "build": ("spacecast build", "spacecast -C my-show build --drafts", "spacecast build --explain --timings"),
    "import": ("spacecast import https://example.org/feed.xml", "spacecast -C my-show import feed.xml --own"),
    "serve": ("spacecast serve --open", "spacecast serve --port 9000 --no-drafts"),
    "people": ("spacecast people", "spacecast people davy", "spacecast people --ask"),
    "consent": (
        "spacecast consent davy granted --note 'yes, by DM'",
        "spacecast consent davy refused",
        "spacecast consent davy anonymous --episode flood-gauges",
    ),
    "check": ("spacecast check", "spacecast check --host github", "spacecast check --live"),
    "fetch-media": ("spacecast fetch-media", "spacecast fetch-media --from /media/usb/site"),
    "transcribe": (
        "spacecast transcribe",
        "spacecast transcribe flood-gauges --model small",
        "spacecast transcribe --learn",
    ),
    "suggest": ("spacecast suggest flood-gauges", "spacecast suggest flood-gauges --json"),
    "workflow": ("spacecast workflow", "spacecast workflow --repository-is-private"),
    "backup": ("spacecast backup /media/usb/my-show", "spacecast backup /media/usb/my-show --verify"),
    "deploy": (
        "spacecast deploy github://you/show",
        "spacecast deploy --dry-run",
        "spacecast deploy --back",
    ),
    "studio": ("spacecast studio", "spacecast -C my-show studio --port 9000"),
    "doctor": ("spacecast doctor", "spacecast -C my-show doctor --json"),
    "schema": ("spacecast schema --write", "spacecast schema config"),
    "help": ("spacecast help", "spacecast help consent", "spacecast help build"),
    "completion": ("spacecast completion bash", "spacecast completion zsh"),
}
"""Command to lines."""
