# The two commands of the README, and what CI adds to them.

PROGRAM := target/debug/hpp-conformance

.PHONY: run test nights check browser tools firefox build example bench peers

## Run the embedded features against the embedded mock, in both dialects.
run: browser build
	$(PROGRAM) run

## Pass all tests; `cargo test` alone leaves out those that need a browser, curl, jq or openssl.
test: browser tools build
	cargo test --locked --features browser-tests
	$(PROGRAM) prove --quick --jobs 4
	$(PROGRAM) prove --faults

## Thirty nights at a stranger, one at the real pace, and one in four shards, each told in a table. The thirty must end within 30 minutes.
nights: browser
	cargo test --locked --features night-tests --test nights -- --nocapture --test-threads 1

## Formatting, lints as errors, documentation.
check:
	cargo fmt --check
	cargo clippy --locked --all-targets --all-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

# With the feature of the tests, so that they find the same program and nothing is built twice.
build:
	cargo build --locked --features browser-tests

## Install Chromium and ChromeDriver where none is found.
browser:
	@sh scripts/install.sh browser

## Install what the tests need besides: curl, jq, openssl.
tools:
	@sh scripts/install.sh tools

## Install Firefox and geckodriver where they are not found. No other target needs them.
firefox:
	@sh scripts/install.sh firefox

## Rebuild the example report.
example: browser build
	sh scripts/example.sh

## Install what the benchmarks compare with, below target/peers, and make a client from the description of the mock.
peers: build
	@sh scripts/install.sh peers
	npm install --prefix target/peers --no-audit --no-fund @playwright/test puppeteer-core @stoplight/prism-cli wiremock
	cargo install hurl --version 8.0.1 --locked --root target/peers
	python3 -m venv target/peers/python
	target/peers/python/bin/pip install --quiet openapi-python-client==0.29.1
	sh scripts/openapi.sh

## The figures of the README, measured anew.
bench: browser
	cargo bench --locked
