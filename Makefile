# `make results` and `make test` each do everything, from an empty clone on. `make help` lists the rest.
#
#   CHAIN="soft_electrons"         chains to make (default: those of `chains` in the configuration)
#   CORES=2                        cores to use (default: all)
#   CONFIG="config/soft_electrons/paper.yaml"   config files that extend those of the default run
#   ARGS="--notemp"                anything else for Snakemake
#   PYTHON=python3.12              the Python to make the environment with

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

CHAIN ?=
CORES ?= $(shell nproc)
CONFIG ?=
ARGS ?=
PYTHON ?=

# Set by some containers; every job would then compile the package anew.
unexport PYTHONDONTWRITEBYTECODE
# Of an experiment's release; its packages would be imported in place of ours.
unexport PYTHONPATH PYTHONHOME

BIN := .venv/bin
ENVIRONMENT := .venv/.complete
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES) $(if $(strip $(CONFIG)),--configfile $(CONFIG)) $(ARGS)
CHAINS = $(or $(strip $(CHAIN)),$(shell $(BIN)/hepchain config chains $(CONFIG)))
# What runs envs/setup.py, be it too old for the environment itself.
ANY_PYTHON := $(firstword $(foreach name,$(PYTHON) python3 python3.13 python3.12 python3.11,$(shell command -v $(name))))
SMK := Snakefile workflow

.PHONY: help setup results report provenance dry-run test test-thorough test-all test-cluster lint format docs gpu jax torch htcondor xrootd clean distclean

help: ## list the targets
	@grep -hE '^[a-z -]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z -]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(ENVIRONMENT) ## make the environment in .venv from uv.lock

$(ENVIRONMENT): uv.lock pyproject.toml envs/setup.py envs/uv.txt
	@if [ -z "$(ANY_PYTHON)" ]; then echo "set-up: no python3 on PATH; install Python 3.11 or later" >&2; exit 1; fi
	@$(ANY_PYTHON) envs/setup.py --python "$(PYTHON)"

results: $(ENVIRONMENT) ## run the chains; at the end of each is its report, results/<chain>/report.html
	$(SNAKEMAKE) -- $(CHAINS)

report: $(ENVIRONMENT) ## write the reports again
	$(SNAKEMAKE) --force -- $(foreach chain,$(CHAINS),results/$(chain)/report.html)

provenance: $(ENVIRONMENT) ## write results/<chain>/provenance.html: Snakemake's own report, job by job
	for chain in $(CHAINS); do $(SNAKEMAKE) --report results/$$chain/provenance.html -- $$chain; done

dry-run: $(ENVIRONMENT) ## show what `make results` would run, and why
	$(SNAKEMAKE) --dry-run

test: $(ENVIRONMENT) ## style, types and tests, the whole chain (small) among them
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not thorough and not cluster"

test-thorough: $(ENVIRONMENT) ## the costliest tests, which `make test` leaves out
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "thorough and not chain and not cluster"

test-all: $(ENVIRONMENT) ## both, and those that run the whole chain (small) once more
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not cluster"

test-cluster: $(ENVIRONMENT) ## the chain on a real SLURM of this machine, started for it (root, Debian), and its faults
	$(BIN)/python -m pytest tests/cluster -m cluster -rsP

lint: $(ENVIRONMENT) ## style and types only
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/snakefmt --check $(SMK)
	$(BIN)/mypy

format: $(ENVIRONMENT) ## put the code into the house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/snakefmt $(SMK)

docs: $(ENVIRONMENT) ## write docs/config.md again and the documentation site, site/index.html (0.12 GB more, once)
	$(BIN)/hepchain config describe --markdown > docs/config.md.new
	mv docs/config.md.new docs/config.md
	test -x $(BIN)/mkdocs || $(ANY_PYTHON) envs/setup.py --python "$(PYTHON)" --group docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build

gpu: $(ENVIRONMENT) ## add what networks need to train on GPUs (TensorFlow with CUDA 12, 4.5 GB)
	$(ANY_PYTHON) envs/setup.py --python "$(PYTHON)" --group gpu

jax torch: $(ENVIRONMENT) ## add another backend for KERAS_BACKEND=jax (0.3 GB) or torch (5 GB)
	$(ANY_PYTHON) envs/setup.py --python "$(PYTHON)" --group $@

htcondor: $(ENVIRONMENT) ## add what `snakemake --profile profiles/htcondor` needs
	$(ANY_PYTHON) envs/setup.py --python "$(PYTHON)" --group htcondor

xrootd: $(ENVIRONMENT) ## add what reads ntuples at root:// addresses (30 MB)
	$(ANY_PYTHON) envs/setup.py --python "$(PYTHON)" --group xrootd

clean: ## remove all results; files in results/ that no run has made are left and listed
	@$(ANY_PYTHON) envs/clean.py

distclean: ## remove results, environment and caches: back to an empty clone
	@$(ANY_PYTHON) envs/clean.py --environment
	rm -rf site .venv-tools .venv-tools.partial .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
