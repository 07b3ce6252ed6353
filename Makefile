# Two commands set up a new machine: make run, make test.
# PYTHON=/path/to/python3 chooses the interpreter, ARGS="…" goes to the program or the tests.

PYTHON ?=
export PYTHON
REPOSITORY ?=

BIN := .venv/bin
SETUP := ./scripts/setup.sh
CODE := $(wildcard tui_pod tests benchmarks/*.py screenshots/*.py scripts/*.py)
SCRIPTS := scripts/setup.sh scripts/pythons.sh .ci/run packaging/PKGBUILD packaging/deb.sh

# Python finds Homebrew's libmpv only when told; /bin/sh on macOS forgets it, so each command is told.
ifeq ($(shell uname -s),Darwin)
WITH := DYLD_FALLBACK_LIBRARY_PATH="$$(brew --prefix)/lib:/usr/local/lib:/usr/lib"
endif

# What make test was told of the world to run in (see tests/world.py); what the environment says is this machine's.
WORLD = $(foreach name,TZ LOCALE UMASK ACCOUNT TERMINAL COLORS KEYBOARD,$(if $(filter command%,$(origin $(name))),$(name)=$($(name))))

.PHONY: help run test nightly check format install pythons release bench torture lock manual screenshots clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Set up what is missing and start the app
	@$(SETUP) venv
	@$(WITH) $(BIN)/tui-pod $(ARGS)

test: ## Set up what is missing and run every test; TZ, LOCALE, UMASK, ACCOUNT … repeat the world of a run
	@$(SETUP) venv transcribe test
	@$(SETUP) tools
	@$(WITH) $(BIN)/python tests/world.py $(WORLD) $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

nightly: ## Run the tests that are too slow for every change; takes long
	@$(SETUP) venv transcribe test
	@$(SETUP) tools
	@$(WITH) $(BIN)/python tests/world.py $(WORLD) $(BIN)/python -m pytest -n auto --dist worksteal -m nightly $(ARGS)

check: ## Check format, lint, types, import contracts and scripts
	@$(SETUP) venv transcribe test dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/shellcheck $(SCRIPTS)

format: ## Format the code, and apply the linter's fixes
	@$(SETUP) venv transcribe test dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

install: ## Put tui-pod on the PATH
	@$(SETUP) install

pythons: ## Run a fast part of the tests on every supported Python that can be had
	@$(SETUP) venv transcribe test
	@$(WITH) ./scripts/pythons.sh test $(WORLD)

release: check test ## Check, build into dist/ and tag; REPOSITORY=https://… names the public address; pushes nothing
	@$(BIN)/python scripts/release.py --repository "$(REPOSITORY)" $(ARGS)

bench: ## Measure, as ratios to a bare app and to peers
	@$(SETUP) venv transcribe test
	@$(WITH) $(BIN)/python benchmarks/run.py $(ARGS)

torture: ## Kill the app, corrupt its files, fill its disk; takes long
	@$(SETUP) venv test
	@$(SETUP) tools
	@$(WITH) $(BIN)/python tests/torture/run.py $(ARGS)

lock: ## Choose anew, within pyproject.toml's ranges, what users get, and keep its hashes
	@$(SETUP) venv test dev
	echo 'hatchling>=1.27' | $(BIN)/uv pip compile pyproject.toml - --upgrade --quiet \
		--universal --python-version 3.11 --generate-hashes --no-header --no-annotate --output-file requirements.lock

manual: ## Regenerate manual, man page and completions
	@$(SETUP) venv test
	$(BIN)/python scripts/make_manual.py

screenshots: ## Redraw the pictures of the README
	@$(SETUP) venv test dev
	@$(WITH) $(BIN)/python screenshots/take.py $(ARGS)

clean: ## Remove everything that can be rebuilt
	rm -rf .venv .venv-server build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
