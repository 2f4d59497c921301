# The rows of row.awk as a table for people, and the sum. Lines without tabs are told as they are.
# With strict=1 what was not finished is a failure.

function shown(cell,    part) {
    split(cell, part, " ")
    if (part[1] == 0) {
        return "-"
    }
    passed += part[2]
    failed += part[3]
    skipped += part[4]
    return part[1] "/" part[2] "/" part[3] "/" part[4]
}

function line(system_name, server, hiredis, plain, tls, acl, unit) {
    printf "  %-13s %-14s %-8s %-16s %-14s %-14s %s\n", \
        system_name, server, hiredis, plain, tls, acl, unit
}

BEGIN {
    FS = "\t"
    print "tests: run/passed/failed/skipped"
    line("system", "server", "hiredis", "plain", "TLS", "ACL", "unit")
}

NF == 7 {
    line($1, $2, $3, shown($4), shown($5), shown($6), shown($7))
    next
}

{
    print "  " $0
    broken += /: FAILED: /
    unfinished += /: not finished: /
}

END {
    failed += broken + (strict ? unfinished : 0)
    printf "matrix: %d passed, %d failed, %d skipped%s\n", passed, failed, skipped, \
        (unfinished > 0 ? ", not all finished" : "")
    exit (failed > 0)
}
