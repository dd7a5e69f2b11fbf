# Two commands matter: `make demo` and `make test`.  Both work in a fresh clone with Python >= 3.11 and a network.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
PORT ?= 8000
# The first Python on the path that is recent enough; PYTHON= to choose another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$$p" && break; done)
BIN := .venv/bin
PROJECT := aidants mandats oidc deploy tests manage.py
# Tools read the settings as the demo does: no service is started by them.
TOOLS := MANDATS_DEMO=1
JOBS ?= auto
# Python keeps what it compiled in the environment's folder, even where the machine says to keep nothing: the tests start
# some two hundred processes, and to compile Django anew takes each of them two seconds.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/bytecode
unexport PYTHONDONTWRITEBYTECODE
TESTS ?= tests

.PHONY: help demo test lint types check bench format lock environment-demo environment-dev python machine clean

help:
	@echo 'make demo    the service with demo data on http://localhost:$(PORT) (PORT= to move it); Ctrl-C stops all'
	@echo 'make test    everything, the browser included; TESTS= to choose files'
	@echo 'make bench   the figures, as JSON lines'
	@echo 'make lint    style, types, import contracts, migrations'
	@echo 'make format  formats the code'
	@echo 'make lock    writes the locks again from requirements*.in and package.json'
	@echo 'make clean   removes what the other targets made, the demo's database included'

python:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or later is needed: apt-get install python3 python3-venv' >&2; exit 1; }

environment-demo: python
	@$(PYTHON) deploy/demo/environment.py demo

environment-dev: python
	@$(PYTHON) deploy/demo/environment.py dev

demo: environment-demo
	@exec $(BIN)/python -m deploy.demo.launch --port $(PORT)

machine: environment-dev
	@$(BIN)/python -m tests.machine

test: machine lint
	@$(BIN)/python -m pytest --numprocesses=$(JOBS) --dist=worksteal $(TESTS)

lint: environment-dev
	@$(BIN)/ruff check $(PROJECT)
	@$(BIN)/ruff format --check --quiet $(PROJECT) || { echo 'some files are not formatted: make format' >&2; exit 1; }
	@$(BIN)/lint-imports --no-cache
	@$(TOOLS) $(BIN)/mypy
	@$(TOOLS) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

bench: environment-dev
	@$(BIN)/python -m tests.bench

format: environment-dev
	@$(BIN)/ruff check --fix-only --quiet $(PROJECT)
	@$(BIN)/ruff format --quiet $(PROJECT)

# --no-config and the default index: a lock names what the public index serves, whatever mirror this machine uses.
LOCK := UV_DEFAULT_INDEX= $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command 'make lock'
lock: environment-dev
	@$(LOCK) requirements.in -o requirements.txt
	@$(LOCK) requirements-demo.in -o requirements-demo.txt
	@$(LOCK) requirements-dev.in -o requirements-dev.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix tests/conformance/clients install --package-lock-only

clean:
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m deploy.demo.launch --port $(PORT) --forget; fi
	@rm -rf .venv .mypy_cache .ruff_cache .hypothesis staticfiles tests/conformance/clients/node_modules
