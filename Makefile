# make run      build the qsim command and print the counts of a real circuit
# make test     build and run every test
# The other targets: deps examples bench format lint docs docs-api install fuzz hostile clean

PREFIX ?= $(HOME)/.local
SWIFT ?= swift
BUILD := .build/release
QSIM := $(BUILD)/qsim
SOURCES := Sources Tests Examples Package.swift

.PHONY: deps build run test examples bench format lint docs docs-api install fuzz hostile clean

# OpenBLAS is the one system library. The target does nothing where it is present.
deps:
	@command -v $(SWIFT) >/dev/null 2>&1 || { \
	  echo "make: no Swift toolchain on PATH; install Swift 6.2 or later from https://www.swift.org/install" >&2; exit 1; }
	@if PATH="$$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q 'libopenblas\.so'; then :; \
	elif command -v brew >/dev/null 2>&1; then brew list openblas >/dev/null 2>&1 || brew install openblas; \
	elif command -v apt-get >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ]; then sudo=; \
	  elif command -v sudo >/dev/null 2>&1; then sudo=sudo; \
	  else echo "make: libopenblas-dev is missing and installing it needs root: run 'apt-get install libopenblas-dev' as root" >&2; exit 1; fi; \
	  echo "make: installing libopenblas-dev" >&2; \
	  $$sudo env DEBIAN_FRONTEND=noninteractive sh -c \
	    'apt-get install -y --no-install-recommends libopenblas-dev || { apt-get update && apt-get install -y --no-install-recommends libopenblas-dev; }' >&2; \
	else echo "make: OpenBLAS is missing and neither apt-get nor brew is here: install it, then run make again" >&2; exit 1; fi

build: deps
	$(SWIFT) build -c release --product qsim

run: build
	$(QSIM) run Examples/circuits/bell.qasm --shots 1000 --seed 1

# Tests run as users run the code: built for release. A debug build, where assertions are on, runs the examples.
test: deps
	$(SWIFT) build -c release --build-tests
	$(SWIFT) test -c release --skip-build --disable-xctest
	$(MAKE) --no-print-directory examples

# The example programs are a package of their own, which uses what any package can. It has its own build folder: SwiftPM
# removes from a folder that two packages share what the other one needs.
EXAMPLES := BellPair VariationalIsing SurfaceCodeMemory OwnDecoder OwnCode OwnNoise OwnProtocol OwnEngine FrameChannel

examples: deps
	@if [ -f Package.resolved ]; then cp Package.resolved Examples/Package.resolved; fi
	$(SWIFT) build --package-path Examples
	@for example in $(EXAMPLES); do \
	  Examples/.build/debug/$$example | diff Examples/$$example/expected.txt - && \
	  echo "$$example: debug build prints what is expected" || exit 1; \
	done

bench: build
	python3 Benchmarks/measure.py --qsim $(QSIM)

format:
	$(SWIFT) format -i -r $(SOURCES)

lint:
	$(SWIFT) format lint --strict -r $(SOURCES)

# The reference pages: written by the binary, compared in CI.
docs: build
	$(QSIM) docs --write Docs/Reference

# The pages of the libraries' interfaces, made of the comments by DocC: .build/docs-api/MODULE.
docs-api: build
	python3 Tests/Tooling/check_documentation.py
	python3 Tests/Tooling/make_api_docs.py

install: build
	install -d "$(PREFIX)/bin" "$(PREFIX)/share/man/man1" \
	  "$(PREFIX)/share/bash-completion/completions" "$(PREFIX)/share/zsh/site-functions" \
	  "$(PREFIX)/share/fish/vendor_completions.d"
	install -m 755 $(QSIM) "$(PREFIX)/bin/qsim"
	install -m 644 Docs/Reference/qsim.1 "$(PREFIX)/share/man/man1/qsim.1"
	$(QSIM) --generate-completion-script bash > "$(PREFIX)/share/bash-completion/completions/qsim"
	$(QSIM) --generate-completion-script zsh > "$(PREFIX)/share/zsh/site-functions/_qsim"
	$(QSIM) --generate-completion-script fish > "$(PREFIX)/share/fish/vendor_completions.d/qsim.fish"
	@echo "qsim is in $(PREFIX)/bin"

# FUZZ_SECONDS is shared out among the fuzz targets.
FUZZ_SECONDS ?= 60
fuzz:
	Tests/Fuzz/run $(FUZZ_SECONDS)

# The same seed gives the same inputs, the first of them for smaller numbers.
PROGRAMS ?= 2000
FILES ?= 2000
hostile: build
	python3 Tests/Tooling/check_hostile.py --qsim $(QSIM) --programs $(PROGRAMS) --files $(FILES)

clean:
	rm -rf .build .build-* Examples/.build
