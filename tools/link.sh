#!/bin/sh
# SPDX-License-Identifier: MIT
# Print a path for a folder that has no spaces: make would split the folder's own path at them.
# Usage: tools/link.sh FOLDER   The path is a symbolic link of the same name with _ for each space.
set -eu
target=$(realpath -m -- "$1")
place=${TMPDIR:-/tmp}
case $place in *[[:space:]]*) place=/tmp ;; esac
place=$place/litex-links-$(id -u)
mkdir -p -m 700 "$place"
[ -O "$place" ] || { echo "tools/link.sh: $place belongs to another user" >&2; exit 2; }
place=$place/$(printf %s "$target" | sha256sum | cut -c1-12)
mkdir -p "$place"
link=$place/$(basename -- "$target" | tr '[:space:]' _ | sed 's/_$//')
ln -sfn -- "$target" "$link"
echo "$link"
