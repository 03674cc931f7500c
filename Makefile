# Targets of the project; `make run` and `make test` are all a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEVSTAMP := $(VENV)/.installed-dev

.PHONY: run install test lint bench bench-judgement fixtures lock debian clean

run: install  ## the sample case, live: gateway, clicks and console until Ctrl-C
	$(BIN)/oddlink demo

install: $(STAMP)  ## .venv with .venv/bin/oddlink

test: $(DEVSTAMP) debian  ## all tests: unit, laws, end to end
	$(BIN)/python -m pytest

lint: $(DEVSTAMP)  ## style, types, direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEVSTAMP)  ## ratios against something run beside it
	$(BIN)/python -m tests.bench

bench-judgement: $(DEVSTAMP)  ## odd links caught against benign ones rewritten, on the corpus ODDLINK_CORPUS names
	$(BIN)/python -m tests.bench.judgement

fixtures: $(DEVSTAMP)  ## write fixtures/ anew from fixtures/make.py
	$(BIN)/python -m fixtures.make

# Debian packages the end-to-end tests need; where they cannot be installed, those tests skip and say so.
debian:
	@sh tests/e2e/packages.sh

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "oddlink needs Python 3.11 or newer; set PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(VENV)/bin/python requirements.lock.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEVSTAMP): $(STAMP) requirements-dev.lock.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock.txt
	@touch $@

lock:  ## write the lock files anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra build pyproject.toml -o requirements.lock.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra dev --extra build -c requirements.lock.txt pyproject.toml -o requirements-dev.lock.txt

clean:
	rm -rf $(VENV) var build *.egg-info
