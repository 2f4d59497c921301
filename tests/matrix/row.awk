# A row of the table from the logs of build/unit and build/real, in this order: what it is about,
# then run, passed, failed and skipped of each column, separated by tabs. Groups of build/real have
# their column by how their name begins.

function settle() { # a test without an end: its process died
    if (open != "") {
        failed[column]++
    }
    open = ""
}

function cell(name) {
    return run[name] + 0 " " passed[name] + 0 " " failed[name] + 0 " " skipped[name] + 0
}

FNR == 1 {
    settle()
    column = FILENAME ~ /unit\.log$/ ? "unit" : "plain"
}

/^\[  GROUP   \] / {
    settle()
    group = $4
    column = $4 ~ /^tls/ ? "tls" : $4 ~ /^acl/ ? "acl" : "plain"
}

/^\[ RUN      \] / {
    settle()
    open = $4
    run[column]++
}

# Their names come once more at the end of a group: that is not the end of a test.
/^\[       OK \] / && $4 == open {
    passed[column]++
    open = ""
}

/^\[  FAILED  \] / && $4 == open {
    failed[column]++
    open = ""
}

/^\[  SKIPPED \] / && $4 == open {
    skipped[column]++
    open = ""
}

/^not finished$/ {
    run[column] -= open != ""
    open = ""
    unfinished = column == "unit" ? "the unit tests" : "the groups behind " group
}

/^exit status / {
    settle()
    bad += $3 != 0
}

END {
    settle()
    # A failure that no test has told: a leak, a time-out, a child that could not be started.
    if (bad > 0 && failed["unit"] + failed["plain"] + failed["tls"] + failed["acl"] == 0) {
        failed[column]++
    }
    printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", system_name, server, hiredis, \
        cell("plain"), cell("tls"), cell("acl"), cell("unit")
    if (unfinished != "") {
        print system_name ", " server ": not finished: " unfinished
    }
}
