# What is done with finwait, one target each. `make` alone lists them.

PREFIX ?= /usr/local
DESTDIR ?=
SEEDS ?= 1000000
SWIFT ?= swift
SOURCES = Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources
RELEASE = .build/release/finwait
# On Linux, with the toolchain's libraries inside: they need not be where finwait is installed, and
# it begins sooner and smaller. lld, since the usual linker warns of what nobody calls in them.
RELEASE_FLAGS = -c release \
	$(if $(filter Linux,$(shell uname -s)),--static-swift-stdlib -Xswiftc -use-ld=lld)

.DEFAULT_GOAL := help
.PHONY: help setup build release test simulate mutants kernel-test load-test check lint format \
	benchmark growth counts demo dist install uninstall man captures goldens clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the libraries that finwait needs, where they are missing
	@scripts/setup

build: setup ## Build for development
	$(SWIFT) build

release: setup ## Build for use
	$(SWIFT) build $(RELEASE_FLAGS) --product finwait

test: setup ## Run the tests
	$(SWIFT) test

simulate: setup ## Judge SEEDS simulated runs (default a million)
	$(SWIFT) run -c release simulate '0..<$(SEEDS)'

mutants: setup ## Break the tracker's rules one by one: does the simulator notice?
	@scripts/mutate

kernel-test: setup ## Hold the states against this machine's kernel (Linux, root)
	FINWAIT_KERNEL_TESTS=1 $(SWIFT) test --filter '^KernelTests[.]'

load-test: release ## How fast live can follow, and its memory after eight minutes (Linux, root)
	FINWAIT_LOAD_TESTS=1 FINWAIT_MEMORY_SECONDS=480 FINWAIT_PROGRAM=$(abspath $(RELEASE)) \
		$(SWIFT) test --no-parallel --filter '^LiveTests[.]Live(Load|Memory)Tests'

check: lint build test ## What CI runs: lint, build, test

lint: ## Check the style of all sources
	$(SWIFT) format lint --strict --recursive --configuration .swift-format $(SOURCES)

format: ## Put all sources into style
	$(SWIFT) format --in-place --recursive --configuration .swift-format $(SOURCES)

benchmark: release ## Compare the speed with what else reads captures (SCALE=0.02 to try)
	@cd Benchmarks/Comparison && python3 -m unittest -q
	@python3 Benchmarks/Comparison/benchmark.py

growth: release ## Measure time and memory against the length of captures, for the documentation
	@cd Benchmarks/Comparison && python3 -m unittest -q
	@python3 Benchmarks/Comparison/growth.py

counts: release ## Count instructions and allocations for a packet, for the documentation
	@python3 Benchmarks/Comparison/counting.py

demo: release ## Analyse a capture of a busy server
	$(RELEASE) Captures/15-busy-server.pcap

dist: setup ## Build one program for other Linux machines, which need libpcap alone
	@scripts/dist

install: release ## Install under PREFIX (default /usr/local), behind DESTDIR if set
	scripts/install-files "$(DESTDIR)$(PREFIX)" $(RELEASE)

uninstall: ## Remove what install put there
	scripts/install-files --remove "$(DESTDIR)$(PREFIX)"

man: ## Write finwait.1 anew from the commands' help
	scripts/make-manual

captures: ## Record the sample captures anew (Linux, root)
	python3 Captures/record.py

goldens: ## Write the golden reports anew; look at the difference before committing
	RECORD_GOLDEN=1 $(SWIFT) test --filter 'Golden|Readme'

clean: ## Remove what was built
	$(SWIFT) package clean
