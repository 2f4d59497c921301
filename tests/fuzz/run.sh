#!/bin/sh
# Fuzz each target, a few at a time, and print a line for each: SECONDS_EACH seconds, or, without it,
# as many executions as tests/fuzz/fuzz.h says, and at most a minute. What is new goes to
# build/libfuzzer/corpus/TARGET, beside what is kept in tests/fuzz/corpus/TARGET. An input that breaks
# a claim ends its fuzzer, is kept, and makes this fail.
set -u

seconds=${SECONDS_EACH:-}
seed=${SEED:-1}
home=build/libfuzzer
targets=$(sed -n 's/^ *X(\([a-z]*\), .*/\1/p' tests/fuzz/fuzz.h)
at_once=3

# number TARGET N: the Nth one of its row
number() {
    sed -n "s/^ *X($1, *\([0-9]*\), *\([0-9]*\)).*/\\$2/p" tests/fuzz/fuzz.h
}

# The same SEED goes the same way through the same program, as long as the corpus is the same, so that
# a change is judged by what it changes; another one finds more. For that nothing may depend on where
# things lie in memory, nor on the order in which a folder tells its files.
same_way() {
    if setarch -R true 2>/dev/null; then
        env -i PATH=/usr/bin:/bin setarch -R "$@" -reload=0
    else
        "$@"
    fi
}

run_one() {
    mkdir -p "$home/corpus/$1" "$home/crash"
    ln -sf fuzzers "$home/fuzz-$1"
    dict=
    if [ -f "tests/fuzz/$1.dict" ]; then
        dict=-dict=tests/fuzz/$1.dict
    fi
    runs=
    if [ -z "$seconds" ]; then
        runs=-runs=$(number "$1" 2)
    fi
    find "tests/fuzz/corpus/$1" -type f | LC_ALL=C sort | paste -s -d , >"$home/$1.seeds"
    same_way "$home/fuzz-$1" -max_total_time="${seconds:-60}" $runs -max_len="$(number "$1" 1)" $dict \
        -timeout=20 -seed="$seed" -seed_inputs="@$home/$1.seeds" \
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$home/crash/$1-" \
        "$home/corpus/$1" >"$home/$1.log" 2>&1
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
