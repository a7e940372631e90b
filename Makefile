SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Compiled Python is kept, or each of a dozen processes compiles its libraries anew at every start; and kept
# here, so that no folder of the checkout fills with it.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.run/pycache
unexport PYTHONDONTWRITEBYTECODE

DEV := .venv/bin/python -m cartload_dev
PROJECTS := $(wildcard packages/*/pyproject.toml gateway/pyproject.toml services/*/pyproject.toml dev/pyproject.toml)

.PHONY: help setup demo up down logs clean clean-cache check unit test bench soak images compose-test chart-test generate golden

help: ## all targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

KERNELS := $(wildcard packages/cartload/src/cartload/kernels/*.[ch]) packages/cartload/hatch_build.py

.venv/.installed: requirements.lock dev/uv.txt dev/bootstrap dev/find-python $(PROJECTS) $(KERNELS)
	@dev/bootstrap
	@touch $@

setup: .venv/.installed ## install what is missing into .venv and the caches, nothing else
	@$(DEV) setup

demo: setup ## install, start everything, make one dataset, print the URL and the login
	@$(DEV) demo

up: setup ## start everything in the background
	@$(DEV) up

.PHONY: stop-all
stop-all:
	@if [ -x .venv/bin/python ] && [ -d .run ]; then $(DEV) down --volumes; else echo "Nothing is running."; fi

down: ## stop everything; the data is kept
	@if [ -x .venv/bin/python ] && [ -d .run ]; then $(DEV) down; else echo "Nothing is running."; fi

.PHONY: kafka-address
kafka-address: ## where the Kafka of what runs listens, for the programs in examples/
	@[ -x .venv/bin/python ] || { echo "Nothing is running: make up starts it." >&2; exit 1; }
	@$(DEV) kafka-address

logs: ## follow the logs of everything
	@$(DEV) logs

.PHONY: restart dead-letters redrive
LETTER_OPTIONS = $(if $(TOPIC),--topic '$(TOPIC)') $(if $(REASON),--reason '$(REASON)')

restart: .venv/.installed ## start one process anew: make restart PROCESS=writer-consumer
	@$(DEV) restart -- $(PROCESS)

dead-letters: .venv/.installed ## show the messages that could not be handled; TOPIC=…, REASON=… choose
	@$(DEV) dead-letters -- $(LETTER_OPTIONS)

redrive: .venv/.installed ## put such messages back: LETTERS='ID ID', or all of a TOPIC=… or a REASON=…
	@$(DEV) redrive -- $(LETTERS) $(LETTER_OPTIONS)

clean: stop-all ## delete everything that was made here
	@rm -rf .venv .run .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@rm -rf frontend/node_modules frontend/dist frontend/coverage frontend/*.tsbuildinfo
	@rm -f packages/cartload/src/cartload/kernels/*.so
	@find . -name .git -prune -o \( -name __pycache__ -o -name '*.egg-info' \) -prune -exec rm -rf {} +
	@echo "Clean. The shared download cache is kept: make clean-cache deletes it."

clean-cache: ## delete the download cache that all checkouts share
	@rm -rf "$${XDG_CACHE_HOME:-$$HOME/.cache}/cartload"
	@echo "The download cache is deleted."

check: setup ## format, lint, types, forbidden imports, generated files up to date
	@$(DEV) check

unit: .venv/.installed ## every test that needs no server: Python's unit and contract tests, Vitest
	@$(DEV) unit

test: setup ## make check, then every test: unit, contract, integration, browser
	@$(DEV) test

bench: setup ## the benchmarks, as a table with ratios; one part: PART=engine, PART=stream, PART=system
	@$(DEV) bench -- $(PART)

.PHONY: load
load: setup ## many users at once, against a system of its own; one part: PART=requests
	@$(DEV) load -- $(PART)

soak: setup ## the long proofs: invariants, plausibility queries, randomness, equality, sanitizers
	@$(DEV) soak

.PHONY: mutants
mutants: setup ## break the services on purpose, one guarantee at a time: a test must find each; one: MUTANT=name
	@$(DEV) mutants -- $(MUTANT)

images: setup ## build the containers' images; print sizes, users and secrets
	@$(DEV) images

compose-test: setup ## try docker-compose.yml in every way, from nothing (needs Docker)
	@$(DEV) compose-test

chart-test: .venv/.installed ## lint the Helm chart, render it in every way, test what it makes (needs helm)
	@$(DEV) chart-test

.PHONY: pictures
pictures: setup ## take the pictures of README.md anew, into docs/pictures
	@$(DEV) pictures

.PHONY: lighthouse
lighthouse: setup ## scores of the UI's pages by Lighthouse, wide and on a telephone; one page: PAGE=home
	@$(DEV) lighthouse -- $(PAGE)

.PHONY: screenshots
screenshots: setup ## pictures of every page of the UI, wide and narrow, light and dark, in .run/screenshots
	@$(DEV) screenshots

.PHONY: examples-test
examples-test: .venv/.installed ## the examples that are too large for make test: Spark (480 MB) and Flink (140 MB), on Java
	@$(DEV) examples-test

.PHONY: observe observability-test
observe: setup ## Prometheus and Grafana beside what runs, with the dashboards and alerts
	@$(DEV) observe

observability-test: setup ## promtool on the alert rules, Prometheus on a running system
	@$(DEV) observability-test

.PHONY: audit sbom
audit: .venv/.installed ## ask for known weaknesses of every locked package, Python's and npm's
	@$(DEV) audit

sbom: .venv/.installed ## what is in each image, as CycloneDX documents in .run/sbom
	@$(DEV) sbom

ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

.PHONY: workflows
workflows: .venv/.installed ## check the workflow files of GitHub Actions (needs Go)
	@command -v go >/dev/null || { echo "Go is missing: install it from https://go.dev/dl" >&2; exit 1; }
	@go run $(ACTIONLINT) -shellcheck .venv/bin/shellcheck

generate: .venv/.installed ## draw the generated files again: schemas, AsyncAPI, OpenAPI, configuration
	@$(DEV) generate

golden: setup ## write the golden hashes again: after a change of values, which raises VINTAGE
	@PYTHONPATH=tests .venv/bin/python -m support.golden
