# Two commands set everything up: `make demo` and `make test`. Both need Python 3.11+, git and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: demo test format lint types imports tests crash soak bench bench-full lock docs clean help

help:
	@echo "make demo   a full queue of made-up data, in a minute, with no accounts"
	@echo "make test   format, lint, types, import rules and all tests"
	@echo "make crash  every promise of docs/RELIABILITY.md, proved; its figures go there"
	@echo "make soak   the same for hours"
	@echo "make bench  ours beside its references, in under 20 minutes; docs/PERFORMANCE.md"
	@echo "make docs   write the generated pages again"
	@echo "make lock   resolve the dependencies again"

demo: $(VENV)/.runtime
	@$(BIN)/caseyos demo start --open

test: format lint types imports tests

format: $(VENV)/.dev
	$(BIN)/ruff format --check .

lint: $(VENV)/.dev
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

tests: $(VENV)/.dev
	$(BIN)/pytest -n 2

crash: $(VENV)/.dev
	$(BIN)/python -m tests.crash

soak: $(VENV)/.dev
	$(BIN)/python -m tests.crash --scale soak

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

bench-full: $(VENV)/.dev
	$(BIN)/python -m benchmarks --full

docs: $(VENV)/.dev
	$(BIN)/python -m tests.generated write

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "CaseyOS needs Python 3.11 or later; name one with PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(VENV)/bin/python requirements.lock pyproject.toml
	@echo "Installing what CaseyOS needs into $(VENV) (once)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@echo "Installing what the tests need into $(VENV) (once)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

COMPILE := $(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-trusted-host \
	--no-emit-find-links --strip-extras --no-header --allow-unsafe --build-deps-for editable

lock: $(VENV)/.dev
	$(COMPILE) -o requirements.lock pyproject.toml
	$(COMPILE) --extra dev -o requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
