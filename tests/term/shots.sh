#!/bin/sh
# Draws the pictures under screenshots/ anew, from real servers, played by tests/term/shot.c. `make
# screenshots` calls this with $REHOME_ROOT and $REHOME_BIN set and the programs beside it built.
# With $PAGE set it makes a page of pictures to be looked at instead, in that folder: every view of
# three clusters in many sizes, as SVG and, where there is rsvg-convert, as PNG. $ONLY names the
# stories to be played.
set -eu

root=${REHOME_ROOT:-.}
bin=${REHOME_BIN:-$root/build/rehome}
tools=${bin%/*}
out=${PAGE:-$root/screenshots}
scratch=$(mktemp -d)
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

# play CLUSTER [--SETTING VALUE]... : the story from stdin, on a cluster of its own.
play() {
    cat >"$scratch/story"
    "$tools/with_cluster" "$@" -- \
        "$tools/shot" --term rehome-shot --size 80x24 "$scratch/story" "$bin"
}

# The servers' own migration would end the sight of an orphan some six seconds after the failure.
still="--cluster-allow-replica-migration no"

# Of the owner's scenario: :7001 (on .170) with :7008 (.172), :7005 (.172) with :7006 (.172), :7003
# (.171) with :7002 (.170) and :7004 (.171). $NET is made by with_cluster.
kill_7008="redis-cli -h \$NET.172 -p 7008 shutdown nosave >/dev/null"
mover="redis-cli -h \$NET.171 -p 7004"
fill="for i = 1, 60000 do redis.call('set', KEYS[1] .. i, string.rep('x', 100)) end"

# Some data for :7001, and a slow loader at :7004, so that a move takes long enough to be looked at.
begin_slowly() {
    cat <<END
wait 0 orphaned
wait 1 spare
run redis-cli -h \$NET.170 -p 7001 eval "$fill" 1 '{bar}' >/dev/null
run $mover config set key-load-delay ${1} >/dev/null
run $mover config set loading-process-events-interval-bytes ${2} >/dev/null
wait 14M
gone k/s
END
}

# What stands still is shown for longer than it takes, so that the servers, whose own migration is
# on, do not come first. A line below the screen has room for 80 characters.
play_heal() {
    play scenario <<END
$(begin_slowly 1 131072)
caption Three masters. Each has a working replica, and :7003 has one to spare.
still 1800
run $kill_7008
caption The server of :7008 dies.
follow 200 160 ORPHANED
caption :7001 is orphaned: without a replica, its next failure would lose its slots.
still 2500
key M
wait Esc stops it
caption M: the best move, why it is the best, what it costs. Esc would stop it.
follow 250 240 moving :7004
caption The spare moves in. It counts once it says itself that it is in sync.
follow 250 220 protected again
caption Every master has a working replica again.
still 1800
run kill -USR1 \$CLUSTER_PID
wait 1 spare
caption :7008 comes back, as a spare of :7001 on another host.
still 2400
film $out/heal.svg
key q
END
}

play_move() {
    play scenario <<END
$(begin_slowly 100 65536)
shot $out/healthy.svg
run $kill_7008
wait ORPHANED
key M
wait Esc stops it
shot $out/move.svg
key y
wait loading 3
shot $out/moving.svg
run $mover config set key-load-delay 0 >/dev/null
wait protected again
shot $out/healed.svg
key q
END
}

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

# views PREFIX SIZE...: each view in each size.
views() {
    prefix=$1
    shift
    for size in "$@"; do
        echo "size $size"
        for view in 1-tree 2-hosts 3-problems 4-events 5-automatic; do
            echo "key ${view%-*}"
            echo "shot $out/$prefix${view#*-}-$size.svg"
        done
    done
    echo "key 1"
}

play_views() {
    play scenario $still <<END
wait 0 orphaned
wait 1 spare
key a
wait AUTO observe
run $kill_7008
wait ORPHANED
$(gallery)
wait would give
$(views '' 80x24 120x40 200x60)
size 120x40
key g Enter
shot $out/details.svg
key Esc e
shot $out/explain.svg
key Esc x
shot $out/whatif.svg
key Esc ?
shot $out/help.svg
key Esc 1 H
shot $out/plan.svg
key Esc
key q
END
}

# Two of ten hosts stand still, with their ten servers; the cluster itself takes its time to mind.
play_silent() {
    cat >"$scratch/stop" <<'END'
for at in 12:7002 12:7012 12:7101 12:7111 12:7210 13:7003 13:7013 13:7102 13:7112 13:7201; do
    info=$(redis-cli -h "$NET.${at%:*}" -p "${at#*:}" info server | tr -d '\r')
    kill -STOP "$(echo "$info" | sed -n 's/^process_id://p')"
done
END
    play fifty <<END
wait 10 spares
size 120x40
run redis-cli --cluster call \$NET.11:7001 config set cluster-node-timeout 60000 >/dev/null
run sh $scratch/stop
wait silent 00:12
shot $out/silent.svg
key q
END
}

# --- the page to look at

sizes="80x24 120x40 200x60"
small="60x15 40x10 20x5 1x1"

play_healthy() {
    play scenario <<END
wait 0 orphaned
wait 1 spare
$(views healthy- $sizes)
key q
END
}

play_orphan() {
    play scenario $still <<END
wait 0 orphaned
wait 1 spare
key a
wait AUTO observe
run $kill_7008
wait ORPHANED
wait would give
$(views orphan- $sizes $small)
key q
END
}

# lose HOST PORT: a server of the cluster dies.
lose() {
    echo "run redis-cli -h \$NET.$1 -p $2 shutdown nosave >/dev/null"
}

# Ten masters, three spares: three losses are healed, the fourth cannot be.
play_ten() {
    play ten $still <<END
wait 3 spares
key a
wait AUTO observe
$(lose 11 7105)
wait 1 orphaned
key M y
wait 2 spares
wait 0 orphaned
gone moving
$(lose 12 7106)
wait 1 orphaned
key M y
wait 1 spare
wait 0 orphaned
gone moving
$(lose 13 7107)
wait 1 orphaned
key M y
wait 0 spares
wait 0 orphaned
gone moving
$(lose 14 7108)
wait 1 orphaned
key g
$(views ten- $sizes $small)
key q
END
}

# Twenty masters with two replicas each on six hosts: one loses both.
play_sixty() {
    play sixty $still <<END
wait 20 spares
$(views sixty-healthy- 80x24)
size 80x24
key a
wait AUTO observe
$(lose 16 7111)
$(lose 11 7211)
wait 1 orphaned
key g
$(views sixty- $sizes $small)
key q
END
}

stories="heal move views silent"
if [ -n "${PAGE:-}" ]; then
    mkdir -p "$out"
    stories="healthy orphan ten sixty"
fi
for story in $stories; do
    case " ${ONLY:-$story} " in
    *" $story "*)
        echo "$story"
        "play_$story"
        ;;
    esac
done

# One PNG for each, and a page with all.
if [ -n "${PAGE:-}" ]; then
    for svg in "$out"/*.svg; do
        echo "<figure><img src=\"${svg##*/}\"><figcaption>${svg##*/}</figcaption></figure>"
        if command -v rsvg-convert >/dev/null; then
            rsvg-convert "$svg" -o "${svg%.svg}.png"
        fi
    done >"$out/index.html"
    echo "$out/index.html"
fi
