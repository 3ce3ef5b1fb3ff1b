#!/bin/sh
# Makes sure that what a run needs (`browser`), what the tests need besides (`tools`), Firefox (`firefox`) or the benchmarks (`peers`) is
# there; says what it does before it does it.
set -eu

found() { command -v "$1" >/dev/null 2>&1; }

# Installs Debian's packages, or says what to do by hand: what is missing, the hint for other systems, the packages.
install() {
    missing=$1 hint=$2
    shift 2
    if ! found apt-get; then
        echo "$missing not found, and this system has no apt-get. $hint" >&2
        exit 1
    fi
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        if ! found sudo; then
            echo "$missing not found. As root: apt-get install $*" >&2
            exit 1
        fi
        as_root=sudo
    fi
    echo "$missing not found: installing Debian's packages $*."
    $as_root apt-get update -q
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -q -y --no-install-recommends "$@"
}

# Installs the commands that are not found; `command:package` where Debian's package has another name.
provide() {
    for need in "$@"; do
        found "${need%%:*}" || install "${need%%:*} was" "Install it by hand, then run this again." "${need#*:}"
    done
}

case "${1:-}" in
browser)
    if found chromedriver &&
        { found chromium-headless-shell || found chromium || found chromium-browser || found google-chrome; }; then
        exit 0
    fi
    hint="Install both by hand (Fedora: dnf install chromium chromium-headless chromedriver; Arch: pacman -S chromium;
macOS: brew install --cask chromium chromedriver), then run this again."
    install "Chromium with ChromeDriver was" "$hint" chromium chromium-driver
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -q -y --no-install-recommends chromium-headless-shell ||
        echo "There is no package chromium-headless-shell here. The full Chromium is used instead, which is slower."
    ;;
tools)
    # The manual of the mock is tried out as it is printed.
    provide curl jq openssl
    ;;
firefox)
    # Optional: no other test needs them. The driver is built from its crate.
    found firefox || found firefox-esr || install "Firefox was" "Install it by hand, then run this again." firefox-esr
    found geckodriver || cargo install geckodriver --version 0.37.1 --locked
    ;;
peers)
    # The load generator; npm and Java for Prism and WireMock; the libraries that hurl is built against, and what reads their headers;
    # Python for a generator of clients.
    provide wrk npm java:default-jre-headless curl python3:python3-venv pkg-config xml2-config:libxml2-dev curl-config:libcurl4-openssl-dev clang
    ;;
*)
    echo "usage: install.sh browser | tools | firefox | peers" >&2
    exit 2
    ;;
esac
