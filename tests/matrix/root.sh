#!/bin/sh
# Makes a Debian root with all that building and testing takes there: `root.sh RELEASE FOLDER
# PACKAGE...`. To be run where mounts end with the caller. Its text and .ci/deps are what a kept root
# is known by: changing either makes new ones.
set -eu

release=$1
folder=$2
shift 2
unset TERM # Debian 13's adduser refuses to run with one that it cannot trust

debootstrap --variant=minbase "$release" "$folder"
chmod 755 "$folder"
mkdir "$folder/src"
printf '127.0.0.1 localhost\n::1 localhost\n' >"$folder/etc/hosts"

# Nothing is started there, and what is cut off is made anew: no need to wait for a disk.
printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
chmod 755 "$folder/usr/sbin/policy-rc.d"
echo force-unsafe-io >"$folder/etc/dpkg/dpkg.cfg.d/matrix"

inside() {
    DEBIAN_FRONTEND=noninteractive chroot "$folder" "$@"
}
mount -t proc proc "$folder/proc"
cp .ci/deps "$folder/root/deps"
inside apt-get -qq update
inside apt-get -qq install --no-install-recommends make iproute2 "$@"
inside /root/deps build run test
inside apt-get clean
umount "$folder/proc"
