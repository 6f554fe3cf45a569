# kimforms: `make run` to try it, `make test` to prove it. Both set up everything they need on a fresh machine.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run test check fmt bench screenshots lock clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
READY := $(VENV)/.ready
ASSETS := static/vendor/manifest.json
TESTS ?= tests

export KIMFORMS_DEMO ?= 1

help: ## Shows what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY) $(ASSETS) ## Virtual environment, locked dependencies, Pango, assets

$(READY): requirements.lock pyproject.toml .ci/packages
	@bash .ci/packages runtime
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "kimforms: Abhängigkeiten werden installiert …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock 2> $(VENV)/pip.log || { cat $(VENV)/pip.log; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . 2> $(VENV)/pip.log || { cat $(VENV)/pip.log; exit 1; }
	@touch $@

node_modules/.ready: package.json package-lock.json
	@echo "kimforms: Gestaltung und htmx werden geholt …"
	@npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

$(ASSETS): $(READY) node_modules/.ready $(wildcard static/*.css static/*.js static/*.svg) $(wildcard kimforms/assets/*.py)
	@$(BIN)/python -m kimforms.assets
	@touch $@

run: setup ## Starts kimforms with demo data on http://127.0.0.1:8000
	@exec $(BIN)/kimforms serve --prepare

test: setup ## Runs all tests: engine to browser, SQLite and PostgreSQL
	@bash .ci/packages tests
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(TESTS)

check: setup ## Lint, format, types, templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/djlint templates --lint --quiet

fmt: setup ## Formats the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup ## Benchmarks as ratios to floors measured in the same run
	@$(BIN)/python -m benchmarks

screenshots: setup ## Takes the pictures of the documentation anew
	@bash .ci/packages tests
	@$(BIN)/python -m benchmarks.screenshots

lock: ## Resolves the dependencies anew (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras pyproject.toml -o requirements.lock

clean: ## Removes what set-up made; data in var/ stays
	@rm -rf $(VENV) node_modules static/vendor
