#!/bin/sh
# Every header compiles alone and has its own guard: tests/lint/headers.sh 'cc -flags' HEADERS...
set -u

compile=$1
shift
bad=0
for header in "$@"; do
    $compile -fsyntax-only -Wno-unused -Wno-pedantic -x c "$header" || bad=1
    guard=$(sed -n 's/^#ifndef \(REHOME_[A-Z0-9_]*_H\)$/\1/p' "$header" | head -n 1)
    if [ -z "$guard" ] || ! grep -qx "#define $guard" "$header"; then
        echo "$header: no include guard REHOME_..._H"
        bad=1
    else
        echo "$guard $header" >>"${TMPDIR:-/tmp}/guards.$$"
    fi
done
# Two headers with one guard: the second would silently be empty.
sort "${TMPDIR:-/tmp}/guards.$$" | awk '$1 == last {print $2 ": has the guard of " file; bad = 1}
    {last = $1; file = $2} END {exit bad}' || bad=1
rm -f "${TMPDIR:-/tmp}/guards.$$"
exit $bad
