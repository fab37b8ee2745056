# Everything runs from a virtual environment in .venv, made from hash-checked lock files.
#
#   make build                      set up, then build the show in this folder into output/
#   make build ARCHIVE=~/x.zip      make a show of your own from an X archive, in my-show/ (or SHOW=DIR), and build it
#   make test                       set up all that the tests need (browser included) and run them
#   make test PYTHON=python3.13     the same with another Python, in an environment of its own (.venv-python3.13)
#   make test-fast                  unit tests without browser, hosts and whole builds: half a minute
#   make test-portable              the way that every system has: no forks, links or files in memory
#   make check                      lint, types and tests: what must pass before a change is taken
#   make fuzz SECONDS=600           try every reader of foreign bytes with bent inputs
#   make stress                     kill builds and deploys, fill disks, break them (STRESS="--kills 20" for less)
#   make docs                       the manual as a web site, in build/docs/html; a dead link is an error
#   make messages                   collect the texts of the interface into the catalogues (docs/translating.md)
#   make serve                      preview with reload
#   make lock                       refresh the lock files (needs uv)

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv$(if $(filter command,$(firstword $(origin PYTHON))),-$(notdir $(PYTHON)))
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ARCHIVE ?=
SHOW ?= $(if $(ARCHIVE),my-show,.)

# A worker takes a long run of tests, for many share what is made once for a file, and half of what another has left.
WORKERS := -n auto --dist worksteal

.PHONY: build serve test test-fast test-portable fuzz stress check lint types docs messages lock clean
.DEFAULT_GOAL := build

build: $(VENV)/.run
	$(if $(ARCHIVE),@if test -e "$(SHOW)/config.yaml"; then $(BIN)/spacecast -C "$(SHOW)" extract "$(ARCHIVE)"; \
		else $(BIN)/spacecast init "$(SHOW)" --archive "$(ARCHIVE)"; fi)
	@$(BIN)/spacecast -C "$(SHOW)" build

serve: $(VENV)/.run
	@$(BIN)/spacecast -C "$(SHOW)" serve

test: $(VENV)/.run $(VENV)/.test
	$(BIN)/python -m pytest $(WORKERS)

# tests/fast.txt lists them; nothing but libraries is needed.
test-fast: $(VENV)/.test-libraries
	$(BIN)/python -m pytest -q $(WORKERS) @tests/fast.txt

# What Windows and macOS do, tried here: tests/portable.txt lists the tests that can tell a difference.
test-portable: $(VENV)/.test-libraries
	SPACECAST_PORTABLE=1 $(BIN)/python -m pytest -q -n auto @tests/portable.txt

# Every reader of foreign bytes, tried with bent inputs: make fuzz SECONDS=600
SECONDS ?= 120
fuzz: $(VENV)/.run $(VENV)/.test
	$(BIN)/python tests/fuzz/run.py --seconds $(SECONDS)

# Kills, full disks, read-only folders, errors of the disk: make stress STRESS="--kills 20 --levels 5"
STRESS ?=
stress: $(VENV)/.run $(VENV)/.test
	$(BIN)/python tests/stress/trials.py $(STRESS)

# Quick things first; pytest has the last word.
check: lint types test

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

# The pages that `spacecast help` shows, as a web site: docs/decisions/0043.
docs: $(VENV)/.test-libraries
	@$(BIN)/python scripts/docs_site.py

messages: $(VENV)/.run
	@$(BIN)/python scripts/messages.py

# The environment for using the program.
$(VENV)/.run: requirements.lock pyproject.toml
	@$(if $(PYTHON),:,echo "Python 3.11 or newer is needed: https://www.python.org/downloads/" >&2; exit 1)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
		echo "Python cannot make virtual environments here; on Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# What the tests need on top: libraries, ffprobe and a browser.
$(VENV)/.test-libraries: requirements-test.lock $(VENV)/.run
	$(PIP) install --require-hashes -r requirements-test.lock
	@touch $@

$(VENV)/.test: tests/support/programs.py tests/package-lock.json $(VENV)/.test-libraries
	$(BIN)/python tests/support/programs.py
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"
# The widest first: what the tests need decides which versions the program is tested, and locked, with.
lock:
	$(COMPILE) pyproject.toml --group build --group dev -o requirements-dev.lock
	$(COMPILE) -c requirements-dev.lock pyproject.toml --group build -o requirements.lock
	$(COMPILE) -c requirements-dev.lock --group test -o requirements-test.lock

clean:
	rm -rf $(VENV) .cache output/* build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
