// SYNC in numbers and words.
#include <stdio.h>
#include <string.h>

#include "move_parts.h"
#include "rehome/base/text.h"

static int64_t bytes_so_far(const NodeInfo *info)
{
    if (info->loading) {
        return info->loading_done_bytes;
    }
    if (info->sync_read_bytes >= 0) {
        return info->sync_read_bytes;
    }
    if (info->sync_total_bytes > 0 && info->sync_left_bytes >= 0) {
        return info->sync_total_bytes - info->sync_left_bytes; // before 6.2
    }
    return -1;
}

static ReplicaState stage_of(const NodeInfo *info)
{
    if (info->loading) {
        return REPLICA_LOADING;
    }
    if (info->sync_in_progress) {
        return REPLICA_SYNCING;
    }
    return info->link_up ? REPLICA_WORKING : REPLICA_LINKING;
}

static void take_rate(Move *m, bool is_same_stage, int64_t bytes, int64_t at_ms)
{
    if (!is_same_stage || bytes < 0 || m->sync_bytes < 0 || bytes < m->sync_bytes) {
        m->rate_bytes_s = -1;
    } else if (at_ms > m->bytes_ms) {
        int64_t rate = (bytes - m->sync_bytes) * 1000 / (at_ms - m->bytes_ms);
        m->rate_bytes_s = m->rate_bytes_s < 0 ? rate : (m->rate_bytes_s * 3 + rate) / 4;
    }
}

static int permille_of(int64_t bytes, int64_t total)
{
    if (bytes < 0 || total <= 0) {
        return -1;
    }
    return bytes >= total ? 1000 : (int)((double)bytes * 1000 / (double)total);
}

// After a silence it may still be the same one, unless less of it has come than before.
static bool is_beginning(const Move *m, ReplicaState stage, int64_t bytes)
{
    if (stage != REPLICA_SYNCING) {
        return false;
    }
    bool was_syncing = m->stage == REPLICA_SYNCING || m->stage == REPLICA_UNVERIFIED;
    return was_syncing ? bytes >= 0 && bytes < m->sync_bytes : true;
}

// By the replica's own word alone: health waits until the other nodes have heard of the move.
void progress_take(Move *m, const NodeInfo *info, int64_t info_ms)
{
    ReplicaState stage = stage_of(info);
    bool is_same_stage = stage == m->stage;
    int64_t bytes = bytes_so_far(info);
    m->n_syncs += is_beginning(m, stage, bytes);
    m->stage = stage;
    if (stage != REPLICA_SYNCING && stage != REPLICA_LOADING) {
        m->sync_permille = -1;
        m->rate_bytes_s = -1;
        m->eta_s = -1;
        return; // what was copied stays to be told at the end
    }
    if (is_same_stage && info_ms == m->bytes_ms) {
        return; // the same answer again
    }
    int64_t total = stage == REPLICA_LOADING ? info->loading_total_bytes : info->sync_total_bytes;
    take_rate(m, is_same_stage, bytes, info_ms);
    m->sync_bytes = bytes;
    m->bytes_ms = info_ms;
    m->total_bytes = total > 0 ? total : -1; // 0: diskless, nobody knows
    m->sync_permille = permille_of(bytes, m->total_bytes);
    m->eta_s = stage == REPLICA_LOADING ? info->loading_eta_s : -1;
    if (m->eta_s < 0 && m->rate_bytes_s > 0 && m->sync_permille >= 0) {
        m->eta_s = bytes < total ? (total - bytes) / m->rate_bytes_s : 0;
    }
}

static void tell_stage(Move *m)
{
    char part[160] = "";
    char bytes[16];
    size_t n = 0;
    if (m->sync_permille >= 0) {
        n += (size_t)snprintf(part + n, sizeof(part) - n, ", %d%%", m->sync_permille / 10);
    }
    bool is_copying = m->stage == REPLICA_SYNCING || m->stage == REPLICA_LOADING;
    if (is_copying && m->sync_bytes > 0) {
        format_bytes(bytes, sizeof(bytes), m->sync_bytes);
        n += (size_t)snprintf(part + n, sizeof(part) - n, ", %s", bytes);
        if (m->total_bytes > 0) {
            format_bytes(bytes, sizeof(bytes), m->total_bytes);
            n += (size_t)snprintf(part + n, sizeof(part) - n, " of %s", bytes);
        }
    }
    if (m->rate_bytes_s > 0) {
        format_bytes(bytes, sizeof(bytes), m->rate_bytes_s);
        n += (size_t)snprintf(part + n, sizeof(part) - n, ", %s/s", bytes);
    }
    if (m->eta_s >= 0) {
        format_seconds(bytes, sizeof(bytes), m->eta_s * 1000);
        snprintf(part + n, sizeof(part) - n, ", %s left", bytes);
    }
    const char *words =
        m->stage == REPLICA_WORKING ? "linked, waiting for its ack" : replica_state_text(m->stage);
    if (m->led_away) {
        move_say(m, "was moved on to %s by somebody else, still fenced: %s%s", m->goal_addr, words,
                 part);
        return;
    }
    move_say(m, "%s%s%s", m->stopping ? "already moved, finishing: " : "", words, part);
}

static MoveTrouble trouble_of(const Move *m, const Node *replica, const Node *goal, int64_t now_ms)
{
    if (now_ms - m->heard_ms > SYNC_SILENT_MS) {
        return TROUBLE_REPLICA_SILENT;
    }
    if (replica == NULL) {
        return TROUBLE_REPLICA_SILENT;
    }
    if (goal != NULL && node_has(goal, NODE_FAIL)) {
        return TROUBLE_TARGET_FAILED;
    }
    if (m->down_ms != 0 && now_ms - m->down_ms > SYNC_LINK_DOWN_MS) {
        return TROUBLE_LINK_DOWN;
    }
    if (m->n_syncs >= SYNC_BEGINNINGS && m->stage != REPLICA_WORKING) {
        return TROUBLE_SYNC_AGAIN;
    }
    // A master that forks answers late; only when it is all that is missing does it matter.
    if (!node_answered(goal) && m->stage == REPLICA_WORKING) {
        return TROUBLE_TARGET_SILENT;
    }
    return TROUBLE_NONE;
}

void progress_tell(Move *m, const Node *replica, const Node *goal, int64_t now_ms)
{
    char since[32];
    const char *why = replica == NULL                                       ? "not listed any more"
                      : replica->says == NULL || replica->says->why == NULL ? ""
                                                                            : replica->says->why;
    m->trouble = trouble_of(m, replica, goal, now_ms);
    if (m->trouble == TROUBLE_NONE) {
        m->trouble_ms = 0;
    } else if (m->trouble_ms == 0) {
        m->trouble_ms = now_ms;
    }
    switch (m->trouble) {
    case TROUBLE_REPLICA_SILENT:
        format_seconds(since, sizeof(since), now_ms - m->heard_ms);
        m->stage = REPLICA_UNVERIFIED;
        m->rate_bytes_s = -1;
        m->eta_s = -1;
        move_say(m, "the replica does not answer for %s%s%.120s", since, *why == '\0' ? "" : ": ",
                 why);
        break;
    case TROUBLE_TARGET_FAILED:
        move_say(m, "%s is FAIL now: waiting for it, or for who takes over%s", m->goal_addr,
                 fence_may_be_ours(m->fence) ? "; the fence stays on" : "");
        break;
    case TROUBLE_LINK_DOWN:
        move_say(m,
                 "link to %s is down for %d s: check masterauth on the replica, and the firewall",
                 m->goal_addr, (int)((now_ms - m->down_ms) / 1000));
        break;
    case TROUBLE_TARGET_SILENT:
        move_say(m, "%s does not answer us: its word is missing", m->goal_addr);
        break;
    case TROUBLE_SYNC_AGAIN:
        move_say(m,
                 "the full sync with %s began %d times: the logs of both say who ends it; look at "
                 "client-output-buffer-limit replica and repl-timeout",
                 m->goal_addr, m->n_syncs);
        break;
    case TROUBLE_NONE:
    case TROUBLE_UNKNOWN:
        tell_stage(m);
        break;
    }
}
