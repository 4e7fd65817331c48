# Hanoi Kit. Two commands to know: `make start` opens the course, `make test` proves it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help start test check demo bench nbgrader-tests build docs workday messages assets tour wheel clean

help:
	@echo "make start   set up what is missing and open the course in JupyterLab"
	@echo "make test    set up what is missing and run every check of the kit"
	@echo "make demo    a sample cohort, from release to report"
	@echo "make build   derive the notebooks from their text sources"
	@echo "make nbgrader-tests  run all of nbgrader's own tests against the marking engine"
	@echo "make docs    instructor guide, slides and participant handbook into dist/docs/"
	@echo "make bench   measure speed against the peers, ratios in one run"
	@echo "make assets  rebuild the committed data from their scripts"
	@echo "make workday  play a workshop of thirty trainees on this machine, browsers included"
	@echo "make messages  extract the texts that trainees see, for translators"
	@echo "make wheel   build the wheel into dist/"
	@echo "make tour    take the README's screenshots from the running product"

# One stamp for the course, one for the tests: set-up runs again only when the dependency files change.
$(VENV)/.course: pyproject.toml constraints.txt scripts/setup.sh
	PYTHON="$(PYTHON)" bash scripts/setup.sh course
	@touch $@

$(VENV)/.tests: pyproject.toml constraints.txt scripts/setup.sh
	PYTHON="$(PYTHON)" bash scripts/setup.sh tests
	@touch $@ $(VENV)/.course

start: $(VENV)/.course
	$(BIN)/hanoikit start

demo: $(VENV)/.course
	$(BIN)/hanoikit demo

test: $(VENV)/.tests check
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hanoikit build --check
	$(BIN)/python scripts/messages.py --check

build: $(VENV)/.tests
	$(BIN)/hanoikit build

docs: $(VENV)/.course
	$(BIN)/hanoikit docs --to dist/docs

nbgrader-tests: $(VENV)/.tests
	$(BIN)/python -m tests.grading.nbgrader_own

bench: $(VENV)/.tests
	$(BIN)/python -m bench

workday: $(VENV)/.tests
	$(BIN)/python -m tests.workday

messages: $(VENV)/.tests
	$(BIN)/python scripts/messages.py

assets: $(VENV)/.tests
	$(BIN)/python assets/evidence/build.py
	$(BIN)/python assets/recovery/build.py
	$(BIN)/python assets/cooperation/build.py

tour: $(VENV)/.tests
	$(BIN)/python scripts/tour.py

wheel: $(VENV)/.tests
	$(BIN)/python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist .

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
