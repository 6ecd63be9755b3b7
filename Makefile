# Every target sets up what it needs: make, a shell and Python 3.11 or newer are enough.
# `make report` is the place to start. Without make: pip install . && custintel demo

.POSIX:
.SUFFIXES:

PYTHON = python3 python3.14 python3.13 python3.12 python3.11 python
VENV = .venv
BIN = $(VENV)/bin
PIP = PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet $(PIP_FLAGS)
PIP_FLAGS =
TEST_EXTRAS = test
PYTEST = $(BIN)/python -m pytest
PYTEST_FLAGS = -n 2 --dist loadfile
VALIDATION_FLAGS =

REPORT_DATA = datasets/cdnow_master.csv
REPORT = report/cdnow.html

.PHONY: help report test lint docs validate bench clean

help:
	@echo 'make report    make the customer-value report on the CDNOW purchases'
	@echo 'make test      run the whole test suite'
	@echo 'make lint      check style, types and layers'
	@echo 'make docs      build the documentation into site/'
	@echo 'make validate  run the long simulations, whole'
	@echo 'make bench     measure speed'
	@echo 'make clean     remove all that was made, the environment included'

report: $(VENV)/.with-nothing-more
	@$(BIN)/custintel report $(REPORT_DATA) --currency USD --out $(REPORT)
	@echo "The report is in $$(pwd)/$(REPORT): open it in a browser."

test: $(VENV)/.with-$(TEST_EXTRAS)
	$(PYTEST) $(PYTEST_FLAGS)

lint: $(VENV)/.with-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.with-docs
	$(BIN)/mkdocs build --strict

validate: $(VENV)/.with-$(TEST_EXTRAS)
	$(BIN)/python -m tests.validation $(VALIDATION_FLAGS)

# The tests skip the benchmarks (see pyproject.toml); here nothing else runs.
bench: $(VENV)/.with-$(TEST_EXTRAS)
	$(PYTEST) tests/benchmarks -o addopts='--import-mode=importlib -s'

clean:
	rm -rf $(VENV) build dist site report .benchmarks .hypothesis .validation
	rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# Each file below records an installation, which is made again when pyproject.toml changes.

$(VENV)/.made:
	@for python in $(PYTHON); do \
	    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "Making the environment $(VENV) with $$($$python --version)"; \
	        $$python -m venv $(VENV) && touch $@ && exit 0; \
	        echo "$$python cannot make environments; on Debian and Ubuntu:" \
	            "apt-get install python3-venv" >&2; \
	        exit 1; \
	    fi; \
	done; \
	echo "custintel needs Python 3.11 or newer; none was found among: $(PYTHON)." \
	    "Install it, or say where it is: make PYTHON=/path/to/python3" >&2; \
	exit 1

$(VENV)/.with-nothing-more: $(VENV)/.made pyproject.toml
	@echo 'Installing custintel; the first time takes a minute'
	@$(PIP) --editable .
	@touch $@

$(VENV)/.with-$(TEST_EXTRAS): $(VENV)/.made pyproject.toml
	@echo 'Installing custintel and what its tests need; the first time takes a minute'
	@$(PIP) --editable '.[$(TEST_EXTRAS)]'
	@touch $@

$(VENV)/.with-lint: $(VENV)/.made pyproject.toml
	@echo 'Installing custintel and what its checks need; the first time takes a minute'
	@$(PIP) --editable '.[lint,test]'
	@touch $@

$(VENV)/.with-docs: $(VENV)/.made pyproject.toml
	@echo 'Installing custintel and what its documentation needs; the first time takes a minute'
	@$(PIP) --editable '.[docs]'
	@touch $@
