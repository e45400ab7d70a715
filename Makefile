# Two commands matter: `make run` (the whole pipeline once) and `make test`. Each does its own set-up.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && command -v $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PROOF := .venv-proof
SPARK := .venv-spark
AUDIT := .venv-audit
PRISM := proof/node_modules
NPM := SCARF_ANALYTICS=false npm --ignore-scripts --no-audit --no-fund --loglevel=error
UV_VERSION := 0.13.9
export PYTHONPATH := plugins

.DEFAULT_GOAL := help
.PHONY: help run test test-crash soak test-spark spark up airflow dev erase export quarantine redrive check lint bench docs mf audit clean lock

help: ## What there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# The bytecode is compiled at installation, whatever PYTHONDONTWRITEBYTECODE says: it halves every start of Airflow.
$(VENV)/.installed: requirements.txt
	@test -n "$(PYTHON)" || { echo "Kuulo needs Python 3.11, 3.12 or 3.13: install one of them, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Setting up $(VENV) (once, about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.txt \
		$(if $(wildcard $(VENV)/.installed-dev),requirements-dev.txt)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.txt requirements-dev.txt
	@touch $@

# Servers that stand in for vendors in tests, written by others: in an environment of their own, since localstripe is under the GPL
# and nothing of Kuulo may import it; and Prism, where there is npm. What cannot be had is told, and its tests are skipped; in CI
# a skip is a failure.
$(PROOF)/.installed: requirements-proof.txt $(VENV)/.installed
	@rm -rf $(PROOF)
	@if $(BIN)/python -m venv --without-pip $(PROOF) \
		&& $(BIN)/uv pip sync --quiet --python $(PROOF)/bin/python --require-hashes requirements-proof.txt; then touch $@; \
	else rm -rf $(PROOF); echo "$(PROOF) could not be set up: tests against those servers will be skipped"; fi

# Spark and dbt-spark: 850 MB, in an environment of their own. Without Java they are of no use.
$(SPARK)/.installed: requirements-spark.txt $(VENV)/.installed
	@rm -rf $(SPARK)
	@if ! command -v java >/dev/null; then echo "There is no Java: what needs Spark is skipped (it takes 17 or later)"; \
	elif $(BIN)/python -m venv --without-pip $(SPARK) \
		&& $(BIN)/uv pip sync --quiet --python $(SPARK)/bin/python --require-hashes --compile-bytecode requirements-spark.txt; then touch $@; \
	else rm -rf $(SPARK); echo "$(SPARK) could not be set up: what needs Spark is skipped"; fi

$(PRISM)/.installed: proof/package-lock.json
	@rm -rf $(PRISM)
	@if ! command -v npm >/dev/null; then echo "There is no npm: tests against Prism will be skipped"; \
	elif $(NPM) ci --prefix proof >/dev/null; then touch $@; \
	else rm -rf $(PRISM); echo "npm could not set up $(PRISM): tests against Prism will be skipped"; fi

run: $(VENV)/.installed ## The whole pipeline once, then the scorecard
	@$(BIN)/python -m kuulo.orchestration.run_pipeline

up: $(VENV)/.installed ## Airflow with its UI on 127.0.0.1, DAGs scheduled; Ctrl-C ends it
	@$(BIN)/python -m kuulo.orchestration.serve

airflow: $(VENV)/.installed ## Airflow's own command line: make airflow do="backfill create ..."
	@$(BIN)/python -m kuulo.orchestration.airflow_command $(do)

check: $(VENV)/.installed ## What a connection may read, one line a stream: make check source=hubspot
	@$(BIN)/python -m kuulo.orchestration.check_command $(source)

erase: $(VENV)/.installed ## Erase a person from everywhere; asks whom (docs/personal_data.md)
	@$(BIN)/python -m kuulo.orchestration.person_command erase

export: $(VENV)/.installed ## Write down what is held about a person; asks whom
	@$(BIN)/python -m kuulo.orchestration.person_command export

quarantine: $(VENV)/.installed ## What was refused and why; with batch=, its rows without personal data (docs/quarantine.md)
	@$(BIN)/python -m kuulo.orchestration.quarantine_command quarantine --source="$(source)" --stream="$(stream)" --batch="$(batch)"

redrive: $(VENV)/.installed ## Send rows through again, nobody is asked: make redrive source=files stream=survey_answers
	@$(BIN)/python -m kuulo.orchestration.quarantine_command redrive --source="$(source)" --stream="$(stream)" --start="$(start)" --end="$(end)"

dev: $(VENV)/.installed ## Your own copy of chosen models from the validated data: make dev select="nps_by_day+"
	@$(BIN)/python -m kuulo.warehouse.personal_copy $(select)

lint: $(VENV)/.installed-dev ## Style, types, SQL
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes 2 dbt_project

test: lint $(PROOF)/.installed $(PRISM)/.installed ## Lint, types, unit, dbt and end-to-end tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-spark: $(VENV)/.installed-dev $(SPARK)/.installed ## The marts on Spark and on DuckDB, compared value for value; minutes
	@$(BIN)/python -m pytest -n 0 -m spark tests/spark

spark: $(VENV)/.installed $(SPARK)/.installed ## The marts on Spark, as Parquet, beside what DuckDB publishes (docs/spark.md)
	@$(BIN)/python -m kuulo.warehouse.spark_build

test-crash: $(VENV)/.installed-dev ## The long part of the crash matrix: killed at each point, within dbt at two, and full disks (minutes)
	@$(BIN)/python -m pytest -n 0 -m crash tests/crash

soak: $(VENV)/.installed-dev ## A hundred windows on a bad day, then accounts, rows and marts (long; SOAK_WINDOWS=8 is minutes)
	@$(BIN)/python -m pytest -n 0 -m soak tests/soak

bench: $(VENV)/.installed-dev ## The benchmarks: ratios from one run, minutes
	@for each in benchmarks/*.py; do $(BIN)/python $$each || exit 1; done

$(AUDIT)/.installed: requirements-audit.txt $(VENV)/.installed
	@$(BIN)/python -m venv --without-pip $(AUDIT)
	@$(BIN)/uv pip sync --quiet --python $(AUDIT)/bin/python --require-hashes requirements-audit.txt
	@touch $@

audit: $(AUDIT)/.installed ## Known vulnerabilities, secrets in the checkout, licences
	@$(BIN)/python audit/audit.py $(AUDIT)/bin

docs: $(VENV)/.installed ## dbt's documentation of the marts, with lineage, as one page
	@$(BIN)/python -m kuulo.warehouse.documentation

mf: $(VENV)/.installed-dev ## Ask the semantic layer: make mf do="query --metrics nps --group-by metric_time__month"
	@$(BIN)/python -m kuulo.warehouse.metricflow_command $(do)

clean: ## Remove the environment and all data but what is your own (inbox, databases, secrets, who was erased)
	@if [ -d .kuulo ]; then find .kuulo -mindepth 1 -maxdepth 1 ! -name inbox ! -name databases ! -name secrets \
		! -name suppression ! -name erasures -exec rm -rf {} +; fi
	@rm -rf $(VENV) $(PROOF) $(AUDIT) $(SPARK) $(PRISM) .mypy_cache .ruff_cache .hypothesis

lock: $(VENV)/.installed ## Renew the locks: requirements*.txt, and proof/package-lock.json where there is npm
	@for each in requirements requirements-dev requirements-proof requirements-audit requirements-spark; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-emit-find-links --no-header $$each.in -o $$each.txt || exit 1; done
	@! command -v npm >/dev/null || $(NPM) install --prefix proof --package-lock-only --omit-lockfile-registry-resolved
