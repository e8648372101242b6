# make demo and make test each work alone, from a clean clone. `make help` lists the rest.
BIN := .venv/bin

.PHONY: bench check clean demo docs faults fix help imports lint lock mutation pictures ready snapshot test test-clone test-laws types verified
.DEFAULT_GOAL := help

help:     ## list the targets
	@sed -n 's/^\([a-z-]*\):[a-z ]*## /\1	/p' Makefile

ready:
	@sh .ci/setup

demo: ready ## a synthetic network through the whole pipeline, into ./kap-demo
	@$(BIN)/kap demo

test: ready ## the tests (the real-data tests too when ../shared/data is there)
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not long" \
	  --ignore=tests/house/test_clean_clone.py $(ARGS)

test-clone: ready ## the README's two commands in a clean clone: set-up, demo twice, test (three minutes)
	@$(BIN)/python -m pytest tests/house/test_clean_clone.py

faults: ready ## the tests that take minutes: one bad clinic of twenty, every page, every killed step, whole rebuilds
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m long tests

test-laws: ready ## the laws of intake and scoring on many more generated examples
	@$(BIN)/python -m pytest -n 2 --dist loadfile --hypothesis-profile laws tests/property

mutation: ready ## 1,000 random faults and 200 clean deliveries through intake and every rule (MUTATION="--faults 100")
	@$(BIN)/python -W ignore -m tests.mutation $(MUTATION)

bench: ready ## speed and memory, into the README (SIZES="100000 1000000"; default to 10^7, an hour)
	@$(BIN)/python -W ignore -m benchmarks $(SIZES) $(BENCH_ARGS)

check: lint types imports ## linter, format, types, import contracts

lint: ready ## linter and format
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: ready ## types
	@$(BIN)/mypy

imports: ready ## import contracts: the floors, one way only
	@$(BIN)/lint-imports

snapshot: ready ## write the reviewed asset graph anew
	@$(BIN)/python -W ignore -m tests.defs.graph_snapshot

fix: ready ## let the linter and the formatter mend what they can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

docs: ready ## write the pages of docs/ that are made from the code
	@$(BIN)/python -m pipelines.manual docs

verified: ready ## compute every published figure and write what this version was verified against (DATA, default ../shared/data)
	@$(BIN)/kap selftest --data $(or $(DATA),../shared/data) --record pipelines/selftest/verified.json

pictures: ready ## take the README's two pictures of a synthetic home (HOME_FOLDER, default ./kap-demo)
	@$(BIN)/python docs/pictures.py $(or $(HOME_FOLDER),kap-demo)

lock: ready ## write requirements.lock anew from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --group dev pyproject.toml -o requirements.lock

clean: ## delete what can be made again; homes (kap-home, kap-demo) stay
	rm -rf .venv .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache build dist
	find pipelines expectations reports assets tests -name __pycache__ -type d -prune -exec rm -rf {} +
