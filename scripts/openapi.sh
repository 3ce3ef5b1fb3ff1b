#!/bin/sh
# Makes a Python client from the OpenAPI description of the mock, in both dialects. A warning of the generator is an error.
set -eu
cd "$(dirname "$0")/.."

out=target/peers/openapi
rm -rf "$out"
mkdir -p "$out"
mock=""
trap '[ -z "$mock" ] || kill "$mock"' EXIT

for dialect in klarna kustom; do
    target/debug/hpp-conformance mock --port 0 --dialect "$dialect" > "$out/$dialect.log" &
    mock=$!
    until grep -q 'http://' "$out/$dialect.log"; do
        kill -0 "$mock"
        sleep 0.1
    done
    base=$(grep -o 'http://[0-9.:]*' "$out/$dialect.log" | head -n 1)
    curl -sf "$base/_mock/openapi.json" > "$out/$dialect.json"
    kill "$mock"
    mock=""
    target/peers/python/bin/openapi-python-client generate --path "$out/$dialect.json" --output-path "$out/$dialect" \
        --meta none --config scripts/openapi.yml --fail-on-warning
    target/peers/python/bin/python -m compileall -q "$out/$dialect"
done
