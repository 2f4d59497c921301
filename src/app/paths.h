// Where things are kept and found, by the XDG rules.
#ifndef REHOME_APP_PATHS_H
#define REHOME_APP_PATHS_H

#include <stdbool.h>

#include "rehome/base/error.h"

// The folder for what must survive a restart: $XDG_STATE_HOME/rehome, else
// ~/.local/state/rehome. Owned by the caller. False without both variables.
bool paths_state_dir(char **out, Error *err);

// The folder and those above it, as far as they are missing.
bool paths_make_dirs(const char *dir, Error *err);

// Who said where a file is.
typedef enum {
    FILE_NAMED,    // a person: --log, --audit, --tape
    FILE_OF_STATE, // in the state folder
} FileKind;

// What to do about one that cannot be written (errno; ENOSPC where only a part of it could be).
const char *paths_write_remedy(FileKind kind, int why);

// Why this file or folder of the state cannot be written (errno; ENOSPC where only a part of it
// could be), and what to do about it. Always false.
bool paths_fail_write(const char *path, int why, Error *err);

// $XDG_CONFIG_HOME/rehome/config.ini, else ~/.config/rehome/config.ini; owned by the caller. False
// without both variables.
bool paths_config_file(char **out);

// The themes of one's own: $XDG_CONFIG_HOME/rehome/themes, else ~/.config/rehome/themes; in the
// same way.
bool paths_theme_dir(char **out);

#endif
