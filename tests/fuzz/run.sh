#!/bin/sh
# Fuzz each target for SECONDS_EACH seconds, a few at a time, and print a line for each. What is
# new goes to build/libfuzzer/corpus/TARGET, beside what is kept in tests/fuzz/corpus/TARGET. An input
# that breaks a claim ends its fuzzer, is kept, and makes this fail. The same SEED goes the same way
# through the same program, so that a change is judged by what it changes; another one finds more.
set -u

seconds=${SECONDS_EACH:-60}
seed=${SEED:-1}
home=build/libfuzzer
targets=$(sed -n 's/^ *X(\([a-z]*\), *[0-9]*).*/\1/p' tests/fuzz/fuzz.h)
at_once=3

longest() {
    sed -n "s/^ *X($1, *\([0-9]*\)).*/\1/p" tests/fuzz/fuzz.h
}

run_one() {
    mkdir -p "$home/corpus/$1" "$home/crash"
    ln -sf fuzzers "$home/fuzz-$1"
    dict=
    if [ -f "tests/fuzz/$1.dict" ]; then
        dict=-dict=tests/fuzz/$1.dict
    fi
    "$home/fuzz-$1" -max_total_time="$seconds" -max_len="$(longest "$1")" $dict -timeout=20 \
        -seed="$seed" \
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$home/crash/$1-" \
        "$home/corpus/$1" "tests/fuzz/corpus/$1" >"$home/$1.log" 2>&1
    echo $? >"$home/$1.status"
}

# "#4711 DONE cov: 1234 ft: 5678 corp: 90/12Kb ..."
tell() {
    last=$(grep -E '^#[0-9]+.* cov: ' "$home/$1.log" | tail -n 1)
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$home/$1.log")
    echo "$last" | sed -n "s/^#\([0-9]*\).* cov: \([0-9]*\) ft: \([0-9]*\) corp: \([0-9]*\).*/\1 \2 \3 \4/p" |
        while read -r n cov features corpus; do
            printf '  %-8s %9s executions, %5s edges, %6s features, corpus %s\n' "$1" \
                "${runs:-$n}" "$cov" "$features" "$corpus"
        done
    if [ "$(cat "$home/$1.status")" != 0 ]; then
        grep -vE '^(#|INFO:|stat::)' "$home/$1.log" | head -n 60
        input=$(sed -n 's/.*Test unit written to //p' "$home/$1.log" | tail -n 1)
        echo "fuzz: $1 failed on ${input:-what $home/$1.log says}; again: $home/fuzz-$1 $input"
        return 1
    fi
}

status=0
running=0
chosen=
for target in $targets; do
    case " ${ONLY:-$target} " in
    *" $target "*) chosen="$chosen $target" ;;
    esac
done
if [ -z "$chosen" ]; then
    echo "fuzz: no target is called '${ONLY:-}'; there are" $targets
    exit 1
fi
for target in $chosen; do
    run_one "$target" &
    running=$((running + 1))
    if [ "$running" -eq "$at_once" ]; then
        wait
        running=0
    fi
done
wait
for target in $chosen; do
    tell "$target" || status=1
done
exit "$status"
