// The lines of the audit file: what automatic mode decided and why, how each move ended, and what a
// person changed. JSON, one line each, "schema" 1, "t" in Unix seconds as in event_json().
#ifndef REHOME_REPORT_AUDIT_REPORT_H
#define REHOME_REPORT_AUDIT_REPORT_H

#include <stdint.h>

#include "rehome/action/move.h"
#include "rehome/base/strbuf.h"
#include "rehome/policy/decisions.h"

// Who runs this process.
typedef struct {
    const char *user;
    const char *login; // who became that user (sudo); "" nobody
    const char *host;
    int64_t pid;
} AuditWho;

// The masters around a move, with their states and replicas, as they were at one moment.
typedef struct AuditTree AuditTree;

AuditTree *audit_tree_new(const Health *h, const MoveSpec *spec);
void audit_tree_free(AuditTree *tree); // NULL is fine

// Beyond so many, candidates are only counted ("left_out").
enum { AUDIT_CANDIDATES = 40 };

// {"record":"decision","cluster":..,"verdict":"nothing|wait|blocked|would|act","rule":..,"text":..,
// "mode":..,"origin":"auto","purpose":..,"who":{..},"target":{"id":..,"addr":..},"replica":{..},
// "donor":{..},"rules":[{"rule":..,"passed":..,"text":..}],"candidates":[{"replica":..,"donor":..,
// "legal":..,"chosen":..,"values":{RULE:number},"measured":{RULE:text},"refused":{"rule":..,
// "text":..}}],"left_out":..,"why":[line]} and a newline. d is the latest decision of a; why is
// what `e` shows for it.
void audit_decision_json(StrBuf *out, const Decision *d, const Health *h, const Plan *plan,
                         const Automatic *a, const AuditWho *who);

typedef struct {
    int64_t wall_ms;
    const char *cluster;
    const AuditWho *who;
    const Move *move;        // over
    const AuditTree *before; // NULL: not known, of a move taken up from an earlier process
    const AuditTree *after;
} AuditMove;

// {"record":"move","cluster":..,"origin":..,"purpose":..,"who":{..},"replica":{..},"donor":{..},
// "target":{..},"command":"CLUSTER REPLICATE <id>","reply":"OK","fence":..,"result":"done|refused|
// failed","text":..,"refused":{"rule":..,"text":..},"in_sync_with":..,"bytes":..,"resumed":..,
// "unfinished":..,"durations_s":{"gate":..,"fence":..,"replicate":..,"ask":..,"sync":..,
// "unfence":..,"total":..},"gate":[{"rule":..,"passed":..,"text":..}],"before":[master],
// "after":[master]} and a newline. command is null when it was never sent, reply when none came,
// refused unless the gate refused.
void audit_move_json(StrBuf *out, const AuditMove *over);

// {"record":"event","event":CODE,"node":..,"addr":..,"text":..,"who":{..}}: what a person changed.
void audit_event_json(StrBuf *out, const Event *e, const AuditWho *who);

// {"record":"gap","lost":N,"text":..,"who":{..}}: so many lines could not be written before.
void audit_gap_json(StrBuf *out, int64_t wall_ms, int64_t lost, const char *why,
                    const AuditWho *who);

#endif
