// The completion of the command line in a shell, from the tables of commands and options and the
// nodes that were looked at last. The shell's script only asks: `rehome --complete-words WORD...`.
#ifndef REHOME_APP_COMPLETION_H
#define REHOME_APP_COMPLETION_H

#include <stddef.h>

#include "rehome/base/strbuf.h"

// The script for bash or zsh.
void completion_script(const char *shell, StrBuf *out);

// What the last of n words may become: a line each, with a tab and what it means behind it, or the
// one line ":files". nodes is what node_file_read() gives.
void completion_words(size_t n, char *const *words, StrView nodes, StrBuf *out);

#endif
