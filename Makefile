# Two commands do everything: `make book` and `make test`. Each sets up what it needs.
.DEFAULT_GOAL := help
.PHONY: help book figures test lab serve browser check-data pdf epub wheel refresh reproduce benchmark clean lock

# The first Python on this machine that the book supports. Another one: make book PYTHON=python3.12
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
RUN := $(VENV)/bin/python
HTML := _build/html
PORT := 8000

# One day, one hash seed, one language: the same bytes on every machine.
export SOURCE_DATE_EPOCH := 1795219200
export PYTHONHASHSEED := 0
export TZ := UTC
export LC_ALL := C.UTF-8
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# A name that was taken down goes out of every file that the book is made from, before anything is made.
.PHONY: names
names: $(VENV)/.ready
	@! grep -qs '^[^#]' data/taken-down.txt || $(RUN) chapters/_ext/taking_down.py apply

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

book: names  ## set up, check the data, run the notebooks, build the pages
	@echo "== 2/4 Data"
	@$(RUN) -m metoo_data check --prose chapters
	@echo "== 3/4 Notebooks (only those whose code, data or packages changed)"
	@$(RUN) chapters/_ext/run.py
	@echo "== 4/4 Pages (about a minute, the first time)"
	@$(RUN) chapters/_ext/build.py
	@echo "The book is built. Open this page in a browser:"
	@echo "$(CURDIR)/$(HTML)/index.html"

figures: names  ## draw all figures again: run the notebooks that publish them, write their files and slides; no pages
	@$(RUN) chapters/_ext/run.py --figures

test: names  ## set up, then every test: data, loaders, stored outputs, built pages
	@$(RUN) -m metoo_data check --prose chapters
	@echo "== Tests 1/3: tables, loaders, ledger, figures"
	@$(RUN) -m pytest -q -n 2 -m "not site" tests
	@echo "== Tests 2/3: every stored output of every chapter, run again and compared"
	@$(RUN) -m pytest -q -n 2 --dist loadfile --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg -p no:cacheprovider chapters
	@$(MAKE) --no-print-directory book
	@echo "== Tests 3/3: the built pages"
	@$(RUN) -m pytest -q -n 2 --dist loadfile -m site tests

check-data: names  ## list every mistake in the tables and in the prose
	@$(RUN) -m metoo_data check --prose chapters

lab: $(VENV)/.ready  ## open the chapters in JupyterLab
	@$(RUN) -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/chapters/us-origins.ipynb

serve: $(VENV)/.ready  ## show the built book at http://localhost:8000 (another port: make serve PORT=8001)
	@test -f $(HTML)/index.html || $(MAKE) --no-print-directory book
	@$(RUN) chapters/_ext/serving.py $(HTML) $(PORT)

browser: book  ## a copy of the built book with a Python in it: each chapter runs in its page (35 MB more)
	@$(RUN) chapters/_ext/browser.py $(if $(RUNTIME),--runtime "$(RUNTIME)")
	@echo "The book with Python in it is in $(CURDIR)/_build/browser. To see it: make serve HTML=_build/browser"

pdf: names  ## the whole book as a PDF to print or carry (needs Chromium)
	@$(RUN) chapters/_ext/takeaway.py pdf

epub: names  ## the whole book as an EPUB for an e-reader
	@$(RUN) chapters/_ext/takeaway.py epub

wheel: names  ## the two Python packages with the tables in them, as one file for pip
	@$(RUN) chapters/_ext/releasing.py wheel

refresh: names  ## run the notebooks and store their outputs, on purpose
	@$(RUN) chapters/_ext/first_cell.py
	@$(RUN) chapters/_ext/run.py --store

reproduce: $(VENV)/.ready  ## make the book twice from clean clones in other surroundings, and compare every file to the byte (some minutes)
	@$(RUN) chapters/_ext/reproduce.py

benchmark: $(VENV)/.ready  ## time the book against Jupyter Book's own way, and on 100 times the rows; writes BENCHMARKS.md (half an hour)
	@$(RUN) tests/growth.py
	@$(RUN) tests/benchmark.py

clean:  ## delete what was built (the environment stays; make clean ENV=1 deletes it too)
	@rm -rf _build chapters/generated $(if $(ENV),$(VENV))
	@echo "Deleted: _build chapters/generated$(if $(ENV), $(VENV))"

# uv keeps what is locked where it still fits, unless it is asked for newer packages.
lock: UPGRADE = $(if $(newer),--upgrade)
lock: $(VENV)/.ready  ## make requirements.txt anew from pyproject.toml, and the lock of the tools below; newer=yes takes newer packages
	@$(VENV)/bin/uv pip compile $(UPGRADE) --universal --python-version 3.11 --generate-hashes --all-extras --no-header \
		--no-emit-index-url -q pyproject.toml -o requirements.txt
	@$(VENV)/bin/uv pip compile $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -q \
		.github/tools.in -o .github/tools.txt && echo "requirements.txt and .github/tools.txt are new. Run make test before you commit it."

# A Python that is asked for by name and is not the one of the environment that stands would be left aside without a word.
.PHONY: same-python
same-python: VERSION = import sys; print("%d.%d" % sys.version_info[:2])
same-python:
ifeq ($(origin PYTHON),command line)
	@"$(PYTHON)" -c '' 2>/dev/null || { echo "$(PYTHON) cannot be run here. Name a Python 3.11, 3.12 or 3.13 that this computer has, or leave PYTHON out."; exit 1; }
	@test ! -x $(RUN) || { ours=$$($(RUN) -c '$(VERSION)'); wanted=$$("$(PYTHON)" -c '$(VERSION)'); test "$$ours" = "$$wanted" || { \
		echo "The environment in $(VENV) has Python $$ours, and you asked for $$wanted. Delete it first, then say it again: make clean ENV=1"; exit 1; }; }
endif

# An environment whose Python is not there, as where a folder was set up outside of a container and is opened inside, is set up anew.
.PHONY: gone
$(VENV)/.ready: requirements.txt pyproject.toml $(if $(wildcard $(VENV)/.ready),$(shell $(RUN) -c '' 2>/dev/null || echo gone)) | same-python
	@echo "== 1/4 Environment (first time: one to three minutes)"
	@test -w . || { echo "This folder cannot be written to. Copy the book to a folder of your own and try again there."; exit 1; }
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 was found. Install one, or say: make book PYTHON=/path/to/python3.12"; exit 1; }
	@"$(PYTHON)" -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else f"Python {v[0]}.{v[1]} is not supported. Use 3.11, 3.12 or 3.13: make book PYTHON=python3.12")'
	@# What a stopped set-up left is of no use: half a package looks like a whole one.
	@"$(PYTHON)" -m venv $$(test ! -e $(VENV)/.unfinished && $(RUN) -c '' 2>/dev/null || echo --clear) $(VENV) && touch $(VENV)/.unfinished || { echo "Python could not make an environment. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@# uv installs the lock in seconds; where it cannot be had or cannot reach the packages, pip does the same.
	@if $(RUN) -m pip install --quiet "uv>=0.9,<1" && \
		$(VENV)/bin/uv pip install --quiet --system-certs --python $(RUN) --require-hashes --compile-bytecode -r requirements.txt; then \
		echo "  packages installed with uv"; \
	else \
		echo "  uv could not do it; pip installs the packages (some minutes)"; \
		$(RUN) -m pip install --require-hashes -r requirements.txt; \
	fi
	@$(RUN) -m pip install --quiet --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.unfinished && touch $@

# Below: for who keeps the book. Their tools are locked with hashes too, and stand in an environment of their own.
.PHONY: audit release new-figure correct take-down
TOOLS := _build/tools

audit: $(TOOLS)/.ready  ## ask whether a locked package has a known hole; says so where it could not find out
	@$(TOOLS)/bin/python chapters/_ext/auditing.py $(TOOLS)/bin/pip-audit -r requirements.txt --require-hashes --disable-pip --format json --progress-spinner off

release: names $(TOOLS)/.ready  ## the files of a release in _build/dist: wheel, data, site if built, list of packages, checksums
	@PYTHONWARNINGS=ignore $(TOOLS)/bin/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --output-reproducible \
		--spec-version 1.6 --output-format JSON --output-file _build/packages.cdx.json
	@$(RUN) chapters/_ext/releasing.py _build/packages.cdx.json

new-figure: $(VENV)/.ready  ## begin a figure: make new-figure id=asia-distances
	@$(RUN) -m metoo_figures.scaffold "$(id)"

# Each word reaches a script as it was typed: quotes, backticks and dollars in a reason are the reason's own.
CORRECT := row column value reason source locator by slip was
quoted = '$(subst ','\'',$(value $1))'
# Words that the target does not know go along, so that the script can say so: sorce=... is no wish to take a row out.
typed = $(filter-out PYTHON VENV,$(foreach word,$(.VARIABLES),$(if $(filter command,$(origin $(word))),$(word))))
said = $(foreach word,$(filter $1,$(typed)) $(filter-out $1,$(typed)),$(word)=$(call quoted,$(word)))

correct: $(VENV)/.ready  ## prepare a correction: make correct row=... column=... value=... reason="..."; alone it says how
	@$(RUN) chapters/_ext/correct.py $(call said,$(CORRECT))

take-down: $(VENV)/.ready  ## take a contested name down at once: make take-down name="First Last" role="a film producer"
	@$(RUN) chapters/_ext/taking_down.py $(call said,name role also)

$(TOOLS)/.ready: .github/tools.txt
	@"$(PYTHON)" -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --require-hashes -r .github/tools.txt
	@touch $@
