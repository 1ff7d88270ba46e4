# The front door. `make` alone lists what it does.
#
# Every target makes the environment it needs in .venv and keeps it there; with
# pyproject.toml and requirements/dev.txt unchanged nothing is installed again.

PYTHON ?= python3
JOBS ?= 2

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install
LOCK := requirements/dev.txt

# pyright comes with its own program; it need not ask whether a newer one is out
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check check-rest slow bench docs format lint types floors wheel lock clean browser

help:
	@echo "make demo     install the library alone and run its demonstration into demo-out/"
	@echo "make test     run the tests and report their coverage"
	@echo "make check    everything that CI runs: lint, types, floors, docs, wheel, tests"
	@echo "make slow     run the slow tests, then the others on new examples"
	@echo "make bench    compare our speed with our peers', into bench/results.json"
	@echo "make docs     build the documentation into docs/_build/html/"
	@echo "make format   put the code into its one layout"
	@echo "make lock     pin the development tools anew"
	@echo "make browser  install the browser that the exchange's page is tested in (Debian, as root)"
	@echo "make clean    remove what the other targets made, the environment too"

# ---------------------------------------------------------------- environment

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "carbonkit needs Python 3.11 or newer; $(PYTHON) is missing or older."; \
	    echo "Name another one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	    echo "$(PYTHON) cannot make a virtual environment; is its venv package installed?"; exit 1; }

# what the library needs to run, at the locked versions
$(VENV)/.runtime: pyproject.toml | $(BIN)/python
	@$(PIP) --constraint $(LOCK) --editable .
	@touch $@

# what it needs to be worked on
$(VENV)/.dev: pyproject.toml $(LOCK) | $(BIN)/python
	@$(PIP) --requirement $(LOCK)
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.runtime $@

# ----------------------------------------------------------------- what it does

demo: $(VENV)/.runtime
	@$(BIN)/carbonkit demo --out demo-out

test: $(VENV)/.dev
	$(BIN)/pytest -q -n $(JOBS) --dist loadfile -m "whole and not slow" tests
	$(BIN)/pytest -q -n $(JOBS) --dist loadfile -m "not whole and not slow" --cov --cov-report=term

slow: $(VENV)/.dev
	$(BIN)/pytest -q -m slow
	$(BIN)/pytest -q -n $(JOBS) --dist loadfile --hypothesis-profile=explore tests

check: check-rest test

# side by side; each part's words come out together
check-rest: $(VENV)/.dev
	@$(MAKE) --no-print-directory --jobs=$(JOBS) --output-sync=target lint floors types docs wheel

lint: $(VENV)/.dev
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet

types: $(VENV)/.dev
	$(BIN)/mypy --no-error-summary
	$(BIN)/pyright

floors: $(VENV)/.dev
	$(BIN)/lint-imports --no-logo

docs: $(VENV)/.dev
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

wheel: $(VENV)/.dev
	$(BIN)/python scripts/check_wheel.py

# without a browser the tests of the page are skipped, and say so
browser:
	@command -v chromium >/dev/null || \
	    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; }

# BENCH=--quick for a first look; BENCH=--help for what else there is
bench: $(VENV)/.dev
	$(BIN)/python -m bench $(BENCH)

format: $(VENV)/.dev
	$(BIN)/ruff check --quiet --fix-only
	$(BIN)/ruff format

lock: LOCKED := .venv-lock
lock:
	@rm -rf $(LOCKED)
	@$(PYTHON) -m venv $(LOCKED)
	@$(LOCKED)/bin/python -m pip --disable-pip-version-check -qq install --requirement requirements/dev.in .
	@{ echo "# What carbonkit is built, checked and run with, pinned. Written by \`make lock\`"; \
	   echo "# from pyproject.toml and requirements/dev.in; do not edit by hand."; \
	   $(LOCKED)/bin/python -m pip freeze --exclude carbonkit --exclude setuptools; } > $(LOCK)
	@rm -rf $(LOCKED)

clean:
	rm -rf $(VENV) .venv-lock .venv-bench build dist demo-out docs/_build htmlcov .coverage .coverage.*
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
