#!/bin/sh
# Makes sure that Chromium and ChromeDriver are there; says what it does before it does it.
set -eu

found() { command -v "$1" >/dev/null 2>&1; }

driver=chromedriver
if found "$driver" && { found chromium-headless-shell || found chromium || found chromium-browser || found google-chrome; }; then
    exit 0
fi

packages="chromium chromium-driver chromium-headless-shell"
if ! found apt-get; then
    echo "No Chromium with ChromeDriver was found, and this system has no apt-get." >&2
    echo "Install both by hand (Fedora: dnf install chromium chromium-headless chromedriver; Arch: pacman -S chromium;" >&2
    echo "macOS: brew install --cask chromium chromedriver), then run this again." >&2
    exit 1
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! found sudo; then
        echo "No Chromium with ChromeDriver was found. As root: apt-get install $packages" >&2
        exit 1
    fi
    as_root=sudo
fi

echo "No Chromium with ChromeDriver was found: installing Debian's packages $packages."
$as_root apt-get update -q
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -q -y --no-install-recommends $packages ||
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -q -y --no-install-recommends chromium chromium-driver
