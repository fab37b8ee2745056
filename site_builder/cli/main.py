"""The `spacecast` command and its subcommands: each parses arguments, calls the program, prints the result.

Results go to standard output, progress and problems to standard error. Exit codes are those of `errors.py`.
Heavy modules are imported by the command that needs them, so that `--help` answers at once.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from site_builder import __version__
from site_builder.cli.arguments import PathArgument, as_json, find_show, in_show, print_json, read_clock, with_jobs
from site_builder.cli.failures import end_with_exit_code
from site_builder.cli.options.group import CommandGroup
from site_builder.cli.options.verbosity import VERBOSITY
from site_builder.cli.publishing import COMMANDS
from site_builder.cli.setup.commands import SETUP_COMMANDS
from site_builder.cli.setup.help import show_help
from site_builder.cli.studio import studio
from site_builder.cli.summary import say
from site_builder.engine.platform import print_anywhere
from site_builder.errors import EXIT_PROBLEMS

if TYPE_CHECKING:
    from site_builder.build.report import BuildReport
    from site_builder.events import Notify

_OBJECTS = 100_000
"""New objects after which reference cycles are looked for: by default 700, which takes a fifth of loading modules."""


_EXISTING = PathArgument()


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="spacecast")
@in_show
@click.pass_context
def cli(context: click.Context, show: Path | None) -> None:
    """Turn an X data archive with Spaces recordings into a podcast: a site and a feed for any static host."""
    context.obj = show or Path()


for _command in (*SETUP_COMMANDS, *COMMANDS, show_help, studio):
    cli.add_command(_command)


@cli.command(short_help="Show what an archive holds.")
@click.argument("archive", type=_EXISTING)
@click.option("--cluster", default="", metavar="ADDRESS", help="Read on a Dask cluster: its address, or local:N.")
@as_json
def inspect(archive: Path, cluster: str, json_: bool) -> None:
    """Show what an archive holds: Spaces, lengths, speakers, gaps, and what is missing and why."""
    from site_builder.cli import recordings, tables  # noqa: PLC0415
    from site_builder.commands.archives import inspect as inspect_command  # noqa: PLC0415

    with tables.progress() as notify:
        report = inspect_command.inspect_source(archive, notify, cluster=cluster)
    print_json(report.as_json()) if json_ else recordings.show_inspection(report)


@cli.command(short_help="Take Spaces into content/episodes/.")
@click.argument("archives", type=_EXISTING, nargs=-1, required=True, metavar="ARCHIVE...")
@click.option("--only", multiple=True, metavar="SPACE", help="Only this: id, part of the title, or number; repeatable.")
@click.option("--show-per-account", is_flag=True, help="Make a show below the folder for each account, and go on.")
@in_show
@as_json
def extract(
    archives: Sequence[Path], only: Sequence[str], show: Path | None, show_per_account: bool, json_: bool
) -> None:
    """Take the Spaces of X archives, or plain audio files, into content/episodes/."""
    from site_builder.cli import recordings, summary, tables  # noqa: PLC0415
    from site_builder.episodes.intake import extraction as steps  # noqa: PLC0415

    if show_per_account:
        recordings.extract_accounts(find_show(show), archives, only, json_=json_)
        return
    with tables.progress() as notify:
        extraction = steps.extract(find_show(show), archives, notify, only=only, jobs=os.cpu_count() or 1)
    if json_:
        print_json([entry.as_json() for entry in extraction.taken])
    else:
        recordings.show_extraction(extraction.taken)
        summary.remind_of_copies(find_show(show), extraction.taken)
    summary.show_warnings(extraction.remarks)
    if any(entry.unreadable for entry in extraction.taken):
        sys.exit(EXIT_PROBLEMS)


@cli.command(short_help="Make the site and the feed.")
@in_show
@with_jobs("How many things to make at once.")
@click.option(
    "--cluster",
    default="",
    metavar="ADDRESS",
    help="Make sound on a Dask cluster: its address, or local:N.",
)
@click.option(
    "--cluster-store",
    default="",
    metavar="URL",
    help="s3://…, gs://… or az://…, where its workers do not see this folder.",
)
@click.option("--drafts", is_flag=True, help="Build drafts and future episodes too.")
@click.option("--strict", is_flag=True, help="Treat warnings as failures.")
@click.option("--retire", multiple=True, metavar="EPISODE", help="Take a published episode back for good; repeatable.")
@click.option("--published", is_flag=True, help="You put output/ online by hand: hold on to what is in it from now on.")
@click.option("--moved", is_flag=True, help="The show's new address leaves nobody behind: nothing has to be moved.")
@click.option("--explain", is_flag=True, help="Say for each file made which input changed.")
@click.option("--timings", is_flag=True, help="Say where the time went, by stage.")
@as_json
def build(show: Path | None, json_: bool, timings: bool, **options: Any) -> None:
    """Make the site and the feed in output/ from content/, taking in new archives first."""
    from site_builder.build import pipeline  # noqa: PLC0415
    from site_builder.build.timings import Stopwatch  # noqa: PLC0415

    gc.disable()  # what is made now goes with the process
    watch = Stopwatch("looking for changes")
    chosen = pipeline.BuildOptions(**options)
    folder = find_show(show)
    changes = pipeline.check_changes(folder, chosen)
    report = pipeline.find_unchanged(folder, read_clock(), chosen, changes)
    if report is None:
        with _progress() as notify:
            report = pipeline.build(folder, read_clock(), chosen, watch.follow(notify), changes)
    print_json(report.as_json()) if json_ else _show_build(report, folder)
    for line in watch.describe() if timings else ():
        click.echo(line, err=True)
    if report.failed:
        sys.exit(EXIT_PROBLEMS)


@cli.command("import", short_help="Take over a podcast from its feed.")
@click.argument("feed", metavar="FEED")
@click.option("--own", is_flag=True, help="A locked feed of another name is mine too.")
@click.option("--pages", type=click.IntRange(1), default=500, metavar="N", help="Read this many pages of the feed.")
@click.option(
    "--max-mb", type=click.IntRange(1), default=2000, show_default=True, metavar="N", help="Largest audio file."
)
@click.option(
    "--max-minutes", type=click.IntRange(1), default=120, show_default=True, metavar="N", help="For one audio file."
)
@in_show
@as_json
def import_(feed: str, show: Path | None, json_: bool, own: bool, **limits: int) -> None:
    """Take over a podcast from the address or file of its FEED: guids, dates, notes, audio and all."""
    from site_builder.cli import recordings, tables  # noqa: PLC0415
    from site_builder.commands import import_feed  # noqa: PLC0415

    folder, bounds = find_show(show), import_feed.make_bounds(**limits)
    with tables.progress() as notify:
        result = import_feed.import_feed(folder, feed, read_clock(), notify, bounds=bounds, is_own=own)
    print_json(result.as_json()) if json_ else recordings.show_import(result)
    if result.failed:
        sys.exit(EXIT_PROBLEMS)


@cli.command(short_help="Preview the site; every change is shown at once.")
@in_show
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", help="Where to listen (default: 8000, or the next free one)."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0: your network.")
@click.option("--open", "opened", is_flag=True, help="Open it in your browser.")
@click.option("--drafts/--no-drafts", default=True, help="Show drafts and future episodes too (default), marked.")
@with_jobs("How many things to make at once.")
@as_json
def serve(show: Path | None, host: str, port: int | None, opened: bool, json_: bool, **options: Any) -> None:
    """Preview the site on this computer; every change is shown at once. output/ is left alone."""
    from site_builder.build import pipeline  # noqa: PLC0415
    from site_builder.cli.preview import PreviewView  # noqa: PLC0415
    from site_builder.preview import process, server  # noqa: PLC0415
    from site_builder.show.config import require_show  # noqa: PLC0415

    folder = find_show(show)
    require_show(folder)
    with PreviewView(is_usual=port is None, opened=opened, is_json=json_) as view:
        preview = process.SessionProcess(folder, pipeline.BuildOptions(**options), read_clock, view)
        server.serve(preview, host=host, port=port, ready=view.show_address)


@cli.command(short_help="Show who is heard, and what they said to it.")
@click.argument("who", required=False)
@in_show
@click.option("--ask", is_flag=True, help="Write a message to each person who was not asked yet, and note the day.")
@click.option("--again", is_flag=True, help="With --ask: to everyone who has not answered, asked before or not.")
@as_json
def people(who: str | None, show: Path | None, ask: bool, again: bool, json_: bool) -> None:
    """Show who is heard, for how long, and what they said to being published; of one person, WHO, where."""
    from site_builder.cli import tables  # noqa: PLC0415
    from site_builder.commands import people as people_command  # noqa: PLC0415

    if ask:
        requests = people_command.write_requests(find_show(show), read_clock().date(), again=again)
        print_json([asdict(entry) for entry in requests]) if json_ else tables.show_requests(requests)
        return
    rows = people_command.list_people(find_show(show), who)
    if json_:
        print_json(people_command.describe_rows_json(rows))
    elif who:
        tables.show_person(rows[0])
    else:
        tables.show_people(rows)


@cli.command(short_help="Write down what somebody said.")
@click.argument("who")
@click.argument("status", type=click.Choice(["granted", "anonymous", "refused", "pending"]))
@click.option("--note", default="", help='How it was said, e.g. "yes, by DM".')
@click.option("--episode", default="", help="For this episode only: its slug, folder or guid.")
@in_show
@as_json
def consent(who: str, status: str, note: str, episode: str, show: Path | None, json_: bool) -> None:
    """Write down what WHO said to being published; the next build honours it everywhere."""
    from site_builder.cli import tables  # noqa: PLC0415
    from site_builder.commands import people as people_command  # noqa: PLC0415

    today = read_clock().date()
    record = people_command.record_answer(find_show(show), who, status, on=today, note=note, episode=episode)
    if json_:
        print_json({"who": record.key, "name": record.name, "status": status, "since": f"{today}", "episode": episode})
        return
    tables.show_answer(record, status, episode)
    if status in {"refused", "anonymous"}:
        tables.show_search(record, people_command.describe_search(find_show(show), record.key))


@cli.command(short_help="Check against the rules of apps, hosts and consent.")
@in_show
@click.option("--host", default="", help="Check the limits of this host: github-pages, cloudflare-pages, netlify, git.")
@click.option("--strict", is_flag=True, help="Treat warnings as failures.")
@click.option("--live", is_flag=False, flag_value="", metavar="[URL]", help="Check what is online instead.")
@click.option("--ping", is_flag=True, help="With --live: tell the WebSub hub of the config, if all is well.")
@as_json
def check(show: Path | None, host: str, live: str | None, **options: bool) -> None:
    """Check whether apps, directories, hosts and the people in it would accept the show."""
    from site_builder.build import pipeline  # noqa: PLC0415
    from site_builder.cli import tables  # noqa: PLC0415

    folder, now = find_show(show), read_clock()
    with tables.progress() as notify:
        if live is not None:
            from site_builder.commands.check_live import check_published  # noqa: PLC0415

            report = check_published(folder, live, now=now, ping=options["ping"], notify=notify)
        else:
            from site_builder.checks import run  # noqa: PLC0415

            current = pipeline.find_unchanged(folder, now, pipeline.BuildOptions()) is not None
            strict = options["strict"]
            report = run.check_show(folder, now, current=current, host=host, strict=strict, notify=notify)
    print_json(report.as_json()) if options["json_"] else tables.show_check(report)
    if report.failed:
        sys.exit(EXIT_PROBLEMS)


@cli.command("fetch-media", short_help="Carry over audio whose recording is elsewhere.")
@in_show
@click.option("--from", "sources", multiple=True, metavar="PLACE", help="A folder or address with the published site.")
@as_json
def fetch_media(show: Path | None, sources: Sequence[str], json_: bool) -> None:
    """Carry over audio whose recording is elsewhere, from PLACE or the site as it is online, into output/."""
    from site_builder.cli import tables  # noqa: PLC0415
    from site_builder.commands import fetch_media as fetch_media_command  # noqa: PLC0415

    with tables.progress() as notify:
        report = fetch_media_command.fetch_media(find_show(show), sources, notify)
    print_json(asdict(report)) if json_ else say(report.summary)


@cli.command(short_help="Write down what is said, with names, on this computer.")
@in_show
@click.argument("episodes", nargs=-1, metavar="[EPISODE]...")
@click.option("--model", default="", metavar="FOLDER|NAME", help="The speech model. By default any that is here.")
@click.option("--fetch-model", metavar="NAME", help="Download a model first: the only thing here that uses a network.")
@click.option("--language", default="", help="Of the recordings, e.g. en. By default the show's.")
@with_jobs("How many cores to use.")
@click.option("--cluster", default="", metavar="ADDRESS", help="Hear on a Dask cluster: its address, or local:N.")
@click.option("--cluster-store", default="", metavar="URL", help="As for build.")
@click.option("--again", is_flag=True, help="Also what was transcribed before. Corrections stay as they are.")
@click.option("--learn", is_flag=True, help="Only print what you corrected, as lines for config.yaml.")
@as_json
def transcribe(
    show: Path | None, episodes: Sequence[str], fetch_model: str | None, learn: bool, json_: bool, **options: Any
) -> None:
    """Write down what is said in episodes without a transcript, with the name of who says it.

    EPISODE is a slug, a folder name or a guid. Nothing leaves this computer, but for a cluster that you name.
    """
    from site_builder.cli import tables  # noqa: PLC0415
    from site_builder.commands import transcribe as transcribe_command  # noqa: PLC0415

    if learn:
        VERBOSITY.answers = True
        learnt = {"transcript": {"replace": transcribe_command.learn(find_show(show), episodes)}}
        print_json(learnt) if json_ else tables.show_learnt(learnt["transcript"]["replace"])
        return
    with tables.progress() as notify:
        if fetch_model:
            options["model"] = str(transcribe_command.fetch(fetch_model, notify))
        report = transcribe_command.transcribe(find_show(show), episodes, notify=notify, **options)
    print_json(report.as_json()) if json_ else tables.show_transcribed(report)
    if report.failed:
        sys.exit(EXIT_PROBLEMS)


@cli.command(short_help="Propose chapters, tags and passages from an episode's transcript.")
@in_show
@click.argument("episode")
@as_json
def suggest(show: Path | None, episode: str, json_: bool) -> None:
    """Propose chapter marks, tags and passages to share, as front matter to look over and paste. Nothing is written.

    EPISODE is a slug, a folder name or a guid.
    """
    from site_builder.commands.suggest import suggest as propose  # noqa: PLC0415

    suggestion = propose(find_show(show), episode)
    if json_:
        print_json(suggestion.as_json())
        return
    click.echo(suggestion.as_front_matter() or "Nothing to propose.\n", nl=False)
    if not VERBOSITY.is_quiet:
        click.echo(
            f"\nTake what is right into content/episodes/{suggestion.episode}/index.md; nothing was written.", err=True
        )


def _warn(event: object) -> None:
    """Of all that happens, what a person must hear of though nobody looks."""
    from site_builder.events import Warned  # noqa: PLC0415

    if isinstance(event, Warned):
        click.echo(event.message, err=True)


def _progress() -> AbstractContextManager[Notify]:
    """What draws how far a build is, which is loaded only where it is seen."""
    if VERBOSITY.is_quiet or not (VERBOSITY.is_verbose or sys.stderr.isatty()):
        return nullcontext(_warn)
    from site_builder.cli import tables  # noqa: PLC0415

    return tables.progress()


def _show_build(report: BuildReport, folder: Path) -> None:
    from site_builder.cli import summary  # noqa: PLC0415

    if report.taken:
        from site_builder.cli import recordings  # noqa: PLC0415

        recordings.show_news(report.taken)
        summary.remind_of_copies(folder, report.taken)
    summary.show_build(report, folder)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with the exit code of the contract."""
    gc.set_threshold(_OBJECTS)
    print_anywhere()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look through all that is installed for them
    atexit.register(
        gc.freeze
    )  # at the end all goes anyway; to look for cycles in it once more takes longer than to exit
    with end_with_exit_code(arguments):
        cli.main(args=arguments, prog_name="spacecast", standalone_mode=False)
