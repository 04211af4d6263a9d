# Two commands: `make run` starts the bot, or a demo of it where there is no BOT_TOKEN; `make test`
# runs every test. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test bench check format install lock docs clean

run: $(STAMP)
	$(BIN)/python -m bot $(if $(strip $(BOT_TOKEN)),,--demo) $(ARGS)

# Half of the tests compute; the other half start processes, a browser and a broker, and often wait
# for them: four files at a time keep two cores busy, and leave them room to breathe.
test: $(STAMP)
	$(BIN)/python -m pytest --numprocesses 4 --dist loadfile

bench: $(STAMP)
	$(BIN)/python -m benchmarks $(ARGS)

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

install: $(STAMP)

$(STAMP): pyproject.toml requirements-dev.lock
	@echo "Setting up $(VENV), which takes a few minutes and happens once."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

# Resolves the newest versions that pyproject.toml allows, for every supported Python at once:
# what images hold, the same with CUDA, what builds packages, and what this folder works with.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	--no-header --no-emit-index-url --no-emit-find-links

lock:
	$(LOCK) --extra cluster -o requirements.lock pyproject.toml
	$(LOCK) --extra cluster --extra gpu -o requirements-gpu.lock pyproject.toml
	$(LOCK) --group build -o requirements-build.lock
	$(LOCK) --group dev --extra cluster -o requirements-dev.lock pyproject.toml
	$(MAKE) install
	$(BIN)/python -m tests.licences

# The reference in docs/api.md, from the docstrings.
docs: $(STAMP)
	$(BIN)/python -m tests.reference

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache
