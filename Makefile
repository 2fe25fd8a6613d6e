# NimbusVault's commands. `make run` and `make test` need Python 3.11+ and make, nothing else.
#
#   VAULT_PORT, VAULT_HOME, VAULT_SETTINGS, VAULT_ADMIN_PASSWORD  see docs and README
#   PYTHON=python3.12   the interpreter that .venv is made with
#   ARGS="-k upload"    passed on by test, bench, lock

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PY := .venv/bin/python

.PHONY: help run dev test check fix bench lock clean base-venv dev-venv

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: base-venv ## start NimbusVault: web, worker and beat; Ctrl-C stops all of it
	@exec $(PY) manage.py serve --stop-with-parent

dev: base-venv ## the same, started again after each edit of a .py, .json or .toml file
	@exec $(PY) -m VaultPlatform.serving.dev --stop-with-parent

test: dev-venv ## the whole suite, on SQLite and on PostgreSQL
	@exec $(PY) -m tests.run $(ARGS)

check: dev-venv ## lint, formatting, types, import contracts, known weaknesses of code and dependencies
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -c 'from importlinter.cli import lint_imports_command as check; check()'
	$(PY) -m bandit --quiet --configfile pyproject.toml --recursive .
	$(PY) -m tests.audit

fix: dev-venv ## let ruff repair and format what it can
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: dev-venv ## measure, as ratios to bare Django, Django REST framework, pluggy and DBOS
	@exec $(PY) -m benchmarks $(ARGS)

lock: dev-venv ## lock the dependencies of pyproject.toml anew (ARGS=--upgrade for newer ones)
	@requirements/lock.sh $(ARGS)

clean: ## remove .venv and caches; data in ./var stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

base-venv:
	@requirements/install.sh base

dev-venv: ## make .venv with what tests and checks need, and nothing else
	@requirements/install.sh dev
