# Each of these is enough on a fresh machine: set-up comes first by itself and takes a moment when nothing changed.
.PHONY: setup run test bench lint docs lock messages

setup:      ## .venv with everything in it, front-end files, system packages where they can be installed
	@bin/setup

run: setup  ## the service with its demo story at http://127.0.0.1:8000 (PORT, FACILITY_DATA)
	@exec .venv/bin/facility run

test: setup ## style, types, import layers, all tests
	@bin/test

bench: setup ## make bench, or make bench b=NAME
	@.venv/bin/python -m bench $(b)

lint: setup ## what make test checks before it runs tests; repairs what can be repaired
	@bin/lint --fix

docs: setup ## generated documents anew
	@.venv/bin/facility docs

lock: setup ## the locks anew, from pyproject.toml
	@bin/lock

messages: setup ## every text for translators, into locale/messages.pot
	@mkdir -p locale && .venv/bin/pybabel --quiet extract -F babel.cfg --ignore-dirs=".*" -k N_ -k lazy -k sentence --no-location --sort-output \
	  --project=facility --omit-header -o locale/messages.pot .
