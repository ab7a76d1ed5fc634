# make run    set up and answer from the packaged data what works for clients who do not want paid work
# make test   set up and run the tests that need Python alone, in some minutes      make thorough   the long ones
# make check  lint and types      make wheel  build the wheel and test it without development packages
# make soak CHECK=foreign SEED=1 N=1000    a heavy check (crawl, engines, figures, foreign, hostile, kill, mutate, readers), recorded in docs/measurements/
# make bench  measure werkzaam beside others and write docs/benchmarks.md (some minutes; N=1000 cases)
# make lock   renew the lock files      make licences   write docs/licences.md and NOTICE anew
# make release   wheel, sdist, data, crate and checksums of the tag at HEAD, into dist/
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: run test thorough check wheel soak bench lock licences release clean

run: $(VENV)/run.stamp
	@$(BIN)/werkzaam what-works --for no-paid-work-wanted

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not thorough" $(ARGS)

thorough: $(VENV)/test.stamp
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m thorough $(ARGS)

check: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

wheel: $(VENV)/test.stamp
	rm -rf build dist .wheel
	$(BIN)/python -m build -w -o dist .
	$(PYTHON) -m venv .wheel
	.wheel/bin/pip install --quiet --disable-pip-version-check dist/*.whl pytest pytest-xdist hypothesis
	PYTHONSAFEPATH=1 .wheel/bin/python -m pytest -q -n 2 --dist loadfile -o pythonpath= -p no:cacheprovider $(ARGS) tests

soak: $(VENV)/test.stamp
	$(BIN)/python tests/soak.py --check "$(CHECK)" --seed "$(or $(SEED),1)" --number "$(or $(N),1000)"

bench: $(VENV)/test.stamp
	$(BIN)/werkzaam bench --cases 100 --cases $(or $(N),1000) --lang en --out docs/benchmarks.md

lock: $(VENV)/test.stamp
	$(BIN)/pip-compile --quiet --no-header --no-emit-find-links --no-emit-index-url --strip-extras \
	  -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --no-header --no-emit-find-links --no-emit-index-url --strip-extras \
	  --extra dev -o requirements-dev.lock pyproject.toml

licences: $(VENV)/test.stamp
	$(BIN)/python release/licences.py

release: $(VENV)/test.stamp
	$(BIN)/python release/make.py

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "werkzaam needs Python 3.11 or newer; say which: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run.stamp: $(VENV)/python.stamp requirements.lock pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --retries 5 -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --retries 5 --no-deps -e .
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --retries 5 -r requirements-dev.lock
	@touch $@

clean:
	rm -rf $(VENV) .wheel build dist *.egg-info
