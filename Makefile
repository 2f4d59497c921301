# rehome: `make` builds build/rehome, `make help` lists the rest.
#
# One file, no recursion into folders. A variant of the build (asan, clang, strict) has a folder of
# its own below build/: `make VARIANT=asan` and friends; the targets below choose it themselves.

VERSION := 0.1.0
PREFIX  ?= /usr/local
DATADIR  = $(PREFIX)/share/rehome
VARIANT ?=
B       := build$(if $(VARIANT),/$(VARIANT))

CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion \
           -Wstrict-prototypes -Wmissing-prototypes -Wmissing-declarations -Wold-style-definition \
           -Wundef -Wcast-qual -Wwrite-strings -Wpointer-arith -Wformat=2 -Wvla -Wswitch-enum \
           -Wimplicit-fallthrough -Wno-format-truncation
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

variant_cflags_asan   := -O1 -g $(SANITIZE) -ftrivial-auto-var-init=pattern
variant_ldflags_asan  := $(SANITIZE)
# For libFuzzer (tests/fuzz), which only clang has.
variant_cflags_libfuzzer  := -Wno-unknown-warning-option -O2 -g $(SANITIZE) -fsanitize=fuzzer-no-link
variant_ldflags_libfuzzer := $(SANITIZE)
variant_cflags_strict := -Werror -Wduplicated-cond -Wduplicated-branches \
                         -Wlogical-op -Wcast-align=strict -Wstack-usage=262144
variant_cflags_clang  := -Werror -Wno-unknown-warning-option -Wcomma -Wextra-semi-stmt \
                         -Wunreachable-code-aggressive -Wconditional-uninitialized -Wassign-enum \
                         -Wloop-analysis -Wshorten-64-to-32 -Wmissing-variable-declarations

# Asked of pkg-config when first needed, not when this file is read: `make deps` may only just be
# installing it. Its feature macros are left out: _GNU_SOURCE, given to all, covers them.
PKG       = $(shell pkg-config $(1))
# A service tells systemd how it is where its library is at hand.
SYSTEMD   = $(eval SYSTEMD := $$(shell pkg-config --exists libsystemd && echo libsystemd))$(SYSTEMD)
# TLS is hiredis', from 1.0 on, by OpenSSL.
TLS       = $(eval TLS := $$(shell pkg-config --exists hiredis_ssl libssl libcrypto && echo hiredis_ssl libssl libcrypto))$(TLS)
LIB_FLAGS = $(eval LIB_FLAGS := $$(filter-out -D%,$$(call PKG,--cflags hiredis jansson ncursesw inih zlib)) \
                $$(if $$(SYSTEMD),-DREHOME_SYSTEMD) $$(if $$(TLS),-DREHOME_TLS))$(LIB_FLAGS)
LIBS      = $(eval LIBS := $$(call PKG,--libs hiredis jansson ncursesw inih zlib $$(SYSTEMD) $$(TLS)) -lev -lm -pthread)$(LIBS)
PURE_LIBS = $(eval PURE_LIBS := $$(call PKG,--libs jansson inih zlib cmocka) -lm)$(PURE_LIBS)
TEST_LIBS = $(eval TEST_LIBS := $$(call PKG,--libs cmocka vterm) -lutil)$(TEST_LIBS)
# The simulator's: its worth is in how many histories it gets through.
variant_cflags_fast   := $(if $(findstring clang,$(CC)),,-flto=auto)
variant_ldflags_fast  := $(variant_cflags_fast) -O2

ALL_CFLAGS  = -std=c11 -D_GNU_SOURCE -DREHOME_VERSION='"$(VERSION)"' \
              -DREHOME_DATA_DIR='"$(DATADIR)"' -Iinclude $(LIB_FLAGS) $(WARN) $(CFLAGS) \
              $(variant_cflags_$(VARIANT))
ALL_LDFLAGS = $(LDFLAGS) $(variant_ldflags_$(VARIANT))

# --- what there is -----------------------------------------------------------------------------

LAYERS  := base model policy action redis report tape ui app
SRC     := $(foreach layer,$(LAYERS),$(sort $(wildcard src/$(layer)/*.c)))
MAIN    := src/app/main.c

# Layers without I/O of their own, and the parts of ui, redis and app that have none but files. The unit tests
# link these and neither ncurses, hiredis nor libev: a call out of the pure part is a link error.
PURE    := $(foreach layer,base model policy action report tape,$(filter src/$(layer)/%,$(SRC))) \
           $(filter-out src/ui/term%,$(filter src/ui/%,$(SRC))) \
           $(filter src/redis/address%.c src/app/option_table.c src/app/config%.c,$(SRC))

TEST_SHARED := $(wildcard tests/*.c)
UNIT    := $(sort $(wildcard tests/unit/*.c)) $(filter tests/fixture%.c tests/golden.c tests/exposition.c tests/schema.c,$(TEST_SHARED))
REAL    := $(sort $(wildcard tests/real/*.c))
DRIVERS := $(wildcard tests/term/shot.c tests/term/term_driver.c tests/term/scene_driver.c \
           tests/term/with_cluster.c)
SCENE   := tests/unit/stage.c tests/unit/screen.c $(filter tests/fixture%.c tests/golden.c,$(TEST_SHARED))
TERM    := $(filter-out $(DRIVERS),$(sort $(wildcard tests/term/*.c)))
TERM_SHARED := $(filter-out tests/term/main.c tests/term/picture.c tests/term/test_%.c,$(TERM))
BENCH   := $(sort $(wildcard tests/bench/*.c))
BENCH_SHARED := tests/real/run.c tests/real/stage.c tests/term/pty.c tests/term/pty_screen.c
FUZZ_ENTRIES := tests/fuzz/libfuzzer.c tests/fuzz/replay.c
FUZZ    := $(filter-out $(FUZZ_ENTRIES),$(sort $(wildcard tests/fuzz/*.c)))
SIM     := $(sort $(wildcard tests/sim/*.c))
SIM_SRC := $(foreach layer,base model policy action,$(filter src/$(layer)/%,$(SRC)))
TESTS   := $(sort $(UNIT) $(TEST_SHARED) $(REAL) $(TERM) $(DRIVERS) $(SIM) $(BENCH) \
           $(FUZZ) $(FUZZ_ENTRIES))
HEADERS := $(sort $(wildcard include/rehome/*/*.h src/*/*.h tests/*.h tests/*/*.h))

obj      = $(patsubst %.c,$(B)/obj/%.o,$(1))
TEST_BINARIES := $(B)/unit $(B)/fuzz $(if $(REAL),$(B)/real) $(if $(TERM),$(B)/term)
DRIVER_BINARIES := $(patsubst tests/term/%.c,$(B)/%,$(DRIVERS))

# --- how it is said and how many at a time -------------------------------------------------------

V       ?=
Q       := $(if $(V),,@)
QUIET   ?=
say      = $(if $(QUIET),:,$(if $(V),:,printf '  %-5s %s\n' $(1)))
JOBS     = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))
SUBMAKE  = +$(Q)$(MAKE) --no-print-directory $(JOBS)

# --- targets -------------------------------------------------------------------------------------

.PHONY: all deps deps-test deps-bench deps-lint demo test unit test-matrix sim fuzz fuzz-screen sim-mutants asan bench race soak \
        screenshots lint install uninstall deb deps-deb clean help FORCE
.DELETE_ON_ERROR:
.SUFFIXES:

all: $(if $(wildcard $(MAIN)),$(B)/rehome) ## build build/rehome (the default)

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

deps: ## install what building and the demo need, where it is missing (Debian, Ubuntu)
	@.ci/deps build run
deps-test:
	@.ci/deps build run test
deps-bench: deps-test
	@.ci/deps bench || echo 'bench: goes on without htop'
deps-deb:
	@.ci/deps build deb
deps-lint:
	@.ci/deps build run test lint

demo: deps ## a throw-away cluster of real redis-servers in the dashboard
	$(SUBMAKE) all
	$(Q)$(B)/rehome demo

# Everything under the address and undefined-behaviour sanitizers, the program itself included, but
# not the simulator.
FAST_SIM = $(SUBMAKE) VARIANT=fast QUIET=1 build/fast/sim
test: deps-test ## build and run all tests (GENERATE=1 rewrites the golden files)
	$(FAST_SIM)
	$(SUBMAKE) VARIANT=asan QUIET=1 SIM_BINARY=build/fast/sim run-tests

unit: deps-test ## build and run the unit tests only, the quick way
	$(SUBMAKE) QUIET=1 $(B)/unit
	$(Q)REHOME_ROOT='$(CURDIR)' tests/run.sh $(B)/unit

test-matrix: deps-test ## those on other Debians, Redis 6.0 and 8.0, Valkey, hiredis 1.2 (GROUPS="fence move")
	$(if $(LOGS),,$(SUBMAKE) QUIET=1 all $(B)/unit $(B)/real)
	$(Q)tests/matrix/run.sh $(if $(LIMIT),-t '$(LIMIT)') $(if $(LOGS),-l '$(LOGS)') $(GROUPS)

N ?= 100000
sim: deps-test ## random histories of a cluster with our policy in it (N=100000; SEED=1)
	$(FAST_SIM)
	$(Q)build/fast/sim --histories $(N) $(if $(SEED),--seed $(SEED))

fuzz: deps-test ## feed every parser and the whole program with hostile bytes (SECONDS=; SEED=1; ONLY=tape)
	+$(Q)if .ci/deps fuzz 2>/dev/null; then \
	    $(MAKE) --no-print-directory $(JOBS) QUIET=1 CC=clang VARIANT=libfuzzer build/libfuzzer/fuzzers && \
	    ONLY='$(ONLY)' SECONDS_EACH='$(SECONDS)' SEED='$(SEED)' tests/fuzz/run.sh; \
	else \
	    echo 'fuzz: skipped, there is no clang with libFuzzer'; \
	fi

MINUTES ?= 10
fuzz-screen: deps-test ## random keys, sizes, signals and deaths of servers (MINUTES=10; SEED=)
	$(SUBMAKE) VARIANT=asan QUIET=1 test-binaries
	$(Q)seed='$(SEED)'; seed=$${seed:-$$(date +%s)}; echo "SEED=$$seed"; \
	    REHOME_BIN='$(CURDIR)/build/asan/rehome' REHOME_FUZZ_SEED=$$seed \
	    REHOME_FUZZ_SECONDS=$$(($(MINUTES) * 12)) build/asan/term fuzz

sim-mutants: deps-test ## break rule after rule: which history notices? (ONLY=gate: those)
	$(SUBMAKE) QUIET=1 $(B)/sim
	$(Q)tests/sim/mutants.sh '$(CC)' '$(ALL_CFLAGS)' 8000 '$(call obj,$(SIM_SRC) $(SIM))' $(ONLY)

.PHONY: run-tests test-binaries
test-binaries: all $(TEST_BINARIES) $(DRIVER_BINARIES)
run-tests: test-binaries
	$(Q)REHOME_ROOT='$(CURDIR)' REHOME_BIN='$(CURDIR)/$(B)/rehome' tests/run.sh $(TEST_BINARIES) $(SIM_BINARY)

asan: ## build build/asan/rehome, with the sanitizers
	$(SUBMAKE) VARIANT=asan all

lint: deps-lint ## two compilers, clang-tidy, cppcheck, format, layers, bans, headers, unused externs
	$(SUBMAKE) -k QUIET=1 lint-gcc lint-clang lint-tidy lint-cppcheck lint-format \
	    lint-layers lint-bans lint-headers
	@echo 'lint: nothing found'

bench: deps-bench ## measure the budgets, with an optimised build (ONLY=check: that section)
	$(SUBMAKE) all $(B)/bench
	$(Q)REHOME_ROOT='$(CURDIR)' REHOME_BIN='$(CURDIR)/$(B)/rehome' $(B)/bench $(ONLY)

race: deps-test ## the program and the servers at the same orphan (RUNS=8; GRACE="0 3 6"; INSTANCES=1)
	$(SUBMAKE) all $(B)/bench
	$(Q)REHOME_BIN='$(CURDIR)/$(B)/rehome' V='$(V)' RUNS='$(RUNS)' GRACE='$(GRACE)' \
	    INSTANCES='$(INSTANCES)' LEASE='$(LEASE)' \
	    NODE_TIMEOUT='$(NODE_TIMEOUT)' $(B)/bench race

soak: deps-test ## watch --auto act beside random losses of real servers (MINUTES=60; SEED=1)
	$(SUBMAKE) all $(B)/bench
	$(Q)REHOME_BIN='$(CURDIR)/$(B)/rehome' SOAK_MINUTES='$(MINUTES)' SOAK_SEED='$(SEED)' $(B)/bench soak

screenshots: deps-test ## draw the pictures anew (PAGE=1: many more, to look at, in build/page)
	$(SUBMAKE) all $(DRIVER_BINARIES)
	$(Q)REHOME_ROOT='$(CURDIR)' REHOME_BIN='$(CURDIR)/$(B)/rehome' ONLY='$(ONLY)' \
	    PAGE='$(if $(PAGE),$(CURDIR)/$(B)/page)' sh tests/term/shots.sh

# What install puts where, below $(PREFIX): uninstall takes away the same.
MAN_PAGE := share/man/man1/rehome.1
BASH_COMPLETION := share/bash-completion/completions/rehome
ZSH_COMPLETION := share/zsh/site-functions/_rehome
SERVICE := lib/systemd/system/rehome@.service

install: all ## install program, themes, man page, completions, unit; PREFIX=/usr/local DESTDIR=
	install -D -m 755 $(B)/rehome '$(DESTDIR)$(PREFIX)/bin/rehome'
	install -d '$(DESTDIR)$(DATADIR)/themes'
	install -m 644 themes/*.theme '$(DESTDIR)$(DATADIR)/themes'
	$(B)/rehome --man | install -D -m 644 /dev/stdin '$(DESTDIR)$(PREFIX)/$(MAN_PAGE)'
	$(B)/rehome --completion bash | install -D -m 644 /dev/stdin '$(DESTDIR)$(PREFIX)/$(BASH_COMPLETION)'
	sed 's|@PREFIX@|$(PREFIX)|' src/app/rehome@.service | install -D -m 644 /dev/stdin '$(DESTDIR)$(PREFIX)/$(SERVICE)'
	$(B)/rehome --completion zsh | install -D -m 644 /dev/stdin '$(DESTDIR)$(PREFIX)/$(ZSH_COMPLETION)'

uninstall: ## remove what install put there
	rm -rf '$(DESTDIR)$(DATADIR)'
	rm -f $(foreach file,bin/rehome $(MAN_PAGE) $(BASH_COMPLETION) $(ZSH_COMPLETION) $(SERVICE),'$(DESTDIR)$(PREFIX)/$(file)')

deb: deps-deb ## a package for this Debian or Ubuntu: build/rehome_VERSION_ARCH.deb
	$(Q)rm -rf build/deb/root
	$(SUBMAKE) QUIET=1 VARIANT=deb PREFIX=/usr DESTDIR=build/deb/root install >build/deb.log
	$(Q).ci/deb build/deb/root $(VERSION) build/rehome_$(VERSION)_$$(dpkg --print-architecture).deb

clean: ## remove build/
	rm -rf build

# --- lint, piece by piece ------------------------------------------------------------------------

.PHONY: objects lint-gcc lint-clang lint-tidy lint-cppcheck lint-format lint-layers lint-bans \
        lint-headers
objects: $(call obj,$(SRC) $(TESTS))

lint-gcc:
	$(SUBMAKE) VARIANT=strict CC=gcc objects
	$(Q)tests/lint/externs.sh $(patsubst %.c,build/strict/obj/%.o,$(SRC) $(filter-out tests/fuzz/libfuzzer.c,$(TESTS)))

lint-clang:
	$(SUBMAKE) VARIANT=clang CC=clang objects

# The path analyzer, which takes longest, is for the program; the tests run under the sanitizers.
lint-tidy: $(patsubst %.c,build/tidy/%.ok,$(SRC) $(TESTS))
build/tidy/%.ok: %.c $(HEADERS) .clang-tidy
	$(Q)clang-tidy --quiet $(if $(filter tests/%,$<),--checks=-clang-analyzer-*) $< -- $(ALL_CFLAGS) -Itests 2>/dev/null && mkdir -p $(@D) && touch $@

# readdir() and getpwuid() are safe where only one thread calls them, a flag on the stack is how a
# callee tells that we are gone (autoVariables); the others are cppcheck's own mistakes.
lint-cppcheck:
	$(Q)mkdir -p build/cppcheck && cppcheck --quiet --error-exitcode=1 -j2 --std=c11 \
	    --enable=warning,performance,portability,style --library=posix --inline-suppr \
	    --suppress=missingIncludeSystem --suppress=variableScope --suppress=readdirCalled \
	    --suppress=getpwuidCalled --suppress=autoVariables \
	    --suppress=knownConditionTrueFalse \
	    --suppress=internalAstError --suppress=ctuuninitvar \
	    --cppcheck-build-dir=build/cppcheck -D_GNU_SOURCE '-DREHOME_VERSION=""' \
	    '-DREHOME_DATA_DIR=""' -Iinclude src

lint-format:
	$(Q)clang-format --dry-run -Werror $(SRC) $(TESTS) $(HEADERS)

lint-layers:
	$(Q)awk -f tests/lint/layers.awk $(filter src/% include/%,$(SRC) $(HEADERS))

lint-bans:
	$(Q)awk -f tests/lint/bans.awk $(SRC) $(TESTS) $(HEADERS)

lint-headers:
	$(Q)tests/lint/headers.sh '$(subst ','\'',$(CC) $(ALL_CFLAGS) -Itests)' $(HEADERS)

# --- programs ------------------------------------------------------------------------------------

link = $(Q)$(call say,LD $@); $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^)

$(B)/rehome: $(call obj,$(SRC)) $(B)/flags
	$(link) $(LIBS)

$(B)/unit: $(call obj,$(PURE) $(UNIT)) $(B)/flags
	$(link) $(PURE_LIBS)

# All but main(), for programs that take what they need.
$(B)/librehome.a: $(call obj,$(filter-out $(MAIN),$(SRC)))
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/real: $(call obj,$(REAL) $(TEST_SHARED)) $(B)/librehome.a $(B)/flags
	$(link) $(TEST_LIBS) $(LIBS)

$(B)/term: $(call obj,$(TERM) $(SCENE)) $(B)/librehome.a $(B)/flags
	$(link) $(TEST_LIBS) $(LIBS)

$(DRIVER_BINARIES): $(B)/%: $(B)/obj/tests/term/%.o $(call obj,$(TERM_SHARED) tests/shape.c) $(B)/librehome.a $(B)/flags
	$(link) $(TEST_LIBS) $(LIBS)

# Shows the same made-up clusters as the unit tests.
$(B)/scene_driver: $(call obj,$(SCENE))

# Links the pure layers alone, as the unit tests do.
$(B)/sim: $(call obj,$(SIM_SRC) $(SIM)) $(B)/flags
	$(link) -lm

# The corpora once more, and the fuzzers themselves.
$(B)/fuzz: $(call obj,$(FUZZ) tests/fuzz/replay.c) $(B)/librehome.a $(B)/flags
	$(link) $(TEST_LIBS) $(LIBS)

$(B)/fuzzers: $(call obj,$(FUZZ) tests/fuzz/libfuzzer.c) $(B)/librehome.a $(B)/flags
	$(link) -fsanitize=fuzzer $(LIBS)

$(B)/bench: $(call obj,$(BENCH) $(BENCH_SHARED) $(TEST_SHARED)) $(B)/librehome.a $(B)/flags
	$(link) $(TEST_LIBS) $(LIBS)

$(B)/obj/%.o: %.c $(B)/flags
	$(Q)$(call say,CC $<); mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(if $(filter tests/%,$<),-Itests) -MMD -MP -c -o $@ $<

# Changes when the flags do, so that everything is built again.
$(B)/flags: FORCE
	@mkdir -p $(B); echo '$(subst ','\'',$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS))' | cmp -s - $@ || \
	    echo '$(subst ','\'',$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS))' > $@

-include $(patsubst %.o,%.d,$(call obj,$(SRC) $(TESTS)))
