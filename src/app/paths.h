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

// $XDG_CONFIG_HOME/rehome/config.ini, else ~/.config/rehome/config.ini; owned by the caller. False
// without both variables.
bool paths_config_file(char **out);

// The themes of one's own: $XDG_CONFIG_HOME/rehome/themes, else ~/.config/rehome/themes; in the
// same way.
bool paths_theme_dir(char **out);

#endif
