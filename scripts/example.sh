#!/bin/sh
# Rebuilds reports/example/: a report of a mock that deviates, and a picture of its first screen. It is a part run, so that it stays small.
set -eu
cd "$(dirname "$0")/.."

out=target/example
rm -rf "$out"
trap 'rm -rf "$out"' EXIT

code=0
target/debug/hpp-conformance run features/create.feature features/error.feature features/redirect.feature \
    --target mock-klarna --deviate decline-goes-to-error --format html,junit --quiet --out "$out" \
    --tags 'not @needs:browser or @req:HPP-REDIRECT-001 or @req:HPP-REDIRECT-002' || code=$?
if [ "$code" -ne 1 ]; then
    echo "The example was to be non-conformant, but the run ended with $code." >&2
    exit 1
fi

mkdir -p reports/example
for file in report.html junit.xml; do
    cp "$out/latest/$file" "reports/example/$file"
done

browser=$(command -v chromium-headless-shell || command -v chromium || command -v google-chrome)
"$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1180,900 \
    --screenshot="$PWD/reports/example/report.png" "file://$PWD/reports/example/report.html" >/dev/null 2>&1
