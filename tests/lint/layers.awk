# Who may include whom: awk -f tests/lint/layers.awk src/*/*.[ch] include/rehome/*/*.h
# The picture is in src/README.md; this is the same as data. A layer may always include itself.
BEGIN {
    below["base"]   = ""
    below["model"]  = "base"
    below["policy"] = "base model"
    below["action"] = "base model policy"
    below["redis"]  = "base model"
    below["report"] = "base model policy action"
    below["tape"]   = "base model policy action"
    below["ui"]     = "base model policy action"
    below["app"]    = "base model policy action redis report tape ui"

    # Headers of libraries and of the system that only some may know: a pattern, and where.
    n_private = 0
    only("^n?curses|^ncursesw/|^term[.]h|^term/", "^src/ui/term")
    only("^hiredis|^async[.]h|^adapters/|^sds[.]h", "^src/redis/")
    only("^ev[.]h", "^(src|include/rehome)/(redis|app)/")
    only("^jansson", "^src/(report|app)/")
    only("^zlib[.]h", "^src/tape/")
    only("^ini[.]h", "^src/(ui|app)/")
    only("^(sys/socket|sys/un|netdb|netinet/.*|sys/epoll|sys/select)[.]h",
         "^src/(redis|app)/")
    only("^poll[.]h", "^src/(redis|app|base/write_some)") # which never waits, but for the last words
    only("^arpa/inet[.]h", "^src/(redis|app|model/labels)") # which only reads addresses
    only("^(pthread|threads)[.]h", "^src/redis/resolve")
}

function only(header, place) {
    private_header[n_private] = header
    private_place[n_private] = place
    n_private++
}

function complain(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    bad = 1
}

FNR == 1 {
    n = split(FILENAME, part, "/")
    layer = part[n - 1]
    if (!(layer in below)) {
        complain("no layer is called '" layer "'; tests/lint/layers.awk lists them")
    }
}

/^[ \t]*#[ \t]*include[ \t]*"rehome\// {
    split($0, quoted, "\"")
    split(quoted[2], part, "/")
    other = part[2]
    if (other != layer && !index(" " below[layer] " ", " " other " ")) {
        complain(layer " may not include " quoted[2] ": it stands on '" below[layer] "' only")
    }
    next
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    if (index(quoted[2], "/")) {
        complain("\"" quoted[2] "\": a private header sits beside its .c; shared ones are under rehome/")
    } else if (FILENAME ~ /^include\//) {
        complain("a public header may not include the private \"" quoted[2] "\"")
    }
    next
}

/^[ \t]*#[ \t]*include[ \t]*</ {
    header = $0
    sub(/^[^<]*</, "", header)
    sub(/>.*/, "", header)
    for (i = 0; i < n_private; i++) {
        if (header ~ private_header[i] && FILENAME !~ private_place[i]) {
            complain("<" header "> is only for " private_place[i])
        }
    }
}

END {
    exit bad
}
