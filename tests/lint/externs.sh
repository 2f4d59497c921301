#!/bin/sh
# Functions and variables that nobody else uses should be static: tests/lint/externs.sh OBJECTS...
# What only the tests use counts as used: they see the program through its headers, as others do.
nm -A "$@" | awk '
    {
        object = $1
        sub(/:[0-9a-f]*$/, "", object)
        kind = $(NF - 1)
        name = $NF
    }
    kind == "U" {
        used[name] = 1
    }
    kind ~ /^[TDBRC]$/ && name != "main" {
        where[name] = object
    }
    END {
        for (name in where) {
            if (!(name in used)) {
                source = where[name]
                sub(/.*\/obj\//, "", source)
                sub(/[.]o$/, ".c", source)
                print source ": " name " is used nowhere else: make it static, or remove it" | "sort"
                bad = 1
            }
        }
        close("sort")
        exit bad
    }'
