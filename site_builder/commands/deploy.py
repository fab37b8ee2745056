"""Brings a host in line with `output/`: compares, sends what is missing, in an order that breaks nothing.

media ─▶ assets ─▶ pages ─▶ feed ─▶ deletions. Stopped anywhere, whatever is online stays whole, and the next deploy
finishes. With a media store there are two hosts; the order is the same across both.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from site_builder.build import publication
from site_builder.build.pipeline import BuildOptions, build, find_unchanged
from site_builder.checks.rule import Severity
from site_builder.checks.run import check_show
from site_builder.checks.site.hosts import LIMITS, LIMITS_OF
from site_builder.commands.deployment import answers as answered
from site_builder.commands.deployment import history
from site_builder.commands.deployment.review import Waiting, describe_waiting, find_waiting, format_size
from site_builder.commands.deployment.target import (
    Target,
    find_target,
    note_place,
    require_real_addresses,
    require_same_place,
)
from site_builder.commands.github.repository import note_private, require_nothing_exposed
from site_builder.errors import SpacecastError, TargetFailed, UsageError
from site_builder.events import Notify, Started, ignore
from site_builder.hosts import Difference, Host, Kind, Setting, Upload, in_order, open_host, redact
from site_builder.hosts.uploads import find_absent, load_uploads
from site_builder.net.credentials import Credentials
from site_builder.show.config import Config, describe_show, load_config
from site_builder.show.lock import lock_show
from site_builder.text.command_lines import make_command


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPlan:
    """What is to be done at one host, or was."""

    host: Host
    wanted: tuple[Upload, ...]
    difference: Difference

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """In the order in which they are sent."""
        return tuple(upload for wave in self.waves for upload in wave)

    @property
    def waves(self) -> tuple[list[Upload], ...]:
        """What is missing at the host, in order."""
        missing = set(self.difference.missing)
        uploads = [upload for upload in self.wanted if upload.path in missing]
        return tuple(in_order(uploads, self.difference.replaced))

    def as_json(self) -> dict[str, Any]:
        """For `spacecast deploy --json`."""
        return {
            "to": self.host.label,
            "send": [{"path": upload.path, "bytes": upload.size_bytes} for upload in self.uploads],
            "remove": list(self.difference.surplus),
            "kept": len(self.wanted) - len(self.uploads),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployPlan:
    """What a deploy is about to do: everything a person may want to know before the first byte is sent."""

    legs: tuple[HostPlan, ...]
    """One per host; the media store first where there is one."""
    site_url: str
    warnings: tuple[str, ...] = ()
    """Where the host's limits are near, in figures for this show, and what would help."""
    waiting: tuple[Waiting, ...] = ()
    """Who is heard and has not answered."""
    notice: tuple[str, ...] = ()
    """The same as lines, with what happens to them."""
    first: tuple[str, ...] = ()
    """Titles of the episodes that go out for the first time; from then on they cannot be held back."""
    new_place: str = ""
    """Where it goes, as it will be noted in the config, where the show has never been sent there; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployReport(DeployPlan):
    """What a deploy did, or would do."""

    dry_run: bool = False

    @property
    def summary(self) -> str:
        """A line for each host."""
        return "\n".join(self._describe(leg) for leg in self.legs)

    def _describe(self, leg: HostPlan) -> str:
        size = format_size(sum(upload.size_bytes for upload in leg.uploads))
        words = ("would be sent", "would be removed") if self.dry_run else ("sent", "removed")
        sent = f"{len(leg.uploads)} {words[0]}" + (f" ({size})" if leg.uploads else "")
        kept = len(leg.wanted) - len(leg.uploads)
        return f"{leg.host.label}: {sent}, {kept} there already, {len(leg.difference.surplus)} {words[1]}."

    @property
    def outcome(self) -> str:
        """The last line: where the site is now, or would be."""
        if self.dry_run:
            return f"Nothing was sent. A deploy would go to: {self.legs[-1].host.label}"
        return self.legs[-1].host.describe_outcome(self.site_url)

    def as_json(self) -> dict[str, Any]:
        """For `spacecast deploy --json`."""
        legs = [leg.as_json() for leg in self.legs]
        waiting = [
            {"name": each.name, "episodes": list(each.episodes), "asked": each.asked and each.asked.isoformat()}
            for each in self.waiting
        ]
        site = {"url": self.site_url, "dry_run": self.dry_run, "legs": legs}
        return {**site, "first": list(self.first), "not_answered": waiting, "warnings": list(self.warnings)}


Review = Callable[[DeployPlan], bool]
"""Tells a person what is about to be done; whether it may be."""


def refuse_new_places(plan: DeployPlan) -> bool:
    """A review by nobody: what was confirmed once may be done again, and nothing else."""
    return not plan.new_place


def deploy(  # noqa: PLR0913 -- what only some hosts need has a default
    folder: Path,
    name: str | None,
    now: datetime,
    *,
    dry_run: bool = False,
    is_private: bool = False,
    review: Review = refuse_new_places,
    credentials: Credentials | None = None,
    notify: Notify = ignore,
) -> DeployReport:
    """Send `output/` to a host that the config names.

    Args:
        name: Of a target below `deploy:`, or an address; None where the config names only one.
        now: A build is stale once an episode's date has come.
        dry_run: Look, and change nothing.
        is_private: The host's word that nobody else can read the show's own repository; noted in the config.
        review: Asked once all is known and nothing sent.
        credentials: Where a host finds its token.
        notify: Receives the events of a build, for each file sent.

    Raises:
        UsageError: no such target, one that cannot be, one that was not confirmed, or addresses nobody can reach.
        SpacecastError: the build is stale or failed, the host cannot take it, or the way there broke.
    """
    config = load_config(folder)
    target = find_target(config.deploy, name)
    require_real_addresses(folder, config)
    new_place = _check_place(folder, config, target, credentials, is_private=is_private)
    answers = answered.note_answers(folder, config)  # before it is known that output/ says the same
    require_fresh(folder, now, notify)
    warnings = require_sound(folder, now, target.address, notify)
    with lock_show(folder, "deploy"):
        legs = plan_legs(folder, config, target.address, credentials=credentials)
        plan = _describe_plan(folder, config, legs, warnings, new_place)
        if not dry_run:
            _execute(folder, target, plan, answered.make_review(review, folder, answers, now), now, notify)
            _keep(folder, plan, redact(new_place or target.address), now, answers)
    return _report(plan, dry_run=dry_run)


def _check_place(
    folder: Path, config: Config, target: Target, credentials: Credentials | None, *, is_private: bool
) -> str:
    """Refuse a place that cannot be; how the config is to name it, where it is new."""
    host = open_host(target.address, _describe_setting(folder, config, credentials))
    is_known = require_same_place(config, host.noted_as)
    _require_privacy(folder, config, host, is_private=is_private)
    return "" if is_known else host.noted_as


def _keep(folder: Path, plan: DeployPlan, place: str, now: datetime, answers: answered.KeptAnswers) -> None:
    """Keep what was sent; say where somebody has said no meanwhile."""
    plan.legs[-1].host.remarks += answered.warn_of_no(folder, answers, now)
    uploads = (upload for leg in plan.legs for upload in leg.wanted)
    guids = [episode.guid for episode in publication.load_release(folder).episodes]
    history.keep_deploy(folder, place, uploads, guids, now, answered.confirm_answers(folder, answers))


def _report(plan: DeployPlan, *, dry_run: bool) -> DeployReport:
    """What was planned, and what hosts have to say of it."""
    values = {field.name: getattr(plan, field.name) for field in fields(plan)}
    remarks = tuple(remark for leg in plan.legs for remark in leg.host.remarks)
    return DeployReport(**{**values, "warnings": plan.warnings + remarks}, dry_run=dry_run)


def _require_privacy(folder: Path, config: Config, host: Host, *, is_private: bool) -> None:
    """Nothing private lies in a repository that others can read; the host's word that none can is noted."""
    if not is_private:
        require_nothing_exposed(folder, config, *host.repository)
    elif not config.repository.private:
        note_private(folder)


def _describe_setting(folder: Path, config: Config, credentials: Credentials | None = None) -> Setting:
    guid = describe_show(config.show, config.feed).guid
    known = credentials or Credentials()
    return Setting(folder=folder, site_url=config.show.url, show_guid=guid, credentials=known)


def _describe_plan(
    folder: Path, config: Config, legs: tuple[HostPlan, ...], warnings: tuple[str, ...], new_place: str
) -> DeployPlan:
    waiting = find_waiting(folder)
    return DeployPlan(
        legs=legs,
        site_url=config.show.url,
        warnings=warnings,
        waiting=waiting,
        notice=describe_waiting(waiting, config),
        first=tuple(episode.title for episode in publication.find_first_promises(folder)),
        new_place=new_place,
    )


def _execute(folder: Path, target: Target, plan: DeployPlan, review: Review, now: datetime, notify: Notify) -> None:
    """Send what was planned, once the review allows it.

    Raises:
        UsageError: it does not.
    """
    if not review(plan):
        place = plan.legs[-1].host.label
        raise UsageError(
            f"nothing was sent: this would be the first deploy to {place}. If that is right, run "
            f"`{make_command(folder, 'deploy', target.name or target.address, '--yes')}`"
            if plan.new_place
            else "nothing was sent"
        )
    if plan.new_place:
        note_place(folder, target, plan.new_place)
    publication.promise(folder)
    ship(plan.legs, notify)
    publication.confirm(folder, redact(plan.new_place or target.address), now)


def go_back(
    folder: Path,
    name: str,
    target_name: str | None,
    now: datetime,
    *,
    dry_run: bool = False,
    credentials: Credentials | None = None,
    notify: Notify = ignore,
) -> DeployReport:
    """Send an earlier deploy again: the one called `name`, or the one before the last where it is empty.

    Raises:
        UsageError: there is none, the place was never deployed to, or it would bring back what was taken out.
        SpacecastError: a host cannot be reached, or a file is kept neither here nor there.
    """
    config = load_config(folder)
    if ":" in name and target_name is None:  # `--back folder:/srv/show` reads as it is meant: a place, not an id
        name, target_name = "", name
    target = find_target(config.deploy, target_name)
    setting = _describe_setting(folder, config, credentials)
    host = open_host(target.address, setting)
    kept = history.choose_deploy(folder, config, name, redact(host.noted_as or target.address))
    if not require_same_place(config, host.noted_as):
        raise UsageError(f"nothing was ever deployed to {host.label}")
    require_nothing_exposed(folder, config, *host.repository)
    with lock_show(folder, "deploy"):
        legs = plan_legs(folder, config, target.address, kept, setting.credentials)
        history.require_allowed(folder, load_config(folder), kept)  # once more: to ask the host takes its time
        if not dry_run:
            ship(legs, notify)
            uploads = (upload for leg in legs for upload in leg.wanted)
            history.keep_deploy(folder, kept.target, uploads, kept.guids, now, kept.answers)
    moment = history.describe_moment(kept, config.show.zone)
    remarks = (f"the site is that of {moment} again; the next `spacecast deploy` sends what is in output/",)
    return DeployReport(legs=legs, site_url=config.show.url, warnings=remarks, dry_run=dry_run)


def require_fresh(folder: Path, now: datetime, notify: Notify = ignore) -> None:
    """Refuse what is not the outcome of a whole build of the show as it is now, without drafts.

    Asks the build itself: only it knows. What it had to make has been seen by nobody, and is not sent.

    Raises:
        SpacecastError: output/ was stale, incomplete or a preview, or cannot be built.
        UsageError: as of a build.
    """
    options = BuildOptions(jobs=os.cpu_count() or 1)
    report = find_unchanged(folder, now, options) or build(folder, now, options, notify)
    if report.failures:
        raise TargetFailed([*report.failures, "The show does not build, so nothing was sent."])
    if changed := len(report.made) + len(report.removed):
        raise SpacecastError(
            f"output/ was not what content/ and config.yaml say; it has been built again just now ({changed} files "
            "changed) and nothing was sent; look it over with `spacecast serve`, then deploy again"
        )


def require_sound(folder: Path, now: datetime, address: str, notify: Notify = ignore) -> tuple[str, ...]:
    """Refuse what apps, the host or the people in it would not accept: every error that `check` finds.

    What the host would take and warn of is returned, a sentence each.

    Audio that is absent here is not among it, for the host may have it; limits are those of the host at `address`.

    Raises:
        TargetFailed: with each error and its remedy.
    """
    scheme = address.partition(":")[0]
    host = scheme if scheme in LIMITS_OF else ""
    absent = [audio.enclosure.path for audio in find_absent(folder) if not audio.is_here]
    report = check_show(folder, now, host=host, notify=notify)
    errors = [
        f"{finding}\n  {finding.rule.remedy}"
        for finding in report.findings
        if finding.rule.severity is Severity.ERROR
        and not any(path in str(finding) for path in absent)
        and (host or finding.rule not in LIMITS.rules)
    ]
    if errors:
        raise TargetFailed([*errors, "Apps or the host would not accept this, so nothing was sent."])
    near = (finding for finding in report.findings if host and finding.rule in LIMITS.rules)
    return tuple(f"{finding}; {finding.rule.remedy}" for finding in near)


def plan_legs(
    folder: Path,
    config: Config,
    address: str,
    kept: history.KeptDeploy | None = None,
    credentials: Credentials | None = None,
) -> tuple[HostPlan, ...]:
    """What is to be done at each host, the media store first; nothing is changed yet. `kept`: to go back to that.

    Raises:
        UsageError: an address is wrong.
        SpacecastError: a host cannot be reached, or audio is neither here nor there.
    """
    setting = _describe_setting(folder, config, credentials)
    if kept:
        setting = replace(setting, site=history.find_site(folder, kept))
    uploads = history.find_uploads(folder, kept) if kept else load_uploads(folder)
    shares = _share(config, address, setting, uploads)
    legs = tuple(HostPlan(host=host, wanted=wanted, difference=host.compare(wanted)) for host, wanted in shares)
    _require_audio(legs)
    return legs


def _share(
    config: Config, address: str, setting: Setting, uploads: Sequence[Upload]
) -> Iterator[tuple[Host, tuple[Upload, ...]]]:
    """Each host with its files: audio goes to the media store where there is one."""
    if config.media.store and config.media.store.rstrip("/") == address.rstrip("/"):
        raise UsageError("`media.store` and the deploy target are one place; give the audio a folder of its own there")
    site = list(uploads)
    if config.media.url:
        site = [upload for upload in uploads if upload.kind is not Kind.MEDIA]
    if config.media.store:
        yield open_host(config.media.store, setting), tuple(u for u in uploads if u.kind is Kind.MEDIA)
    yield open_host(address, setting), tuple(site)


def _require_audio(legs: Iterable[HostPlan]) -> None:
    """Refuse where audio is neither here nor there.

    Raises:
        TargetFailed: with each file.
    """
    lost = [upload.path for leg in legs for upload in leg.uploads if upload.source is None]
    if lost:
        remedy = "build where its recording is, or run `spacecast fetch-media`; nothing was sent"
        raise TargetFailed([f"{path}: this audio is neither in output/ nor at the host; {remedy}" for path in lost])


def ship(legs: Sequence[HostPlan], notify: Notify = ignore) -> None:
    """Bring what is online in line with what is wanted: audio of all hosts first, deletions of all hosts last."""
    busy = [leg for leg in legs if leg.difference.missing or leg.difference.surplus]
    notify(Started(sum(len(leg.uploads) for leg in busy)))
    for leg in busy:
        leg.host.begin(leg.difference)
    for leg in busy:
        for wave in leg.waves:
            leg.host.send(wave, notify)
    for leg in reversed(legs):
        if leg in busy:
            leg.host.remove(leg.difference.surplus)
        leg.host.settle()
