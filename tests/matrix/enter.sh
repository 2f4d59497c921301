#!/bin/sh
# Runs a command in a Debian root, in namespaces that the caller has made for it: `enter.sh ROOT WORK
# COMMAND...`. The root is read-only there; WORK is its /src, and where the command runs.
set -eu

root=$1
work=$2
shift 2

mount --bind "$root" "$root" # a mount point, as tests that mount something expect of /
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$work" "$root/src"
chroot "$root" ip link set lo up
cd "$root"
exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp TERM=dumb LC_ALL=C.UTF-8 \
    REHOME_ROOT=/src REHOME_BIN=/src/build/rehome sh -c 'cd /src && exec "$@"' sh "$@"
