// The commands of `rehome`; each returns the exit status.
#ifndef REHOME_APP_COMMANDS_H
#define REHOME_APP_COMMANDS_H

#include "options.h"

int command_dashboard(const Options *o);
int command_check(const Options *o);
int command_watch(const Options *o);
int command_plan(const Options *o);
int command_move(const Options *o);
int command_heal(const Options *o);
int command_downtime(const Options *o);
int command_release(const Options *o);
int command_whatif(const Options *o);
int command_record(const Options *o);
int command_replay(const Options *o);
int command_demo(const Options *o);
int command_list_themes(const Options *o);
int command_check_theme(const Options *o);

#endif
