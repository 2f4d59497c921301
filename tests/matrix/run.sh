#!/bin/sh
# The unit tests and those on real servers, once more on other systems with other servers and another
# hiredis: `tests/matrix/run.sh [-j N] [-t SECONDS] [-l FOLDER] [GROUP...]`. Each system is a Debian
# root that debootstrap makes; it is kept and never changed, and each server is tested in namespaces
# of its own, which end with this script however it ends: mounts, processes, network. Without names
# all groups run, N at a time for each server. With -l the row of this machine is counted from the
# logs of the tests in FOLDER (of `make test`) instead of running them again. With -t it ends after so
# many seconds, and what was not finished is told and is no failure; without it that is one, and there
# is an hour.
#
# Ends with a table, and with 1 where anything failed. What cannot be had here (no root, no
# debootstrap, no network) is told and skipped.
set -eu

# A system: its name, its release, its servers. All else that it needs, .ci/deps knows.
systems='Debian_13:trixie:redis-server,valkey-server Debian_11:bullseye:redis-server'

cd "$(dirname "$0")/../.."
if [ "${1-}" != --inside ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo 'matrix: skipped: it takes root'
        exit 0
    fi
    if ! .ci/deps matrix >/dev/null 2>&1; then
        echo 'matrix: skipped: there is no debootstrap (apt-get install debootstrap)'
        exit 0
    fi
    if ! unshare --mount --pid --net --fork true 2>/dev/null; then
        echo 'matrix: skipped: namespaces may not be made here'
        exit 0
    fi
    # Mounts and processes from here on end with the shell that unshare starts.
    exec unshare --mount --pid --fork --kill-child --mount-proc sh tests/matrix/run.sh --inside "$@"
fi
shift
trap 'exit 130' INT TERM HUP # the first process of a namespace ignores what it does not handle

at_once=3
limit=3600
strict=1
logs=
while getopts j:t:l: option; do
    case $option in
    j) at_once=$OPTARG ;;
    t) limit=$OPTARG strict=0 ;;
    l) logs=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
ends_s=$(($(date +%s) + limit))

seconds_left() { # at least 1: 0 is no limit for timeout(1)
    now_s=$(date +%s)
    echo $((now_s < ends_s ? ends_s - now_s : 1))
}

is_over() {
    [ "$(date +%s)" -ge "$ends_s" ]
}

out=build/matrix
cache=${XDG_CACHE_HOME:-${HOME:-$PWD/build}/.cache}/rehome-matrix
mkdir -p "$out"
if ! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then
    echo "matrix: skipped: $cache cannot be written"
    exit 0
fi
rm -f "$out"/*.log "$out"/*.row*

# --- roots ---------------------------------------------------------------------------------------

# Whoever has a root in use shares this lock; alone we may take away what nobody will use again.
exec 9>"$cache/lock"
key=$(cat .ci/deps tests/matrix/root.sh | cksum | cut -d ' ' -f 1)
if flock --exclusive --nonblock 9; then
    for old in "$cache"/*; do
        case $old in
        */lock | *.lock | *-"$key") ;;
        *) rm -rf --one-file-system "$old" ;;
        esac
    done
fi
flock --shared 9

# Under its final name only when all is there, so that an interrupted one is never taken for it.
make_root() { # RELEASE SERVER...
    release=$1
    root=$cache/$release-$key
    shift
    exec 8>"$cache/$release.lock"
    flock --exclusive 8
    if [ ! -d "$root" ]; then
        part=$(mktemp -d "$cache/$release.part.XXXXXX")
        if ! timeout -s KILL "$(seconds_left)" tests/matrix/root.sh "$release" "$part" "$@" 9>&- 8>&- ||
            ! mv "$part" "$root"; then
            umount "$part/proc" 2>/dev/null || true
            rm -rf --one-file-system "$part"
            return 1
        fi
    fi
    exec 8>&-
}

# --- building and running ------------------------------------------------------------------------

copy_sources() { # FOLDER; what was built there of the same sources is left
    mkdir -p "$1"
    find "$1" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
    tar --exclude=./build --exclude=./.git -cf - . | tar -xf - -C "$1"
}

inside() { # RELEASE COMMAND...
    release=$1
    shift
    timeout -s KILL "$(seconds_left)" unshare --mount --pid --net --fork --kill-child \
        sh tests/matrix/enter.sh "$cache/$release-$key" "$out/$release" "$@"
}

run_tests() { # LOG COMMAND...: the log's last line tells how it ended
    log=$1
    shift
    status=0
    "$@" </dev/null >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ] && is_over; then
        echo 'not finished' >>"$log"
    else
        echo "exit status $status" >>"$log"
    fi
}

version_of() { # of what `SERVER --version` says: "Redis 8.0.2"
    sed -n 's/^\([A-Za-z]*\) .*v=\([0-9.]*\) .*/\1 \2/p'
}

# Everything about one system, up to its rows of the table.
try_system() { # NAME RELEASE SERVER... -- GROUP...
    name=$1
    release=$2
    shift 2
    servers=
    while [ "$1" != -- ]; do
        servers="$servers $1"
        shift
    done
    shift
    # shellcheck disable=SC2086 # a list of words
    if ! make_root "$release" $servers >"$out/$release-root.log" 2>&1; then
        printf '%s: skipped: it cannot be had here: %s\n' "$name" \
            "$(tail -n 1 "$out/$release-root.log")" >"$out/$release.row"
        return
    fi
    copy_sources "$out/$release"
    if ! inside "$release" make -j"$(nproc)" QUIET=1 CFLAGS=-O1 all build/unit build/real \
        >"$out/$release-build.log" 2>&1; then
        if is_over; then
            echo "$name: not finished: it was still being built" >"$out/$release.row"
            return
        fi
        tail -n 40 "$out/$release-build.log"
        echo "$name: FAILED: it does not build there" >"$out/$release.row"
        return
    fi
    grep -A 5 'warning:' "$out/$release-build.log" || true
    hiredis=$(chroot "$root" pkg-config --modversion hiredis)
    unit=$out/$release-unit.log
    run_tests "$unit" inside "$release" build/unit &
    for server in $servers; do
        run_tests "$out/$release-$server.log" \
            inside "$release" tests/matrix/with_server.sh "$server" \
            build/real -j "$at_once" "$@" &
    done
    wait
    for server in $servers; do
        awk -v system_name="$name" -v hiredis="$hiredis" \
            -v server="$(chroot "$root" "$server" --version | version_of)" \
            -f tests/matrix/row.awk ${unit:+"$unit"} "$out/$release-$server.log" >>"$out/$release.row.part"
        unit= # they ask no server: counted once
    done
    mv "$out/$release.row.part" "$out/$release.row"
}

try_this_machine() { # GROUP...
    if [ -z "$logs" ]; then
        logs=$out/here
        mkdir -p "$logs"
        export REHOME_ROOT="$PWD" REHOME_BIN="$PWD/build/rehome"
        run_tests "$logs/unit.log" timeout -s KILL "$(seconds_left)" build/unit
        run_tests "$logs/real.log" timeout -s KILL "$(seconds_left)" build/real -j "$at_once" "$@"
    fi
    awk -v system_name="this machine" -v hiredis="$(pkg-config --modversion hiredis)" \
        -v server="$(redis-server --version | version_of)" \
        -f tests/matrix/row.awk "$logs/unit.log" "$logs/real.log" >"$out/a-here.row.part"
    mv "$out/a-here.row.part" "$out/a-here.row"
}

# --- all of it -----------------------------------------------------------------------------------

echo 'this machine: FAILED: it has no end' >"$out/a-here.row"
try_this_machine "$@" &
for system in $systems; do
    name=$(echo "${system%%:*}" | tr _ ' ')
    servers=$(echo "${system##*:}" | tr , ' ')
    release=${system#*:}
    release=${release%%:*}
    echo "$name: FAILED: it has no end" >"$out/$release.row"
    # shellcheck disable=SC2086 # a list of words
    try_system "$name" "$release" $servers -- "$@" &
done
wait

for log in "$out"/*.log "$out"/here/*.log; do
    if grep -q -e '^\[  FAILED  \]' -e '^exit status [^0]' "$log" 2>/dev/null; then
        grep -vE '^\[( RUN      |       OK |  GROUP   )\]|^\[==========\]|^\[  PASSED  \]' "$log"
        echo "(all of it: $log)"
    fi
done
awk -v strict="$strict" -f tests/matrix/table.awk "$out"/*.row
