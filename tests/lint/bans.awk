# Calls that this project does without, and what to use: awk -f tests/lint/bans.awk FILES
# Comments, strings and character constants do not count. A ban may name the files it spares.
BEGIN {
    n_bans = 0
    numbers = "sv_to_i64(), sv_to_u64() or sv_to_milli(), which refuse what is not a number"
    ban("ato[ifl]|atoll|strto(l|ll|ul|ull|imax|umax|d|f|ld)|v?[fs]?scanf", numbers, "^$")
    ban("v?sprintf", "snprintf(), strbuf_addf() or arena_printf()", "^$")
    ban("strcpy|stpcpy|strcat|strncpy|strncat|gets", "strbuf_add(), arena_strdup() or snprintf()", "^$")
    ban("strtok|strtok_r|strsep", "sv_next() or sv_cut()", "^$")
    ban("malloc|calloc|realloc|reallocarray|free|strdup|strndup|v?asprintf|getline",
        "mem_alloc() and its kin, or an Arena", "^src/base/(mem|arena)[.]c$")
    ban("alloca", "an Arena", "^$")
    ban("signal|siginterrupt", "sigaction() or ev_signal", "^$")
    ban("asctime|asctime_r|ctime|ctime_r|localtime|gmtime", "localtime_r() with strftime()", "^$")
    ban("system|popen|vfork", "fork() and exec without a shell", "^$")
    ban("mktemp|tmpnam|tempnam|tmpfile", "mkstemp() or mkdtemp()", "^$")
    ban("rand|srand|random|srandom|drand48", "a generator of one's own with the seed printed", "^$")
    ban("setjmp|longjmp", "an error value", "^tests/")
    ban("sleep|usleep|nanosleep|clock_nanosleep", "waiting for a condition, with a deadline", "^$")
    # Time is an argument; words go out through app.
    ban("time|clock_gettime|gettimeofday|clock|ev_time|ev_now", "now_ms, an argument",
        "^(src/(app|redis)/|tests/)")
    ban("v?printf|puts|putchar|v?fprintf|fputs|fputc|perror|syslog", "an Error or a StrBuf; only app prints",
        "^(src/app/|src/ui/term|tests/)")
}

function ban(names, instead, spared) {
    ban_names[n_bans] = "(^|[^A-Za-z0-9_.>])(" names ")[ \t]*[(]"
    ban_instead[n_bans] = instead
    ban_spared[n_bans] = spared
    n_bans++
}

# The line without comments and literals; in_comment lasts across lines.
function bare(line,    out, at, c, two, quote) {
    out = ""
    at = 1
    while (at <= length(line)) {
        c = substr(line, at, 1)
        two = substr(line, at, 2)
        if (in_comment) {
            if (two == "*/") {
                in_comment = 0
                at++
            }
        } else if (two == "/*") {
            in_comment = 1
            at++
        } else if (two == "//") {
            break
        } else if (c == "\"" || c == "'") {
            quote = c
            for (at++; at <= length(line) && (c = substr(line, at, 1)) != quote; at++) {
                if (c == "\\") {
                    at++
                }
            }
            out = out quote quote
        } else {
            out = out c
        }
        at++
    }
    return out
}

FNR == 1 {
    in_comment = 0
}

{
    code = bare($0)
    for (i = 0; i < n_bans; i++) {
        if (code ~ ban_names[i] && FILENAME !~ ban_spared[i]) {
            match(code, ban_names[i])
            name = substr(code, RSTART, RLENGTH)
            gsub(/[^A-Za-z0-9_]/, "", name)
            printf "%s:%d: %s() is banned; use %s\n", FILENAME, FNR, name, ban_instead[i]
            bad = 1
        }
    }
}

END {
    exit bad
}
