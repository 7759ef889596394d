# Each target makes its own environment in .venv when it is missing or older than pyproject.toml.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: serve test lint bench clean

serve: $(INSTALLED)
	@exec $(BIN)/mockcrm serve

test: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis dist

$(INSTALLED): pyproject.toml
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
