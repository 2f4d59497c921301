#include "automatic_table.h"

#include <stdio.h>

#include "rehome/base/text.h"
#include "words.h"

enum { MARK_WIDTH = 2, GAP = 2 };

typedef struct {
    const Scene *s;
    const Snapshot *p;
    const PlanTarget *t;
    Canvas *c;
    Rect r;
    int name_w;
    int donor_w;
} Table;

// The one that is decided on; else the most urgent.
static const PlanTarget *shown_target(const Scene *s)
{
    const Plan *plan = s->plan;
    for (size_t i = 0; i < plan->n; i++) {
        NodeId id = s->health->snapshot->nodes[plan->at[i].target].id;
        if (node_id_eq(id, s->automatic->last.target)) {
            return &plan->at[i];
        }
    }
    return plan->n > 0 ? &plan->at[0] : NULL;
}

// A rule's value in a word or two.
static void value_words(PlanRule rule, const PlanCandidate *c, const Health *h, char *out,
                        size_t size)
{
    static const char *const hosts[] = {"another", "unknown", "the same"};
    int64_t value = c->value[rule];
    switch (rule) {
    case PLAN_RULE_OTHER_HOST:
        snprintf(out, size, "%s", value >= 0 && value <= 2 ? hosts[value] : "?");
        break;
    case PLAN_RULE_DONOR_DIVERSE:
        snprintf(out, size, "%s", value == 0 ? "stays" : "gives up");
        break;
    case PLAN_RULE_DONOR_SPARES:
        snprintf(out, size, "%lld", (long long)-value);
        break;
    case PLAN_RULE_QUIET_HOST:
        snprintf(out, size, "%s", value == 0 ? "quiet" : "serving");
        break;
    case PLAN_RULE_LAG:
        format_bytes(out, size, h->of[c->replica].lag_bytes);
        break;
    case PLAN_RULE_COUNT:
        out[0] = '\0';
        break;
    }
}

static int cell(const Table *t, int x, int y, int w, Role role, const char *text)
{
    int room = t->r.x + t->r.w - x;
    draw_cut(t->c, x, y, w < room ? w : room, role, text);
    return x + w + GAP;
}

static int column_width(PlanRule rule)
{
    return text_width(plan_rule_text(rule));
}

static void draw_header(const Table *t, int y)
{
    int x = t->r.x + MARK_WIDTH;
    x = cell(t, x, y, t->name_w, ROLE_DIM, "replica");
    x = cell(t, x, y, t->donor_w, ROLE_DIM, "of");
    for (int i = 0; i < PLAN_RULE_COUNT; i++) {
        x = cell(t, x, y, column_width((PlanRule)i), ROLE_DIM, plan_rule_text((PlanRule)i));
    }
}

static void name_of(const Table *t, int node, char *out, size_t size)
{
    if (node < 0) {
        snprintf(out, size, "nobody");
    } else {
        short_name(t->p, node, out, size);
    }
}

static void draw_candidate(const Table *t, int y, size_t i)
{
    const PlanCandidate *one = &t->t->candidates[i];
    bool chosen = (int)i == t->t->chosen;
    Role role = chosen ? ROLE_OK : one->legal ? ROLE_TEXT : ROLE_DIM;
    char text[400];
    int x = t->r.x;
    canvas_text(t->c, x, y, 1, role, chosen ? ">" : one->legal ? "+" : "-");
    x += MARK_WIDTH;
    name_of(t, one->replica, text, sizeof(text));
    x = cell(t, x, y, t->name_w, role, text);
    name_of(t, one->donor, text, sizeof(text));
    x = cell(t, x, y, t->donor_w, role, text);
    if (!one->legal) {
        char brief[400];
        snprintf(text, sizeof(text), "%s: %s", one->refused_rule, one->refused);
        short_text(t->p, text, brief, sizeof(brief));
        draw_cut(t->c, x, y, t->r.x + t->r.w - x, role, brief);
        return;
    }
    for (int k = 0; k < PLAN_RULE_COUNT; k++) {
        value_words((PlanRule)k, one, t->s->health, text, sizeof(text));
        x = cell(t, x, y, column_width((PlanRule)k), role, text);
    }
}

static void measure(Table *t)
{
    enum { NARROWEST = 7, WIDEST = 24 };
    t->name_w = t->donor_w = NARROWEST;
    for (size_t i = 0; i < t->t->n; i++) {
        char name[NAME_MAX_BYTES];
        name_of(t, t->t->candidates[i].replica, name, sizeof(name));
        int w = text_width(name);
        t->name_w = w > t->name_w ? w : t->name_w;
        name_of(t, t->t->candidates[i].donor, name, sizeof(name));
        w = text_width(name);
        t->donor_w = w > t->donor_w ? w : t->donor_w;
    }
    t->name_w = t->name_w > WIDEST ? WIDEST : t->name_w;
    t->donor_w = t->donor_w > WIDEST ? WIDEST : t->donor_w;
}

// ":7001 orphaned for 00:04, its replica failed" and the like.
static void need_words(const Table *t, char *out, size_t size)
{
    const NodeHealth *nh = &t->s->health->of[t->t->target];
    char name[NAME_MAX_BYTES];
    char other[NAME_MAX_BYTES];
    char why[64];
    char clock[32];
    short_name(t->p, t->t->target, name, sizeof(name));
    if (t->t->purpose == PURPOSE_STEP) {
        short_name(t->p, t->t->for_target, other, sizeof(other));
        snprintf(out, size, "%s, the first of two steps for %s", name, other);
        return;
    }
    bool spreads = t->t->purpose == PURPOSE_SPREAD;
    int64_t since = spreads ? nh->host_alone_ms : health_told_since_ms(t->s->health, t->t->target);
    int64_t ms = t->s->now_ms > since ? t->s->now_ms - since : 0;
    format_clock(clock, sizeof(clock), ms);
    if (spreads) {
        snprintf(out, size, "%s on one host with all its replicas for %s", name, clock);
        return;
    }
    orphan_words(t->s->health, t->t->target, why, sizeof(why));
    snprintf(out, size, "%s orphaned for %s%s%s", name, clock, why[0] != '\0' ? ", " : "", why);
}

static void draw_head(const Table *t)
{
    char need[160];
    char bytes[32];
    char text[240];
    need_words(t, need, sizeof(need));
    snprintf(text, sizeof(text), "%s: %d slots, %s to copy", need,
             t->p->nodes[t->t->target].slot_count,
             format_bytes(bytes, sizeof(bytes), t->t->cost_bytes));
    bool heals = t->t->purpose == PURPOSE_HEAL;
    Role role = heals ? ROLE_ORPHAN : ROLE_WARN;
    int x = canvas_text(t->c, t->r.x, t->r.y, t->r.w, role,
                        glyph_text(heals ? GLYPH_ORPHAN : GLYPH_WARN, t->c->ascii));
    draw_cut(t->c, x + 1, t->r.y, t->r.x + t->r.w - x - 1, role, text);
}

int automatic_table_draw(const Scene *s, const KeyMap *keys, Canvas *c, Rect r)
{
    Table t = {.s = s, .p = s->health->snapshot, .t = shown_target(s), .c = c, .r = r};
    if (r.h < 1) {
        return 0;
    }
    if (t.t == NULL) {
        canvas_textf(c, r.x, r.y, r.w, ROLE_OK, "%s no master is orphaned",
                     glyph_text(GLYPH_OK, c->ascii));
        return 1;
    }
    measure(&t);
    draw_head(&t);
    int lines = 1;
    if (r.h > 2 && t.t->n > 0) {
        draw_header(&t, r.y + lines++);
    }
    size_t all = t.t->n + t.t->n_left_out;
    int room = r.h - lines;
    size_t fit = room < 0 ? 0 : (size_t)room;
    size_t shown = all <= fit ? t.t->n : fit > 0 ? fit - 1 : 0;
    shown = shown < t.t->n ? shown : t.t->n;
    for (size_t i = 0; i < shown; i++) {
        draw_candidate(&t, r.y + lines++, i);
    }
    if (shown < all && fit > 0) {
        char key[KEY_NAME_SIZE];
        keys_first(keys, ACT_EXPLAIN, IN_AUTO, key, sizeof(key));
        canvas_textf(c, r.x + MARK_WIDTH, r.y + lines++, r.w, ROLE_DIM, "%zu more%s%s%s",
                     all - shown, *key != '\0' ? ": " : "", key,
                     *key != '\0' ? " shows them all" : "");
    }
    if (lines < r.h && t.t->n > 0) {
        canvas_text(c, r.x, r.y + lines++, r.w, ROLE_DIM,
                    "> best  + could come  - may not; rules decide from left to right");
    }
    return lines;
}
