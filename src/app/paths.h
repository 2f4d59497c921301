// Where things are kept and found, by the XDG rules.
#ifndef REHOME_APP_PATHS_H
#define REHOME_APP_PATHS_H

#include <stdbool.h>

#include "rehome/base/error.h"
#include "rehome/ui/theme.h"

// The folder for what must survive a restart: $XDG_STATE_HOME/rehome, else
// ~/.local/state/rehome. Owned by the caller. False without both variables.
bool paths_state_dir(char **out, Error *err);

// The folder and those above it, as far as they are missing.
bool paths_make_dirs(const char *dir, Error *err);

// $XDG_CONFIG_HOME/rehome/config.ini, else ~/.config/rehome/config.ini; owned by the caller. False
// without both variables.
bool paths_config_file(char **out);

// A theme by name ($XDG_CONFIG_HOME/rehome/themes, then the installed ones, then beside the build)
// or by file name. NULL: "default", and where no file of it is found the built-in one.
bool paths_load_theme(const char *name, Theme *out, Error *err);

#endif
