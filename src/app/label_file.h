// The file of --labels.
#ifndef REHOME_APP_LABEL_FILE_H
#define REHOME_APP_LABEL_FILE_H

#include <stdbool.h>

#include "rehome/base/error.h"
#include "rehome/model/labels.h"

// The caller frees *out. Errors name the file, and the line where there is one.
bool label_file_read(const char *path, Labels **out, Error *err);

#endif
