// The text exposition format of Prometheus (0.0.4), as strictly as node_exporter's textfile
// collector reads it, and stricter: samples without timestamps, each behind its HELP and TYPE.
#ifndef REHOME_TESTS_EXPOSITION_H
#define REHOME_TESTS_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>

// True when the whole text is such a page. Otherwise why says which line is not, and what was
// expected there.
bool exposition_valid(const char *text, char *why, size_t size);

// The value of the only sample whose name and labels, as they are written, begin with this; -1:
// there is none, or there are several.
double exposition_value(const char *text, const char *series);

#endif
