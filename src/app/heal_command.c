// `heal`: the whole plan, shown, accepted and carried out once, each move verified before the next.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "progress.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "rehome/report/heal_report.h"
#include "session.h"

enum { PATIENCE_MS = 5000, COULD_NOT_LOOK = 3 };

typedef struct {
    Session session;
    ev_timer patience; // for the first picture, and for the last
    const HealPlan *plan;
    HealedMove moves[QUEUE_MAX];
    Move *ends; // what became of each; room for QUEUE_MAX
    GateVerdict *gates;
    size_t rehearsed;
    bool was_safe;
    char was_worst[HOLD_HOST_SIZE];
    int was_orphaned;
    bool planned;
    int64_t accepted_ms; // the plan is begun in a picture behind that; 0: not accepted
    bool begun;
    int64_t over_ms; // the last move has ended; 0: not yet
    bool ended;
    Progress progress;
} HealCommand;

static void end(HealCommand *c, int status)
{
    c->ended = true;
    session_end(&c->session, status);
}

static const Options *options_of(const HealCommand *c)
{
    return c->session.options;
}

static const Queue *queue_of(const HealCommand *c)
{
    return pilot_queued(engine_pilot(c->session.engine));
}

// --- the end

// What the queue knows of each move.
static void take_results(HealCommand *c)
{
    static const HealResult results[QUEUED_STATES] = {
        [QUEUED_WAITS] = HEAL_NOT_BEGUN, [QUEUED_MOVES] = HEAL_INTERRUPTED,
        [QUEUED_DONE] = HEAL_DONE,       [QUEUED_REFUSED] = HEAL_REFUSED,
        [QUEUED_FAILED] = HEAL_FAILED,   [QUEUED_DROPPED] = HEAL_NOT_BEGUN,
    };
    const Queue *q = queue_of(c);
    for (size_t i = 0; i < c->plan->n; i++) {
        HealedMove *m = &c->moves[i];
        if (options_of(c)->dry_run) {
            m->result = HEAL_PLANNED;
        } else if (c->begun && i < q->n) {
            m->result = results[q->at[i].state];
            m->text = m->move != NULL ? m->move->why : q->at[i].why;
        } else {
            m->result = HEAL_NOT_BEGUN;
        }
    }
}

// The report of what was done, or would be, by the latest picture.
static int report(HealCommand *c)
{
    const Options *o = options_of(c);
    const Health *now = engine_health(c->session.engine);
    const HealPlan *left = heal_plan_make(now, o->spread);
    take_results(c);
    HealReport r = {
        .dry_run = o->dry_run,
        .spread = o->spread,
        .was_safe = c->was_safe,
        .was_worst = c->was_worst,
        .was_orphaned = c->was_orphaned,
        .moves = c->moves,
        .n = c->plan->n,
        .stopped = c->begun ? queue_of(c)->stopped : "",
        .now = now,
        .left = left,
    };
    StrBuf out = {0};
    if (o->format == FORMAT_JSON) {
        heal_json(&out, &r);
    } else {
        heal_text(&out, &r);
    }
    int status = session_print(&out) ? heal_status(&r) : 1;
    strbuf_done(&out);
    heal_plan_free(left);
    return status;
}

static void finish(HealCommand *c)
{
    ev_timer_stop(c->session.loop, &c->patience);
    end(c, report(c));
}

// --- the beginning

static void take_plan(HealCommand *c)
{
    const Health *h = engine_health(c->session.engine);
    const Options *o = options_of(c);
    c->planned = true;
    c->was_safe = h->hosts.safe;
    snprintf(c->was_worst, sizeof(c->was_worst), "%s", h->hosts.worst);
    c->was_orphaned = h->orphaned;
    c->plan = heal_plan_make(h, o->spread);
    for (size_t i = 0; i < c->plan->n; i++) {
        const HealMove *m = &c->plan->moves[i];
        MoveSpec spec =
            pilot_spec(engine_pilot(c->session.engine), m->replica, m->target, ORIGIN_COMMAND);
        const Node *donor = &h->snapshot->nodes[m->donor];
        spec.purpose = m->purpose;
        spec.donor = donor->id; // one that moves twice leaves another one then
        snprintf(spec.donor_addr, sizeof(spec.donor_addr), "%s", donor->addr);
        c->moves[i] = (HealedMove){
            .spec = spec,
            .reason = m->reason,
            .command = m->command,
            .cost_bytes = m->cost_bytes,
            .text = "",
        };
    }
}

static bool ask_yes(const HealCommand *c)
{
    char cost[16];
    const HealPlan *p = c->plan;
    for (size_t i = 0; i < p->n; i++) {
        const HealedMove *m = &c->moves[i];
        fprintf(stderr, "%zu. %s to %s, from %s (copies %s)\n   %s\n   %s\n", i + 1,
                m->spec.replica_addr, m->spec.target_addr, m->spec.donor_addr,
                format_bytes(cost, sizeof(cost), m->cost_bytes), m->reason, m->command);
    }
    fprintf(stderr, "host-safe %s -> %s, %d orphaned -> %d\n", c->was_safe ? "YES" : "NO",
            p->after->hosts.safe ? "YES" : "NO", c->was_orphaned, p->after->orphaned);
    char line[16];
    return session_ask(stdin, stderr, "One after the other. Type y to do it: ", true, line,
                       sizeof(line)) &&
           (strcmp(line, "y") == 0 || strcmp(line, "yes") == 0);
}

static void rehearse_next(HealCommand *c);

static void on_rehearsed(void *ctx, const GateVerdict *v)
{
    HealCommand *c = ctx;
    c->gates[c->rehearsed] = *v;
    c->moves[c->rehearsed].gate = &c->gates[c->rehearsed];
    c->rehearsed++;
    rehearse_next(c);
}

// The gate of each move that would be legal at once; what waits for others cannot be asked yet.
static void rehearse_next(HealCommand *c)
{
    while (c->rehearsed < c->plan->n && !c->plan->moves[c->rehearsed].now) {
        c->rehearsed++;
    }
    if (c->rehearsed == c->plan->n) {
        finish(c);
        return;
    }
    engine_rehearse(c->session.engine, &c->moves[c->rehearsed].spec, on_rehearsed, c);
}

static void begin(HealCommand *c)
{
    MoveSpec specs[QUEUE_MAX];
    Error err = {0};
    for (size_t i = 0; i < c->plan->n; i++) {
        specs[i] = c->moves[i].spec;
    }
    c->begun = engine_queue(c->session.engine, specs, c->plan->n,
                            options_of(c)->spread ? QUEUE_SPREADS : QUEUE_HEALS, &err);
    if (!c->begun) {
        session_say("%s", err.text);
        finish(c);
    }
}

static void start(HealCommand *c)
{
    const Options *o = options_of(c);
    bool is_terminal = isatty(STDIN_FILENO) != 0;
    take_plan(c);
    if (c->plan->n == 0) {
        finish(c);
    } else if (o->dry_run) {
        rehearse_next(c);
    } else if (!o->yes && !is_terminal) {
        session_say("stdin is no terminal: --yes is needed to move without asking (--dry-run shows "
                    "the plan and moves nothing)");
        end(c, 2);
    } else if (!o->yes && !ask_yes(c)) {
        session_say("nothing was moved");
        end(c, 1);
    } else {
        c->accepted_ms = poller_now_ms(); // whoever was asked took his time
        engine_refresh(c->session.engine);
    }
}

// --- under way

static void follow(HealCommand *c)
{
    const Pilot *pilot = engine_pilot(c->session.engine);
    const Queue *q = queue_of(c);
    const Move *m = pilot_last_move(pilot);
    int64_t asked_ms;
    if (c->over_ms != 0) {
        if (engine_health(c->session.engine)->snapshot->asked_ms > c->over_ms) {
            finish(c);
        }
    } else if (m != NULL && !move_is_over(m) && pilot_asking(pilot, &asked_ms) == NULL) {
        char place[32];
        snprintf(place, sizeof(place), "%zu of %zu  ", queue_place(q), q->n);
        progress_show(&c->progress, place, m, poller_now_ms());
    }
}

static void on_round(void *ctx)
{
    HealCommand *c = ctx;
    const Engine *e = c->session.engine;
    const Health *h = engine_health(e);
    if (c->ended) {
        return;
    }
    if (h == NULL) {
        if (engine_is_hopeless(e)) {
            session_say("%s", engine_trouble(e));
            end(c, COULD_NOT_LOOK);
        }
    } else if (!c->planned) {
        if (!pilot_is_busy(engine_pilot(e))) { // else an earlier process' move comes first
            ev_timer_stop(c->session.loop, &c->patience);
            start(c);
        }
    } else if (c->begun) {
        follow(c);
    } else if (c->accepted_ms != 0 && h->snapshot->asked_ms >= c->accepted_ms) {
        begin(c);
    }
}

// The move that has just ended, as long as it can be seen.
static void keep_end(HealCommand *c)
{
    const Queue *q = queue_of(c);
    const Move *m = pilot_last_move(engine_pilot(c->session.engine));
    for (size_t i = 0; i < q->n; i++) {
        const MoveSpec *spec = &q->at[i].spec;
        if (q->at[i].state == QUEUED_MOVES && m != NULL && move_is_over(m) &&
            node_id_eq(m->spec.replica, spec->replica) &&
            node_id_eq(m->spec.target, spec->target)) {
            c->ends[i] = *m;
            c->moves[i].move = &c->ends[i];
            if (isatty(STDERR_FILENO)) {
                fputc('\n', stderr);
            }
        }
    }
}

static void on_event(void *ctx, const Event *event)
{
    HealCommand *c = ctx;
    bool ends = event->code == EVENT_MOVE_DONE || event->code == EVENT_MOVE_FAILED ||
                event->code == EVENT_REFUSED;
    if (ends && c->begun) {
        keep_end(c);
    }
    if (ends || event->code == EVENT_MOVE_STARTED || event->code == EVENT_HOOK ||
        event->code == EVENT_AUDIT || event->code == EVENT_QUEUE ||
        (event->code == EVENT_MOVE_STEP && event->level == LEVEL_WARNING)) {
        session_say("%s", event->text);
    }
    if (event->code == EVENT_QUEUE && c->planned && !queue_is_on(queue_of(c))) {
        c->over_ms = poller_now_ms();
        engine_refresh(c->session.engine);
        ev_timer_start(c->session.loop, &c->patience);
    }
}

static void on_patience(struct ev_loop *loop, ev_timer *w, int revents)
{
    (void)loop;
    (void)revents;
    HealCommand *c = w->data;
    if (c->over_ms != 0) {
        finish(c);
    } else if (!c->planned && !pilot_is_busy(engine_pilot(c->session.engine))) {
        session_say("%s", engine_trouble(c->session.engine));
        end(c, COULD_NOT_LOOK);
    }
}

static void tell_interruption(HealCommand *c)
{
    const Move *m = pilot_last_move(engine_pilot(c->session.engine));
    bool under_way = c->begun && m != NULL && !move_is_over(m);
    session_say(under_way ? "stopped in the middle of a move: the next rehome on this machine sees "
                            "it through"
                          : "stopped");
    if (c->begun) {
        report(c);
    }
    c->session.status = 1;
}

int command_heal(const Options *o)
{
    HealCommand *c = mem_alloc(sizeof(*c));
    c->ends = mem_array(QUEUE_MAX, sizeof(*c->ends));
    c->gates = mem_array(QUEUE_MAX, sizeof(*c->gates));
    EngineListener listener = {.ctx = c, .round = on_round, .event = on_event};
    Options own = *o;
    own.mode = AUTO_OFF; // whatever the settings say: what was accepted is done, and nothing else
    if (session_start(&c->session, &own, o->dry_run, &listener)) {
        ev_timer_init(&c->patience, on_patience, PATIENCE_MS / 1000.0, 0.0);
        c->patience.data = c;
        ev_timer_start(c->session.loop, &c->patience);
        session_run(&c->session);
        if (c->session.interrupted && !c->ended) {
            tell_interruption(c);
        }
        session_await_hooks(&c->session);
        ev_timer_stop(c->session.loop, &c->patience);
    }
    heal_plan_free(c->plan);
    session_done(&c->session);
    int status = c->session.status;
    mem_free(c->ends);
    mem_free(c->gates);
    mem_free(c);
    return status;
}
