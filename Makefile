# Two commands on a fresh machine with Python 3.11 and make: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOSE := tests/node/node_modules/.package-lock.json
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: setup dev run test check fix bench rehearse model web lock

setup: $(VENV)/.ready                ## .venv with what runs; then .venv/bin/anon-support works
dev: $(VENV)/.ready-dev

$(VENV)/.ready: requirements.lock pyproject.toml
	@echo "Setting up $(VENV) (about a minute the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	@echo "Adding the tools of development"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(JOSE): tests/node/package-lock.json
	@(cd tests/node && npm ci --silent) || echo "Without npm and its registry, the test with node's jose is skipped"

run: setup                           ## the whole bot against a local workspace, with its page
	@$(BIN)/anon-support playground

test: dev $(JOSE)                    ## everything a newcomer can run
	@$(BIN)/python -m pytest -q -n auto $(ARGS)

check: dev                           ## format, lint, types, import rules, docs, stale bundle
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/anon-support kb lint
	@$(BIN)/python web/check_bundle.py

fix: dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: dev                           ## tables and JSON under benchmarks/results/; ONLY=load runs one
	@$(BIN)/python -m benchmarks $(ONLY)

rehearse: dev                        ## what Dockerfile and compose.yaml say, without containers
	@$(BIN)/python -m benchmarks.rehearsal

model: dev                           ## trains the matcher again from knowledge/labelled/ and the entries
	@$(BIN)/python -m benchmarks.train
	@$(BIN)/python -m benchmarks.train_outlook

web:                                 ## builds the page's bundle from web/ (needs Node)
	@cd web && npm ci --no-audit --no-fund && npm run build

lock:                                ## renews the two lock files from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate pyproject.toml requirements-build.in -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --group dev -c requirements.lock pyproject.toml requirements-build.in -o requirements-dev.lock
