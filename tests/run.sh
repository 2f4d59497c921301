#!/bin/sh
# Run test programs (cmocka) one after the other: `tests/run.sh build/asan/unit ...`. Quiet while all
# is well: a line for each program, and the sum. What failed is shown in full. The exit status is 0
# only when everything passed; a crash, a hang and a program without tests are failures.
set -u

passed=0
failed=0
limit=${REHOME_TEST_SECONDS:-600}

for program in "$@"; do
    log=$program.log
    timeout -k 10 "$limit" "$program" </dev/null >"$log" 2>&1
    status=$?
    p=$(grep -c '^\[       OK \]' "$log")
    f=$(sed -n 's/^\[  FAILED  \] \([0-9][0-9]*\) test(s).*/\1/p' "$log" | awk '{n += $1} END {print n + 0}')
    why=
    if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        why="not finished after $limit s"
    elif [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
        why="ended with status $status"
    elif [ "$status" -eq 0 ] && [ "$p" -eq 0 ]; then
        why="ran no test"
    fi
    if [ -n "$why" ]; then
        f=$((f + 1))
    fi
    if [ "$f" -gt 0 ]; then
        grep -vE '^\[( RUN      |       OK |  GROUP   )\]|^\[==========\]|^\[  PASSED  \]' "$log"
        echo "${program##*/}: ${why:-see above} (all of it: $log)"
    fi
    printf '  %-6s %d passed, %d failed\n' "${program##*/}" "$p" "$f"
    passed=$((passed + p))
    failed=$((failed + f))
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
