#!/bin/sh
# Every header compiles alone and has its own guard: tests/lint/headers.sh 'cc -flags' HEADERS...
set -u

compile=$1
shift
bad=0
guards=
for header in "$@"; do
    $compile -fsyntax-only -Wno-unused -Wno-pedantic -x c "$header" || bad=1
    guard=$(sed -n 's/^#ifndef \(REHOME_[A-Z0-9_]*_H\)$/\1/p' "$header" | head -n 1)
    if [ -z "$guard" ] || ! grep -qx "#define $guard" "$header"; then
        echo "$header: no include guard REHOME_..._H"
        bad=1
        continue
    fi
    # Two headers with one guard: the second would silently be empty.
    case " $guards " in
    *" $guard "*)
        echo "$header: another header has the guard $guard"
        bad=1
        ;;
    esac
    guards="$guards $guard"
done
exit $bad
