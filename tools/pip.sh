#!/bin/sh
# SPDX-License-Identifier: MIT
# Install pinned Python packages: `tools/pip.sh PYTHON OPTIONS...`, with the options of pip install.
# Without a network the error is one line about the network, not pip's about missing versions.
set -u
python=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --retries 2 "$@" >&2 2>"$log"
status=$?
reason=$(grep -oE 'Temporary failure in name resolution|Name or service not known|Network is unreachable|No route to host|Connection refused|[Tt]imed out|Cannot connect to proxy' "$log" | tail -n 1)
if [ "$status" -ne 0 ] && [ -n "$reason" ]; then
    echo "tools/pip.sh: no network: the Python package index cannot be reached ($reason)." \
        "Connect this machine, then run the same command again." >&2
else
    cat "$log" >&2
fi
exit "$status"
