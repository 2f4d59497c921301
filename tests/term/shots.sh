#!/bin/sh
# Draws the pictures under screenshots/ anew: the demo, played by tests/term/shot.c. `make screenshots`
# calls this with $REHOME_ROOT and $REHOME_BIN set and build/shot built.
set -eu

root=${REHOME_ROOT:-.}
bin=${REHOME_BIN:-$root/build/rehome}
shot=${bin%/*}/shot
out=$root/screenshots
story=$(mktemp)
trap 'rm -f "$story"' EXIT

# The rows of a healthy demo: :7001 with :7008 below it, :7005 with :7006, :7003 with :7002 and :7004.
cat >"$story" <<END
wait 0 orphaned
wait 1 spare
shot $out/healthy.svg
key g j K
wait ORPHANED
wait 1 spare
shot $out/orphan.svg
key M
wait Esc stops it
shot $out/move.svg
key y
wait 0 orphaned
shot $out/healed.svg
key ?
shot $out/keys.svg
key ? 4
shot $out/events.svg
key 1
size 120x40
shot $out/wide.svg
size 200x60
shot $out/wall.svg
key q
END
"$shot" --size 80x24 "$story" "$bin" demo
ls "$out"
