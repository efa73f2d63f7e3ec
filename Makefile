# Two commands for a newcomer: `make run` does the main job, `make test` passes the tests. Both set up what they need first.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --retries 2 --no-deps --require-hashes --only-binary :all:
PACKAGES := vocabulary sources extractors warehouse digest flows

.PHONY: help run test check lock train format clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

run: $(VENV)/.run  ## set up, then do the main job on seeds/ and print where the digest is
	@$(BIN)/stancewatch run; status=$$?; \
	if [ $$status -eq 3 ]; then echo "make: done in part: some feeds or documents failed; 'stancewatch status' lists them." >&2; exit 0; fi; \
	exit $$status

test: $(VENV)/.dev  ## set up, then run the tests
	@$(BIN)/python -m pytest

check: $(VENV)/.dev  ## lint, types, layers, lock
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python .ci/lock.py check

lock:  $(VENV)/.dev  ## resolve the dependencies anew
	@$(BIN)/python .ci/lock.py write

train: $(VENV)/.dev  ## learn the judge anew from all marked texts at hand (STANCEWATCH_GOLD, STANCEWATCH_SEEDS) and write it
	@PYTHONPATH=. $(BIN)/python training/train.py --write

format: $(VENV)/.dev  ## put the code in its standard form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:  ## remove the environment and everything written
	rm -rf $(VENV) var

# The environment. A stamp is newer than the lock that it was made from, so that nothing is installed twice.
$(VENV)/.python:
	@if [ -n "$(PYTHON)" ]; then \
		command -v "$(PYTHON)" >/dev/null 2>&1 || { echo "make: PYTHON=$(PYTHON) is no program that can be run" >&2; exit 1; }; \
		"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
			{ echo "make: PYTHON=$(PYTHON) is $$("$(PYTHON)" --version 2>&1 | head -n 1); Python 3.11 or newer is needed" >&2; exit 1; }; \
	fi; \
	for python in "$(PYTHON)" python3 python3.13 python3.12 python3.11 python; do \
		[ -n "$$python" ] && command -v "$$python" >/dev/null 2>&1 || continue; \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		echo "make: creating the environment in $(VENV) with $$("$$python" --version)"; \
		"$$python" -m venv $(VENV) || { echo "make: $$python cannot create an environment; install its venv module (Debian: python3-venv)" >&2; exit 1; }; \
		touch $@; exit 0; \
	done; \
	echo "make: Python 3.11 or newer is needed and none was found (python3 is $$(python3 --version 2>&1)); install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1

$(VENV)/.run: $(VENV)/.python requirements.lock pyproject.toml
	@echo "make: installing from requirements.lock (some minutes the first time)"
	@$(PIP_INSTALL) -r requirements.lock || { echo "make: the packages of requirements.lock could not be installed: is the package index reachable from here? (pip's own words stand above)" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e . || { echo "make: the project itself could not be installed into $(VENV): does 'make clean' and then the same again help? (pip's own words stand above)" >&2; exit 1; }
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@echo "make: installing from requirements-dev.lock"
	@$(PIP_INSTALL) -r requirements-dev.lock || { echo "make: the packages of requirements-dev.lock could not be installed: is the package index reachable from here? (pip's own words stand above)" >&2; exit 1; }
	@touch $@
