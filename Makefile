PYTHON ?= python3
PORT ?= 8000
ARGS ?=

VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip install --disable-pip-version-check -qq --require-hashes
# Tests set what they need; the linters only have to load the settings.
LINT := DEMO=force $(RUN)

.DEFAULT_GOAL := help
.PHONY: help demo test lint fix screens faults bench requirements clean

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | \
	    awk -F ':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'
	@echo '  PYTHON=python3.11 names the Python to begin with, PORT=8000 the port of the demo.'

demo: $(VENV)/installed ## Run the whole site with invented people
	@PORT=$(PORT) exec $(RUN) manage.py up --demo $(ARGS)

test: $(VENV)/installed-dev ## Run the whole suite; ARGS goes to pytest
	@$(RUN) -m pytest -q -n 2 --dist worksteal $(ARGS)

lint: $(VENV)/installed-dev ## Check style, types and migrations
	$(RUN) -m ruff check --output-format concise .
	$(RUN) -m ruff format --check --output-format concise .
	$(LINT) -m mypy
	$(LINT) manage.py makemigrations --check --dry-run

fix: $(VENV)/installed-dev ## Let ruff repair what it can
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

screens: $(VENV)/installed-dev ## Take a picture of every page into docs/screens/
	@$(RUN) -m tests.screens $(ARGS)

faults: $(VENV)/installed-dev ## Kill processes in mid-work and count what is lost (ARGS=--quick)
	@$(RUN) -m benchmarks.faults $(ARGS)

bench: $(VENV)/installed-dev ## Measure speed beside bare Django programs (ARGS=--quick)
	@$(RUN) -m benchmarks.bench $(ARGS)

requirements: ## Pin the requirements again after a change of their .in files (needs uv)
	uv pip compile --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	    --custom-compile-command "make requirements" --quiet requirements.in -o requirements.txt
	uv pip compile --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	    --custom-compile-command "make requirements" --quiet requirements-dev.in \
	    -o requirements-dev.txt

clean: ## Remove the environment and the demo's data
	rm -rf $(VENV) var

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo 'Python 3.11 or newer is needed. If you have one: make PYTHON=/path/to/python3.11 demo' >&2; \
	    exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	    rm -rf $(VENV); \
	    echo 'This Python cannot make environments. On Debian and Ubuntu: apt install python3-venv' >&2; \
	    exit 1; }

# A stamp is newer than the pins it was made from, so an unchanged file installs nothing.
$(VENV)/installed: requirements.txt | $(VENV)/pyvenv.cfg
	@echo 'Installing what requirements.txt pins (this part needs the network) ...'
	@begin=$$(date +%s); $(PIP) -r requirements.txt && touch $@ && \
	    echo "Installed in $$(( $$(date +%s) - begin )) s."

$(VENV)/installed-dev: requirements-dev.txt | $(VENV)/pyvenv.cfg
	@echo 'Installing what requirements-dev.txt pins (this part needs the network) ...'
	@begin=$$(date +%s); $(PIP) -r requirements-dev.txt && touch $@ $(VENV)/installed && \
	    echo "Installed in $$(( $$(date +%s) - begin )) s."
