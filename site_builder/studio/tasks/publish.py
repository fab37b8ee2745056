"""The job that builds and publishes, by the same functions as `spacecast deploy`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from site_builder.build.publication import load_release
from site_builder.commands.deploy import DeployReport, deploy, go_back
from site_builder.commands.deployment.history import find_site, list_deploys
from site_builder.errors import TargetFailed
from site_builder.hosts import redact
from site_builder.hosts.github.answers import TokenRefused
from site_builder.model.paths import FEED
from site_builder.net.credentials import KEPT as KEPT_WORDS
from site_builder.net.credentials import NOT_KEPT, Credentials, TokenMissing, find_keyring_name
from site_builder.show.layout import find_output_paths
from site_builder.studio.background.held_token import KEPT, MISSING, REFUSED
from site_builder.studio.background.worker import Task
from site_builder.studio.tasks.checks import build_whole
from site_builder.studio.tasks.in_app import read_in_app, read_items
from site_builder.studio.tasks.turns import wait_for_turn
from site_builder.text.timecode import parse_utc

_LISTED = 200
"""Files that are named one by one."""


def plan(task: Task) -> dict[str, Any]:
    """What publishing would send. Arguments as of `publish`; nothing is sent, and nothing noted."""
    return _publish(task, dry_run=True)


def publish(task: Task) -> dict[str, Any]:
    """Build and send. Arguments: `now`, `address` of the place, `private`: whether nobody else reads the repository.

    The person has seen where it goes and has pressed the button: that is the confirmation of a new place.
    """
    return _publish(task, dry_run=False)


def _publish(task: Task, *, dry_run: bool) -> dict[str, Any]:
    now, notify = parse_utc(task.arguments["now"]), task.notify()

    online = read_online(task.folder, task.arguments["address"])

    def work() -> DeployReport:
        if failures := build_whole(task.folder, now, notify):
            raise TargetFailed(failures)
        return deploy(
            task.folder,
            task.arguments["address"],
            now,
            dry_run=dry_run,
            is_private=task.arguments["private"] and not dry_run,
            review=lambda _: True,
            credentials=Credentials(given=task.secret),
            notify=notify,
        )

    report = _tell_token(task, work)
    stamp = task.arguments.get("stamp", "")
    told = {**_describe(report), "changed": _list_changed(report, task.folder, online), "stamp": stamp}
    feed = find_output_paths(task.folder, preview=False).output / FEED
    return told if dry_run else {**told, "in_app": read_in_app(feed)}


def _tell_token(task: Task, work: Callable[[], DeployReport]) -> DeployReport:
    """Do it; where it is for want of a token that it cannot be done, the result says so."""
    try:
        return wait_for_turn(work)
    except (TokenMissing, TokenRefused) as error:
        token = REFUSED if isinstance(error, TokenRefused) else MISSING
        task.send({"result": {"token": token, "keyring": find_keyring_name()}})
        raise


def send_earlier(task: Task) -> dict[str, Any]:
    """Go back to an earlier deploy. Arguments: `now`, `name`, `address`."""
    now = parse_utc(task.arguments["now"])
    name, address = task.arguments["name"], task.arguments["address"]
    credentials = Credentials(given=task.secret)

    def work() -> DeployReport:
        return go_back(task.folder, name, address, now, credentials=credentials, notify=task.notify())

    return {**_describe(_tell_token(task, work)), "back": name}


def _list_changed(report: DeployReport, folder: Path, online: Mapping[str, bytes]) -> list[str]:
    """Titles of the episodes that are sent again, but for those whose page alone is: it names its neighbours."""
    sent = {upload.path for leg in report.legs for upload in leg.uploads}
    slugs = {path.split("/")[1] for path in sent if path.startswith("episodes/") and path.count("/") > 1}
    own = {path.split("/")[1] for path in sent if path.startswith("episodes/") and not path.endswith("/index.html")}
    now = read_items(find_output_paths(folder, preview=False).output)
    return [
        episode.title
        for episode in load_release(folder).episodes
        if episode.title not in report.first
        and (episode.slug in slugs or episode.enclosure in sent)
        and (episode.slug in own or episode.enclosure in sent or _differs(episode.guid, online, now))
    ]


def _differs(guid: str, online: Mapping[str, bytes], now: Mapping[str, bytes]) -> bool:
    """Whether apps are told something else of an episode; yes, where that is not known."""
    return guid not in online or online[guid] != now.get(guid)


def read_online(folder: Path, address: str) -> dict[str, bytes]:
    """What the feed that was sent there last says of each episode, by guid; nothing where that is not kept."""
    kept = next((kept for kept in list_deploys(folder) if kept.target == redact(address)), None)
    return read_items(find_site(folder, kept)) if kept else {}


def _describe(report: DeployReport) -> dict[str, Any]:
    return {
        "url": report.site_url,
        "feed": f"{report.site_url}{FEED}",
        "is_folder": report.legs[-1].host.name == "folder",
        "first": list(report.first),
        "token": KEPT if KEPT_WORDS in report.warnings else "",
        "warnings": [redact(warning) for warning in report.warnings if warning not in {KEPT_WORDS, NOT_KEPT}],
        "legs": [
            {
                "to": redact(leg.host.label),
                "send": [upload.path for upload in leg.uploads[:_LISTED]],
                "count": len(leg.uploads),
                "bytes": sum(upload.size_bytes for upload in leg.uploads),
                "kept": len(leg.wanted) - len(leg.uploads),
                "remove": list(leg.difference.surplus[:_LISTED]),
                "removed": len(leg.difference.surplus),
            }
            for leg in report.legs
        ],
    }
