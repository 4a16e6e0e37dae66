#!/bin/sh
# SPDX-License-Identifier: MIT
# Install the Debian packages of the named groups (see apt-packages.txt) that are missing.
# Usage: tools/apt.sh GROUP...   As root it proceeds, else by `sudo -n`, else it prints what to run (status 2).
set -eu
list="$(dirname "$0")/apt-packages.txt"

if ! command -v dpkg-query >/dev/null; then
    echo "tools/apt.sh: this is not a Debian system; install by hand what $list names" >&2
    exit 2
fi
missing=
for group in "$@"; do
    packages=$(sed -n "s/^$group: //p" "$list")
    if [ -z "$packages" ]; then
        echo "tools/apt.sh: no group '$group' in $list" >&2
        exit 2
    fi
    for package in $packages; do
        status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
        [ "$status" = "install ok installed" ] || missing="$missing $package"
    done
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        echo "Debian packages are missing, and installing them needs root. Run this, then the same command again:" >&2
        echo "    sudo apt-get update && sudo apt-get install --no-install-recommends$missing" >&2
        exit 2
    fi
fi
echo "Installing Debian packages:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt="$as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300"
# apt waits for dpkg's lock by itself, but not for that of the package lists: five minutes here too.
attempts=60
until message=$($apt update 2>&1 </dev/null); do
    case $message in
        *"Could not get lock"*) attempts=$((attempts - 1)) ;;
        *) attempts=0 ;;
    esac
    [ "$attempts" -gt 0 ] || break
    sleep 5
done
printf '%s\n' "$message" >&2
# The update may fail for one stale source of several; the install decides.
[ "$attempts" -gt 0 ] || echo "tools/apt.sh: apt-get update failed; trying with the lists at hand" >&2
# shellcheck disable=SC2086
$apt install --no-install-recommends $missing >&2 </dev/null && exit 0
status=$?
case $message in
    *"Could not resolve"* | *"Temporary failure resolving"* | *"Could not connect"* | *"Network is unreachable"*)
        echo "tools/apt.sh: no network: the Debian archive cannot be reached." \
            "Connect this machine, then run the same command again." >&2
        ;;
esac
exit "$status"
