# Cetak. `make run` and `make test` are all a newcomer needs.
TAGS   := x11 migrated_fynedo no_animations no_emoji
comma  := ,
GOTAGS := -tags $(subst $() ,$(comma),$(TAGS))
GO     := go
LINT   := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.12.2
# What links PC/SC, PKCS#11, or a display, and what tests it; all the rest builds and is tested without cgo.
LINKED := ./drivers/pcsc ./drivers/pkcs11 ./hwsim/cmd/panel ./hwsim/reader ./station/assembly ./station/cmd/cetakctl ./station/drill/ground ./station/fleet ./station/program ./station/shifts ./station/week ./ui/cmd/cetak
PURE    = $(filter-out $(LINKED:./%=cetak/%),$(shell CGO_ENABLED=0 $(GO) list -e ./...))
PACKAGES := gcc pkg-config libpcsclite-dev pcscd vsmartcard-vpcd opensc softhsm2 libgl-dev libx11-dev libxcursor-dev \
            libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev libgl1-mesa-dri xvfb xdotool imagemagick poppler-utils postgresql
export LANG := en_US.UTF-8
export CETAK_MUST_RUN := 1

SPEED   ?= 4
RECORDS ?= 25
FUZZ    ?= fuzz.txt
CRASH   ?= 1

.PHONY: help setup build run test screens race fuzz crash bench bench-line bench-centre fleet shifts week guard-figures lint golden docs tidy-check clean
.DEFAULT_GOAL := help

help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what a fresh Debian 12 lacks (root or sudo; otherwise prints the command)
	@missing=""; for p in $(PACKAGES); do \
		dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then sudo=""; \
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo="sudo"; \
	else echo "Cetak needs these Debian packages once:"; \
		echo "  sudo apt-get install -y --no-install-recommends$$missing"; exit 1; fi; \
	echo "installing:$$missing"; \
	$$sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -q -y --no-install-recommends $$missing

build: setup ## build the programs into bin/
	$(GO) build $(GOTAGS) -o bin/ ./station/cmd/cetakctl ./station/cmd/centre ./hwsim/cmd/hwsim ./hwsim/cmd/panel ./ui/cmd/cetak

run: build ## the desk on simulated hardware and the machine in a window, 25 people to print (SPEED=4 RECORDS=25)
	@SPEED=$(SPEED) RECORDS=$(RECORDS) hwsim/demo

test: setup ## every test, on simulated hardware at the wire; without cgo whatever needs none
	$(GO) build $(GOTAGS) ./...
	$(GO) vet $(GOTAGS) ./...
	CGO_ENABLED=0 $(GO) test -parallel 6 -timeout 20m $(PURE)
	$(GO) test $(GOTAGS) -parallel 6 -timeout 20m $(LINKED)

screens: ## every screen in both languages, with the usual and the largest letters, against docs/pictures
	CGO_ENABLED=0 $(GO) test $(GOTAGS) ./ui/view -run 'TestScreens$$' -screens -timeout 30m

race: setup ## every test under the race detector
	$(GO) test $(GOTAGS) -race -p 1 -parallel 4 -timeout 60m ./...

fuzz: setup ## every fuzz target for N each (N=30s TOGETHER=2); executions per target into FUZZ=fuzz.txt
	.ci/fuzz $(or $(N),30s) $(or $(TOGETHER),2) $(FUZZ) "$(subst $() ,$(comma),$(TAGS))"

crash: setup ## cut one card's run off at every durable write and device command (CRASH=1: every one)
	@bash -o pipefail -c "$(GO) test $(GOTAGS) ./station/cmd/cetakctl -run 'TestCrash|TestDamaged|TestDisk' -crash $(CRASH) -parallel 6 -timeout 60m -v | grep -v -e '^=== ' -e '^ *--- PASS'"

bench: setup ## Go benchmarks (of a station's own faces: cetakctl bench panel; of a million movements: cetakctl bench ledger)
	$(GO) test $(GOTAGS) -run '^$$' -bench . -benchmem ./...

bench-line: build ## use of the line at 115,200 and 921,600 baud, with and without a USB adapter's latency: cetakctl bench line
	.ci/bench-line

bench-centre: build ## the centre with the whole country's desks, on PostgreSQL and SQLite, beside bare SQL (docs/scale.md)
	bin/centre bench

fleet: setup ## N desks on one centre for SECONDS of everything going wrong, then everything is counted (N=50 SECONDS=60 ENGINE=postgres SEED=1)
	$(GO) test $(GOTAGS) ./station/fleet -run TestFleet -v -count 1 -timeout 3h -args -desks $(or $(N),50) -seconds $(or $(SECONDS),60) \
		-engine $(or $(ENGINE),postgres) -records $(or $(CARDS),4) -seed $(or $(SEED),1)

shifts: build ## N whole days of random faults from SEED on (N=200 SEED=1), judged by a model of the design
	$(GO) test $(GOTAGS) ./station/shifts -run TestShifts -v -count 1 -timeout 24h -args -programs $(CURDIR)/bin \
		-shifts $(or $(N),200) -seed $(or $(SEED),1) -together $(or $(TOGETHER),8) $(if $(filter 1,$(N)),-story)

week: setup ## a week of an office with two desks, its books held against the world; its papers into OUT (OUT=week)
	$(GO) test ./station/week -run TestWeek -v -count 1 -timeout 60m -args -out $(abspath $(or $(OUT),week))

guard-figures: setup ## measure the guard's likeness of portraits over PEOPLE drawn people (PEOPLE=320); writes docs/guard.md
	$(GO) test $(GOTAGS) ./station/record -run 'TestLikeness$$' -count 1 -timeout 60m -args -guard-people $(or $(PEOPLE),320)

lint: setup ## vet, gofmt, golangci-lint
	@test -z "$$(gofmt -l drivers station ui hwsim)" || { gofmt -l drivers station ui hwsim; echo "run gofmt -w on these"; exit 1; }
	$(GO) run $(LINT) run --build-tags "$(TAGS)" ./...

golden: ## write golden files anew; read the difference before you commit it
	$(GO) test $(GOTAGS) $$(grep -rlE 'flag.Bool\("update"' --include='*_test.go' drivers station ui hwsim | xargs -n1 dirname | sort -u | sed 's|^|./|') -update
	git diff --stat

docs: ## write the generated pages of docs/
	$(GO) test $(GOTAGS) ./station/advice -run Manual -update
	$(GO) test $(GOTAGS) ./ui/drawing -run Docs -update
	$(GO) test $(GOTAGS) ./ui/view -run 'Screens$$' -update
	$(GO) test $(GOTAGS) ./hwsim/panel/view -run Pictures -update
	$(GO) test $(GOTAGS) ./station -run EveryPhase -update

tidy-check: docs ## gofmt, go mod tidy, generated docs: the tree must stay clean
	gofmt -l -w drivers station ui hwsim
	$(GO) mod tidy
	git diff --exit-code

clean: ## remove bin/
	rm -rf bin
