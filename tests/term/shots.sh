#!/bin/sh
# Draws the pictures under screenshots/ anew: the demo, played by tests/term/shot.c. `make screenshots`
# calls this with $REHOME_ROOT and $REHOME_BIN set and build/shot built.
set -eu

root=${REHOME_ROOT:-.}
bin=${REHOME_BIN:-$root/build/rehome}
shot=${bin%/*}/shot
out=$root/screenshots
scratch=$(mktemp -d)
story=$scratch/story
trap 'rm -rf "$scratch"' EXIT

# A terminal that takes any colour, so that pictures have those of the theme and not the nearest of
# 256; and no theme or setting of whoever draws them.
cat >"$scratch/terminfo" <<'END'
rehome-shot|direct colours,
	RGB, colors#0x1000000, pairs#0x7FFF,
	setaf=\E[%?%p1%{8}%<%t3%p1%d%e38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m,
	setab=\E[%?%p1%{8}%<%t4%p1%d%e48;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m,
	ccc@, initc@, use=xterm-256color,
END
tic -x -o "$scratch" "$scratch/terminfo"
export TERMINFO_DIRS="$scratch:" XDG_CONFIG_HOME="$scratch"

# The screen as it is in each theme, by the key that goes through them, from dark to dark.
gallery() {
    for file in "$root"/themes/*.theme; do
        theme=${file##*/}
        theme=${theme%.theme}
        if [ "$theme" != dark ]; then
            echo "key t"
            echo "wait theme $theme:"
        fi
        echo "shot $out/theme-$theme.svg"
    done
    echo "key t"
    echo "wait theme dark:"
    echo "gone theme dark:" # after some seconds, not to be in the next pictures
}

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
$(gallery)
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
"$shot" --term rehome-shot --size 80x24 "$story" "$bin" demo
ls "$out"
