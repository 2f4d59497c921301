// What pty.c (the program and its line) and pty_screen.c (what a person would see) share.
#ifndef REHOME_TESTS_TERM_PTY_PARTS_H
#define REHOME_TESTS_TERM_PTY_PARTS_H

#include <sys/types.h>
#include <vterm.h>

#include "pty.h"
#include "rehome/base/strbuf.h"

struct Pty {
    int fd; // the terminal's end; -1 once the program's end is closed
    pid_t pid;
    VTerm *vt;
    VTermScreen *screen;
    int w, h;
    bool alt_screen;
    bool cursor_visible;
    bool ended;
    int status;
    char held[8]; // the beginning of a sequence
    size_t n_held;
    char last; // written before it
    StrBuf output;
    StrBuf row;
};

#endif
