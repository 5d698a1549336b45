# Two commands: `make demo` runs the whole job on a sample campaign, `make test` runs what CI runs.
# Each makes the environment it needs in .venv; all it asks for is Python 3.11 or later and a package index.

PYTHON ?= python3
PY     := .venv/bin/python
READY  := .venv/.ready-$(shell pwd | cksum | cut -d' ' -f1)

.PHONY: demo test lint format bench clean

demo: $(READY)
	@$(PY) -m graphmap demo

test: lint
	@$(PY) -m pytest --numprocesses auto --dist loadscope --cov --cov-report term

lint: $(READY)
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m ruff check --quiet .
	@$(PY) -m mypy

format: $(READY)
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

bench: $(READY)
	@$(PY) -m tests.bench

# Made again only when what it is made from has changed, or when the checkout has moved.
$(READY): pyproject.toml .ci/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "graphmap needs Python 3.11 or later as $(PYTHON); name another one with: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) cannot make environments; install the package python3-venv (Debian, Ubuntu) first" >&2; exit 1; }
	@echo "Making the environment in .venv (once, about a minute)" >&2
	@$(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt --editable '.[dev]'
	@touch $(READY)

clean:
	rm -rf .venv build dist *.egg-info .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
