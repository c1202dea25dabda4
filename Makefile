# make run: sets up everything and serves the web chat with demo data. make test: sets up and tests.
# Neither needs root, Docker, Node or an account.

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
# uv finds a Python 3.10 for Rasa on PATH, and fetches one otherwise; pyenv keeps its own apart.
NLU_PATH := $(firstword $(wildcard $(HOME)/.pyenv/versions/3.10.*/bin))
ifdef CI
export UV_NO_PROGRESS := 1
endif
unexport VIRTUAL_ENV

.PHONY: run test setup setup-dev lint types contracts bench nlu-report knowledge-report locks clean run-offline-channels

run: setup
	@exec .venv/bin/torogoz run

test: setup-dev
	@.venv/bin/torogoz nlu train
	@.venv/bin/pytest -n 4 --dist loadscope --no-loadscope-reorder $(ARGS)

setup: .venv/.run .venv-nlu/.ready
setup-dev: .venv/.dev .venv-nlu/.ready

lint: setup-dev
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .
types: setup-dev
	@.venv/bin/mypy
contracts: setup-dev
	@.venv/bin/lint-imports

bench: setup-dev
	@.venv/bin/python -m tests.bench

knowledge-report: setup-dev
	@.venv/bin/torogoz nlu train
	@.venv/bin/python -m tests.bench.knowledge_report

nlu-report: setup-dev
	@.venv/bin/torogoz nlu test --compare

run-offline-channels: setup-dev
	@exec .venv/bin/python -m tests.offline_channels

.uv/bin/uv: .ci/uv.txt
	@echo "uv: into .uv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name it with PYTHON=python3.x"; exit 1; }
	@$(PYTHON) -m venv .uv
	@.uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r .ci/uv.txt

.venv/bin/python: | $(filter .uv/bin/uv,$(UV))
	@echo "Application environment: .venv"
	@$(UV) venv --quiet --allow-existing --python '>=3.11,<3.14' .venv

# An environment that was set up for tests also serves to run.
.venv/.run: requirements.txt pyproject.toml | .venv/bin/python
	@test -e .venv/.dev || { echo "Application packages (about 0.3 GB)" \
		&& $(UV) pip sync --require-hashes --compile-bytecode --python .venv requirements.txt; }
	@$(UV) pip install --quiet --no-deps --python .venv --editable .
	@touch $@

.venv/.dev: requirements-dev.txt pyproject.toml | .venv/bin/python
	@echo "Application and development packages (about 0.5 GB)"
	@$(UV) pip sync --require-hashes --compile-bytecode --python .venv requirements-dev.txt
	@$(UV) pip install --quiet --no-deps --python .venv --editable .
	@touch $@ .venv/.run

.venv-nlu/.ready: nlu/requirements.txt | .venv/bin/python
	@echo "Rasa's environment: .venv-nlu (about 1.7 GB, once)"
	@PATH="$(if $(NLU_PATH),$(NLU_PATH):)$$PATH" $(UV) venv --quiet --allow-existing --python 3.10 .venv-nlu
	@$(UV) pip sync --require-hashes --compile-bytecode --python .venv-nlu nlu/requirements.txt
	@touch $@

locks: .venv/bin/python
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		pyproject.toml --output-file requirements.txt
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt
	@$(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes \
		nlu/requirements.in --override nlu/overrides.txt --output-file nlu/requirements.txt

clean:
	@rm -rf .venv .venv-nlu .uv
