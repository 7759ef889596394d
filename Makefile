# Each target makes its own .venv when it is missing or older than pyproject.toml.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
NPM_SDKS := .cache/npm-sdks/.installed
PYTHON_SDKS := .cache/python-sdks/.installed
CLIENT_GENERATOR := .cache/openapi-python-client/.installed
AIRBYTE := .cache/airbyte/.installed
PYTHON_WRAPPERS := .cache/python-wrappers/.installed
N8N := .cache/n8n/.installed
CLIENTS := $(AIRBYTE) $(PYTHON_WRAPPERS) $(N8N)
ARGS ?=

.PHONY: help serve test proof fuzz lint format bench clean

help:
	@echo "make serve | test | proof | fuzz | lint | format | bench | clean     (ARGS='--port 0' goes to the command)"

$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,browser]'
	@touch $@

# The SDKs that tests/sdk drives, once per machine. Where they cannot be installed their tests are skipped.
$(NPM_SDKS): tests/sdk/node/package.json
	@if command -v npm >/dev/null; then \
	  mkdir -p $(@D) && cp $< $(@D)/package.json && \
	  npm install --prefix $(@D) --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@ || \
	  echo "npm cannot install: the tests of the SDKs for Node.js will be skipped"; \
	else echo "no npm: the tests of the SDKs for Node.js will be skipped"; fi

# Several Python SDKs have the same import name, so each has a folder of its own.
$(PYTHON_SDKS): tests/sdk/python/sdks.txt | $(STAMP)
	@all=yes; while read -r folder package; do \
	  case $$folder in "#") continue;; esac; \
	  target=$(@D)/$$folder; rm -rf $$target; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $$target $$package && \
	  touch $$target/.installed || { all=no; rm -rf $$target; echo "no $$package: its tests will be skipped"; }; \
	done <$<; test $$all = no || touch $@

# The generator of Python clients wants an older typer than the newest, which mockcrm's own commands are tested with.
$(CLIENT_GENERATOR): tests/sdk/python/openapi-python-client.txt | $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target $(@D) -r $<
	@touch $@

# The clients of tests/clients. Airbyte's source has an environment of its own, because it needs older packages than .venv,
# and no Python after 3.11.
$(AIRBYTE): tests/clients/python/airbyte.txt
	@for python in $(PYTHON) python3.11; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then \
	    $$python -m venv --clear $(@D) && \
	    $(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $< && touch $@ && exit; \
	  fi; \
	done; echo "Airbyte's source cannot be installed (it needs Python 3.11): its tests will be skipped"

$(PYTHON_WRAPPERS): tests/clients/python/wrappers.txt | $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target $(@D) -r $<
	@touch $@

# Of the package of n8n's nodes only the one for Zoho CRM is unpacked: the hundred packages that the others need stay away.
$(N8N): tests/clients/node/package.json
	@mkdir -p $(@D) && cp $< $(@D)/package.json && cd $(@D) && \
	npm install --no-package-lock --ignore-scripts --omit=optional --no-audit --no-fund --loglevel=error && \
	npm pack --silent "$$(npm pkg get config.node | tr -d '"')" >/dev/null && \
	tar -xzf n8n-nodes-base-*.tgz package/dist/nodes/Zoho package/package.json && rm n8n-nodes-base-*.tgz && \
	touch $(@F) || echo "n8n's node cannot be installed (it needs npm): its tests will be skipped"

serve: $(STAMP)
	@exec $(BIN)/mockcrm serve $(ARGS)

# The tests start some two hundred processes: compiled modules are kept for them wherever the environment says otherwise.
test proof fuzz: export PYTHONDONTWRITEBYTECODE =

# worksteal: the files differ a lot in length; fixtures of a session are made once per worker.
test: $(STAMP) $(NPM_SDKS) $(PYTHON_SDKS) $(CLIENT_GENERATOR) $(CLIENTS)
	$(BIN)/pytest -n 2 --dist worksteal -m 'not slow' $(ARGS)

# What takes minutes: the wheel in an empty environment, the image and its container, and whatever else is marked slow.
# PROOF_DIR=folder keeps what the servers of a failed proof printed, PROOF_SOAK_SECONDS=30 makes the soak shorter.
proof: $(STAMP) $(NPM_SDKS) $(PYTHON_SDKS)
	$(BIN)/pytest -m slow $(ARGS)

# Made-up requests, bodies, criteria and fixtures: many, and others every time.
fuzz: $(STAMP)
	$(BIN)/pytest -n 2 --dist worksteal --hypothesis-profile fuzz tests/fuzz tests/rulebook/test_any_body.py \
	  tests/core/criteria/test_criteria_property.py tests/crm/search/test_criteria_property.py \
	  tests/crm/mass_update/test_model.py tests/fixture_format/test_export.py $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)
	$(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf .venv .cache/npm-sdks .cache/python-sdks .cache/openapi-python-client .cache/airbyte .cache/python-wrappers .cache/n8n .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
