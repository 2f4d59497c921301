// A file of lines that are only ever added to: the audit, the log, the events.
#ifndef REHOME_APP_LINE_FILE_H
#define REHOME_APP_LINE_FILE_H

#include <stdbool.h>

#include "paths.h"
#include "rehome/base/strbuf.h"

// Append the line with one write; the file is made when there is none (mode 0600). It is opened
// anew each time, so that it may be rotated, and nothing is ever waited for. False: err says why
// and what to do, and nothing of the line is in the file. An empty line only tries whether it can
// be opened.
bool line_file_append(const char *path, FileKind kind, const StrBuf *line, Error *err);

#endif
