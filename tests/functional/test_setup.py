"""The first run: init asks, doctor looks, schemas help editors, -q and -v, completion."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
import yaml
from archive_maker import START, MadeArchive, MadeSpace, damage_members, write_archive
from show_runner import (
    PROJECT,
    build,
    copy_show,
    edit,
    find_bundle,
    make_show,
    make_two_spaces,
    run_spacecast,
    spacecast,
)

from site_builder.cli.main import cli
from site_builder.cli.options.examples import EXAMPLES
from site_builder.commands.doctor import EXTRAS
from site_builder.commands.schema import SCHEMAS, make_schema
from site_builder.show.config import load_config


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show of two episodes, not built. Not to be changed."""
    return make_show(tmp_path_factory.mktemp("setup") / "show", make_two_spaces())


def answer(command: list[str], *lines: str) -> str:
    """Run a command at a terminal, and type a line each time it asks; all that is shown."""
    pty = pytest.importorskip("pty")
    main, terminal = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "TERM": "dumb"}
    process = subprocess.Popen(
        [sys.executable, "-m", "site_builder", *command],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment,
    )
    os.close(terminal)
    shown = b""
    for line in (*lines, None):
        asked_at, end = len(shown), time.monotonic() + 60
        while time.monotonic() < end:
            try:
                shown += os.read(main, 4096)
            except OSError:  # the terminal is gone with the process
                break
            if line is not None and b": " in shown[asked_at:]:
                os.write(main, f"{line}\n".encode())
                shown += b"\n"
                time.sleep(0.2)
                break
    os.close(main)
    assert process.wait(timeout=60) == 0, shown
    return shown.decode()


def test_init_asks_at_a_terminal(tmp_path: Path) -> None:
    """Title and author are proposed from the archive, addresses never; a wrong answer is asked for again."""
    archive = write_archive(tmp_path / "archive.zip", MadeArchive())
    words = ["init", str(tmp_path / "show"), "--archive", str(archive)]
    shown = answer(words, "", "Ada", "no address", "https://ada.github.io/show", "ada@signals.podcast")
    config = load_config(tmp_path / "show").show
    assert (config.author, config.url) == ("Ada", "https://ada.github.io/show/")
    assert config.email == "ada@signals.podcast"
    assert f"[{config.title}]" in shown
    assert "expected" in shown


def test_init_asks_nobody_elsewhere(tmp_path: Path) -> None:
    """No terminal, or --no-input: what is not said stays a placeholder that no deploy takes; --json tells all."""
    run = run_spacecast("init", tmp_path / "one")
    assert run.code == 0, run.err
    made = run_spacecast("init", tmp_path / "two", "--title", "Signals", "--no-input", "--json").json
    assert (made["title"], made["folder"]) == ("Signals", str(tmp_path / "two"))
    assert load_config(tmp_path / "two").show.email == "podcast@example.org"


def test_doctor(show: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ready, and what makes it not: each with the line that mends it."""
    report = spacecast("-C", show, "doctor", "--json").json
    states = {finding["name"]: finding["state"] for finding in report["findings"]}
    assert report["ready"], report
    assert {"program", "libraries", "disk", "keyring", "publish", "speech", "stores", "show"} <= states.keys()
    assert states["second copy"] == "optional" if "second copy" in states else True
    assert spacecast("-C", tmp_path, "doctor").code == 0
    config = tmp_path / "config.yaml"
    config.write_bytes((show / "config.yaml").read_bytes() + b"deploy: rsync:me@signals.podcast:/srv/show\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    wrong = spacecast("-C", tmp_path, "doctor")
    assert wrong.code == 1
    assert "rsync is not installed" in wrong.out
    edit(config, "rsync:me@signals.podcast:/srv/show", "github://you/show")
    find_spec = "site_builder.commands.doctor.find_spec"
    monkeypatch.setattr(find_spec, lambda name: None if name == "dulwich" else object())
    lacking = spacecast("-C", tmp_path, "doctor", "--json")
    (publish,) = (finding for finding in lacking.json["findings"] if finding["name"] == "publish")
    assert (lacking.code, publish["state"]) == (1, "wrong")
    assert shlex.split(publish["remedy"])[:4] == [sys.executable, "-m", "pip", "install"]
    config.write_text("show: [")
    assert spacecast("-C", tmp_path, "doctor").code == 1


def test_doctor_says_of_each_thing_that_is_not_here_what_brings_it(
    show: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No finding but what is in order is without a remedy; a token that cannot be one is told of, and not shown."""
    places = "deploy: {pages: 'github://you/show', web: 'rsync:me@x.dev:/srv', mirror: 's3://bucket/show'}\n"
    (tmp_path / "config.yaml").write_bytes((show / "config.yaml").read_bytes() + places.encode())
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("SPACECAST_GITHUB_TOKEN", "github_pat_one\ngithub_pat_two")
    monkeypatch.setattr("site_builder.commands.doctor.find_spec", lambda name: None)
    monkeypatch.setattr("site_builder.net.credentials._find_keyring", lambda: None)
    run = spacecast("-C", tmp_path, "doctor", "--json")
    assert "github_pat" not in run.out + run.err
    lacking = [finding for finding in run.json["findings"] if finding["state"] != "ok"]
    assert {"publish", "speech", "keyring", "login: pages", "deploy: web"} <= {finding["name"] for finding in lacking}
    assert [finding for finding in lacking if not finding["remedy"]] == []


def test_doctor_knows_every_extra(show: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of pyproject.toml, by the same requirements; models; and for each place whether a token or key is there."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert {extra: list(modules.values()) for extra, (_, modules) in EXTRAS.items()} == project
    places = "deploy: {pages: 'github://you/show', mirror: 's3://bucket/show'}\n"
    (tmp_path / "config.yaml").write_bytes((show / "config.yaml").read_bytes() + places.encode())
    for name in ("SPACECAST_GITHUB_TOKEN", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    assert look(tmp_path)["login: pages"] == look(tmp_path)["login: mirror"] == "optional"
    monkeypatch.setenv("SPACECAST_GITHUB_TOKEN", "github_pat_secret")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "s3cr3t")
    found = spacecast("-C", tmp_path, "doctor")
    assert look(tmp_path)["login: pages"] == look(tmp_path)["login: mirror"] == "ok"
    assert not {"github_pat_secret", "s3cr3t"} & set(re.findall(r"\w+", found.out + found.err))
    edit(tmp_path / "config.yaml", "deploy:", "transcript: {model: nowhere, make: yes}\ndeploy:")
    assert look(tmp_path).get("speech model", "wrong") == "wrong"


def look(folder: Path) -> dict[str, str]:
    """What `doctor` finds there, by name."""
    return {
        finding["name"]: finding["state"] for finding in spacecast("-C", folder, "doctor", "--json").json["findings"]
    }


def read_front_matter(file: Path) -> object:
    """As an editor reads it."""
    return yaml.safe_load(file.read_text("utf-8").split("---\n")[1])


def test_schemas_take_what_builds_take(show: Path, tmp_path: Path) -> None:
    """The demo, a new show, the manual's examples: no line that builds is underlined; a slip of the pen is."""
    build(show)
    samples = [
        ("config", yaml.safe_load(file.read_text("utf-8"))) for file in (PROJECT / "config.yaml", show / "config.yaml")
    ]
    samples += [("front-matter", read_front_matter(file)) for file in show.glob("content/episodes/*/index.md")]
    samples += [("page", read_front_matter(file)) for file in show.glob("content/pages/*.md")]
    people = yaml.safe_load((show / "content/people.yaml").read_text("utf-8"))
    samples.append(("people", people))
    assert len(samples) >= 6
    for name, sample in samples:
        plain = json.loads(json.dumps(sample, default=str))
        jsonschema.Draft202012Validator(make_schema(name)).validate(plain)
    config = samples[1][1]
    for section, option in (("show", "titel"), ("audio", "fromat"), ("consent", "pendin")):
        wrong = {**config, section: {**(config.get(section) or {}), option: "x"}}
        assert list(jsonschema.Draft202012Validator(make_schema("config")).iter_errors(wrong)), option
    described = make_schema("config")["$defs"]["ShowConfig"]["properties"]
    assert "Where the site will live" in described["url"]["description"]


def test_new_shows_name_their_schemas(show: Path, tmp_path: Path) -> None:
    """In each file that people write; the schema is where the line leads; `schema --write` brings it up to date."""
    build(show)
    written = {
        "config": show / "config.yaml",
        "page": show / "content/pages/about.md",
        "people": show / "content/people.yaml",
        "front-matter": find_bundle(show, "2026-10-09") / "index.md",
    }
    assert set(written) == set(SCHEMAS)
    for name, file in written.items():
        line = next(line for line in file.read_text("utf-8").splitlines() if line != "---")
        mark, _, place = line.partition("$schema=")
        assert mark == "# yaml-language-server: "
        assert json.loads((file.parent / place).read_text("utf-8")) == make_schema(name)
        jsonschema.Draft202012Validator.check_schema(spacecast("schema", name).json)
    folder = copy_show(show, tmp_path / "show")
    schema = folder / ".spacecast/schemas/config.schema.json"
    schema.write_text("{}")
    assert spacecast("-C", folder, "schema", "--write").code == 0
    assert json.loads(schema.read_text("utf-8")) == make_schema("config")


def test_a_show_without_schemas_names_none(tmp_path: Path) -> None:
    """One that an earlier version made: an editor would complain of a file that is not there."""
    folder = make_show(tmp_path / "show")
    shutil.rmtree(folder / ".spacecast")
    spacecast("-C", folder, "extract", write_archive(tmp_path / "x.zip", make_two_spaces()))
    files = [folder / "content/people.yaml", *folder.glob("content/episodes/*/index.md")]
    assert len(files) == 3
    assert not any("$schema" in file.read_text("utf-8") for file in files)


def test_quiet_and_verbose(show: Path, tmp_path: Path) -> None:
    """-q: nothing where nothing is wrong; -v: each file; neither outlasts its command."""
    folder = make_show(tmp_path / "show", make_two_spaces())
    quiet = spacecast("-C", folder, "build", "-q")
    assert (quiet.code, quiet.out) == (0, "")
    edit(folder / "config.yaml", "title: Signals", "title: Other signals")
    verbose = spacecast("-C", folder, "build", "-v")
    assert "done    index.html" in verbose.err
    assert "Nothing" in (after := spacecast("-C", folder, "build").out) or after
    edit(folder / "config.yaml", "title: Other signals", "titel: x")
    assert "titel" in spacecast("-C", folder, "build", "-q").err


def test_quiet_and_verbose_of_every_command(show: Path, tmp_path: Path) -> None:
    """Before the command or behind it; what a command is asked for is printed all the same, and nothing beside it."""
    for name, command in cli.commands.items():
        options = {option for parameter in command.params for option in parameter.opts}
        assert {"-q", "--quiet", "-v", "--verbose"} <= options, name
    folder = copy_show(show, tmp_path / "show")
    build(folder)
    for words in ([], ["schema", "page"], ["help", "glossary"], ["completion", "bash"]):
        assert spacecast("-q", *(words or ["-C", str(folder), "people"])).out
    people = spacecast("-C", folder, "people")
    assert people.out.startswith(spacecast("-C", folder, "people", "-q").out)
    assert "spacecast people WHO" in people.out
    assert "spacecast people WHO" not in spacecast("-C", folder, "people", "-q").out
    assert spacecast("-q", "-C", folder, "build").out == ""
    assert spacecast("-C", folder, "build").out
    edit(folder / "config.yaml", "title: Signals", "title: Other signals")
    assert "done    index.html" in spacecast("-v", "-C", folder, "build").err


def test_quiet_says_what_is_wrong(show: Path, tmp_path: Path) -> None:
    """A recording that cannot be read, a rule that is broken, a library that is missing: and nothing beside them."""
    folder, other = copy_show(show, tmp_path / "show"), MadeSpace(id="1ZkKzYvPnWqGB", start=START + timedelta(days=99))
    archive = write_archive(tmp_path / "x.zip", MadeArchive(spaces=[MadeSpace(), other]))
    damage_members(archive, [f"data/spaces_media/space-{other.id}_0.ts"])
    taken = spacecast("-C", folder, "extract", archive, "-q")
    assert (taken.code, taken.out.count(":")) == (1, 1), taken.out
    assert f"space-{other.id}_0.ts is damaged" in taken.out
    build(folder)
    edit(min(folder.glob("content/episodes/*/index.md")), "title:", "title: Other")
    loud, quiet = (spacecast("-C", folder, "check", *words).out for words in ([], ["-q"]))
    assert "output-current" in quiet
    assert "advice " in loud
    assert "advice " not in quiet
    with (folder / "config.yaml").open("a") as config:
        config.write("deploy: s3://bucket/show\ntranscript: {model: nowhere, make: yes}\n")
    wrong = [line for line in spacecast("-C", folder, "doctor", "-q").out.splitlines() if line[:1].strip()]
    assert [line.split()[:3] for line in wrong] == [["wrong", "speech", "model:"]]
    edit(folder / "config.yaml", "nowhere, make: yes", "nowhere")


def test_a_library_that_cannot_be_used(tmp_path: Path) -> None:
    """It is there, and the system lacks what it needs: told in a sentence by what needs it, and by `doctor`."""
    broken = tmp_path / "broken/av/__init__.py"
    broken.parent.mkdir(parents=True)
    broken.write_text("raise ImportError('libmvec.so.1: cannot open shared object file', name='av._core')")
    path = f"{broken.parents[1]}{os.pathsep}{PROJECT}"
    for words, where in ((["studio", "--no-browser", "--port", 0], "err"), (["doctor"], "out")):
        run = run_spacecast("-C", tmp_path, *words, PYTHONPATH=path)
        assert run.code == 1
        assert "libmvec.so.1" in getattr(run, where)
        assert "Install spacecast again" in getattr(run, where)


def test_every_command_has_examples_that_can_be_run() -> None:
    """Each begins with its own name, and click takes it."""
    assert set(EXAMPLES) == set(cli.commands)
    for name, lines in EXAMPLES.items():
        for line in lines:
            _, *words = shlex.split(line)
            if words[0] == "-C":
                words = words[2:]
            assert words[0] == name
            command = cli.commands[name]
            command.make_parser(__import__("click").Context(command)).parse_args(words[1:])


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    """The script asks this program, which knows its commands."""
    assert "_SPACECAST_COMPLETE" in spacecast("completion", shell).out
    assert "_SPACECAST_COMPLETE" in spacecast("completion", shell, "--json").json["script"]
    environment = {"_SPACECAST_COMPLETE": f"{shell}_complete", "COMP_WORDS": "spacecast dep", "COMP_CWORD": "1"}
    if shell == "bash":
        assert "deploy" in run_spacecast(cwd=None, **environment).out


def test_completion_of_a_new_zsh(tmp_path: Path) -> None:
    """As Macs have it, which starts nothing that completes: the script does so before it asks for that."""
    script = spacecast("completion", "zsh").out
    assert script.startswith("#compdef spacecast\n")
    assert 0 < script.index("compinit -i") < script.index("compdef _spacecast_completion")
    if zsh := shutil.which("zsh"):
        (tmp_path / "script").write_text(script)
        command = [zsh, "-f", "-c", f"source {tmp_path}/script && print -r $_comps[spacecast]"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={"HOME": str(tmp_path)})
        assert (done.stdout, done.stderr) == ("_spacecast_completion\n", "")
