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

# Some data for :7001, and a slow loader at :7004, so that a move takes long enough to be looked at.
target="redis-cli -h 127.0.99.170 -p 7001"
mover="redis-cli -h 127.0.99.171 -p 7004"
fill="for i = 1, 60000 do redis.call('set', KEYS[1] .. i, string.rep('x', 100)) end"

# The rows of a healthy demo: :7001 with :7008 below it, :7005 with :7006, :7003 with :7002 and :7004.
cat >"$story" <<END
wait 127.0.99.170
wait 0 orphaned
wait 1 spare
run $target eval "$fill" 1 '{bar}' >/dev/null
run $mover config set key-load-delay 150 >/dev/null
run $mover config set loading-process-events-interval-bytes 65536 >/dev/null
shot $out/healthy.svg
key g j K
wait ORPHANED
wait 1 spare
shot $out/orphan.svg
key a
wait AUTO observe
key 5
wait waits (grace)
shot $out/automatic.svg
key 1
key M
wait Esc stops it
shot $out/move.svg
key y
wait loading 3
key k
shot $out/moving.svg
run $mover config set key-load-delay 0 >/dev/null
wait 0 orphaned
wait in sync with :7001
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
