#include "command_table.h"

#include <string.h>

#include "commands.h"
#include "rehome/base/mem.h"
#include "rehome/base/str.h"

const Command command_table[] = {
    {
        .name = "",
        .args = "[ADDRESS...]",
        .summary = "the dashboard; where stdout is no terminal: like `check`",
        .run = command_dashboard,
        .takes_addresses = true,
        .is_flight = true,
        .for_monitors = true,
    },
    {
        .name = "check",
        .args = "[ADDRESS...]",
        .summary = "one look; exit 0 ok, 1 warning, 2 critical, 3 could not look",
        .run = command_check,
        .takes_addresses = true,
        .for_monitors = true,
    },
    {
        .name = "watch",
        .args = "[ADDRESS...]",
        .summary = "a line per event until stopped, or --for SECONDS",
        .run = command_watch,
        .takes_addresses = true,
        .is_flight = true,
    },
    {
        .name = "plan",
        .args = "[ADDRESS...]",
        .summary = "what automatic mode would do now, and why; exit 0 nothing to do, 4 something",
        .run = command_plan,
        .takes_addresses = true,
    },
    {
        .name = "move",
        .args = "REPLICA MASTER [ADDRESS...]",
        .summary = "one move; waits until the replica is in sync",
        .run = command_move,
        .min_args = 2,
        .takes_addresses = true,
    },
    {
        .name = "heal",
        .args = "[ADDRESS...]",
        .summary = "the whole plan, one verified move after the other; --spread: until host-safe",
        .run = command_heal,
        .takes_addresses = true,
    },
    {
        .name = "downtime",
        .args = "[WHAT] [ADDRESS...]",
        .summary = "automatic mode leaves a node or a host alone, or (all) pauses, for an hour or "
                   "--for SECONDS; without WHAT: what is held (its address: -h, -p)",
        .run = command_downtime,
        .may_args = 1,
        .takes_addresses = true,
    },
    {
        .name = "release",
        .args = "WHAT [ADDRESS...]",
        .summary = "end the downtime of WHAT, the pause (all), or the brake (brake)",
        .run = command_release,
        .min_args = 1,
        .takes_addresses = true,
    },
    {
        .name = "whatif",
        .args = "[HOST|NODE...]",
        .summary = "what would be lost if these died together; none named: each host in turn",
        .run = command_whatif,
        .takes_addresses = true,
        .takes_names = true,
    },
    {
        .name = "record",
        .args = "FILE [ADDRESS...]",
        .summary = "keep what the cluster says on a tape until stopped, or --for SECONDS",
        .run = command_record,
        .min_args = 1,
        .takes_addresses = true,
    },
    {
        .name = "replay",
        .args = "[FILE]",
        .summary =
            "a tape in the dashboard; where stdout is no terminal, or with --format json: the "
            "events on it. Without FILE: the last flight. With --auto observe: what "
            "automatic mode would have done",
        .run = command_replay,
        .may_args = 1,
    },
    {
        .name = "demo",
        .args = "",
        .summary = "a throw-away cluster of real redis-servers on this machine, in the dashboard",
        .run = command_demo,
    },
};

const size_t command_table_n = ARRAY_LEN(command_table);

const Command *command_named(const char *name)
{
    for (size_t i = 0; i < command_table_n; i++) {
        if (strcmp(command_table[i].name, name) == 0) {
            return &command_table[i];
        }
    }
    return NULL;
}

// In four letters two wrong ones are another word: "node" is not "move".
const Command *command_meant(const char *word)
{
    for (size_t i = 0; i < command_table_n; i++) {
        size_t n = strlen(command_table[i].name);
        if (n > 0 && strpbrk(word, ".:0123456789") == NULL &&
            sv_distance(sv(word), sv(command_table[i].name)) <= (n > 4 ? 2 : 1)) {
            return &command_table[i];
        }
    }
    return NULL;
}
