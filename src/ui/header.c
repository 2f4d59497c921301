// The first two lines: how the cluster is, and who is in charge. What does not fit gives way in a
// fixed order; the state and the orphans stay to the last.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

// Data older than this is said out loud.
enum { LOUD_AGE_MS = 3000 };

enum { CHIPS_MAX = 16, NEVER = 99, GIVE_UP = 16, NAME_BRIEF_CELLS = 24 };

// One statement of a line. At level brief_at its brief form is taken, at gone_at it goes.
typedef struct {
    Role role;
    int brief_at;
    int gone_at;
    bool is_brief;
    bool is_gone;
    char text[280];
    char brief[120];
} Chip;

typedef struct {
    Chip at[CHIPS_MAX];
    int n;
} Chips;

static Chip *chip_add(Chips *chips, Role role, int gone_at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static Chip *chip_add(Chips *chips, Role role, int gone_at, const char *format, ...)
{
    Chip *chip = &chips->at[chips->n++];
    *chip = (Chip){.role = role, .brief_at = NEVER, .gone_at = gone_at};
    va_list args;
    va_start(args, format);
    vsnprintf(chip->text, sizeof(chip->text), format, args);
    va_end(args);
    return chip;
}

static void chip_brief(Chip *chip, int brief_at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void chip_brief(Chip *chip, int brief_at, const char *format, ...)
{
    chip->brief_at = brief_at;
    va_list args;
    va_start(args, format);
    vsnprintf(chip->brief, sizeof(chip->brief), format, args);
    va_end(args);
}

static const char *chip_text(const Chip *chip)
{
    return chip->is_brief ? chip->brief : chip->text;
}

static int chips_width(const Chips *chips, int gap)
{
    int width = 0;
    for (int i = 0; i < chips->n; i++) {
        if (!chips->at[i].is_gone) {
            width += (width > 0 ? gap : 0) + text_width(chip_text(&chips->at[i]));
        }
    }
    return width;
}

static void chips_fit(Chips *chips, int gap, int width)
{
    for (int level = 0; level < GIVE_UP && chips_width(chips, gap) > width; level++) {
        for (int i = 0; i < chips->n; i++) {
            Chip *chip = &chips->at[i];
            chip->is_brief = chip->is_brief || chip->brief_at == level;
            chip->is_gone = chip->is_gone || chip->gone_at == level;
        }
    }
}

static void chips_draw(const Chips *chips, Canvas *c, int x, int y, int x_end, const char *between)
{
    bool first = true;
    for (int i = 0; i < chips->n; i++) {
        if (chips->at[i].is_gone) {
            continue;
        }
        if (!first) {
            x = canvas_text(c, x, y, x_end - x, ROLE_DIM, between);
        }
        x = canvas_text(c, x, y, x_end - x, chips->at[i].role, chip_text(&chips->at[i]));
        first = false;
    }
}

static void add_slots(Chips *chips, const Snapshot *p)
{
    int missing = SLOT_COUNT - (p->slots_covered - p->slots_fail);
    if (missing > 0) {
        Chip *chip =
            chip_add(chips, ROLE_CRIT, 13, "%d slot%s NOT COVERED", missing, plural(missing));
        chip_brief(chip, 2, "%d slots lost", missing);
    } else {
        Chip *chip = chip_add(chips, ROLE_TEXT, 3, "%d/%d slots", SLOT_COUNT, SLOT_COUNT);
        chip_brief(chip, 1, "all slots");
    }
}

static void add_safety(Chips *chips, const Ui *ui, const Scene *s)
{
    const HostSafety *hosts = &s->health->hosts;
    if (hosts->safe) {
        chip_add(chips, ROLE_OK, 10, "host-safe YES");
        return;
    }
    char host[48];
    short_host(s->health->snapshot, hosts->worst, host, sizeof(host));
    Chip *chip = chip_add(chips, ROLE_WARN, 10, "host-safe NO (%s)", host);
    chip_brief(chip, 5, "host-safe NO");
    if (ui->has_plan && !s->read_only && !s->move_busy) {
        char key[KEY_NAME_SIZE];
        keys_first(ui->keys, ACT_HEAL, IN_TREE, key, sizeof(key));
        chip_brief(chip_add(chips, ROLE_KEY, 5, "%s heals", key), 1, "%s", key);
    }
}

static void cut_cells(char *text, int cells)
{
    StrView rest = sv(text);
    while (rest.n > 0) {
        size_t at = (size_t)(rest.at - text);
        cells -= text_code_width(text_next(&rest));
        if (cells < 0) {
            text[at] = '\0';
            return;
        }
    }
}

// An address without its port: the host says enough. Where the name of a machine does, without its
// domain.
static const char *brief_name(const Snapshot *p, char *out, size_t size)
{
    ptrdiff_t colon = sv_rfind(sv(p->name), ':');
    StrView host = sv_of(p->name, colon > 0 ? (size_t)colon : strlen(p->name));
    text_clean_into(out, size, host);
    for (size_t i = 0; text_width(out) > NAME_BRIEF_CELLS && i < p->n_nodes; i++) {
        if (strcmp(p->nodes[i].addr, p->name) == 0 && p->nodes[i].brief[0] != '.') {
            text_clean_into(out, size, sv(p->nodes[i].brief));
            break;
        }
    }
    cut_cells(out, NAME_BRIEF_CELLS);
    return out;
}

static void add_health(Chips *chips, const Ui *ui, const Scene *s, bool ascii)
{
    const Health *h = s->health;
    const Snapshot *p = h->snapshot;
    Chip *chip = chip_add(chips, ROLE_TITLE, 11, "%s", p->name);
    char brief[NAME_BRIEF_CELLS * 4 + 1];
    chip_brief(chip, 4, "%s", brief_name(p, brief, sizeof(brief)));
    bool lost = p->state_known && !p->state_ok;
    chip_add(chips,
             lost             ? ROLE_CRIT
             : p->state_known ? ROLE_OK
                              : ROLE_STALE,
             NEVER, "%s",
             lost             ? "FAIL"
             : p->state_known ? "OK"
                              : "state ?");
    add_slots(chips, p);
    chip = chip_add(chips, ROLE_TEXT, 8, "%zu master%s %zu replica%s", p->n_masters,
                    plural(p->n_masters), p->n_replicas, plural(p->n_replicas));
    chip_brief(chip, 0, "%zuM %zuR", p->n_masters, p->n_replicas);
    bool orphans = h->orphaned > 0;
    const char *glyph = glyph_text(orphans ? GLYPH_ORPHAN : GLYPH_OK, ascii);
    chip = chip_add(chips, orphans ? ROLE_ORPHAN : ROLE_OK, NEVER, "%s %d orphaned", glyph,
                    h->orphaned);
    chip_brief(chip, 14, "%s%d", glyph, h->orphaned);
    if (h->at_risk > 0) {
        chip_add(chips, ROLE_WARN, 9, "%d at risk", h->at_risk);
    }
    size_t denied = 0;
    size_t silent = count_silent(h, &denied);
    if (silent > 0) {
        chip_add(chips, ROLE_WARN, 8, "%zu silent", silent);
    }
    if (denied > 0) {
        chip_add(chips, ROLE_WARN, 8, "%zu denied", denied);
    }
    chip_add(chips, h->spares > 0 ? ROLE_SPARE : ROLE_TEXT, 7, "%d spare%s", h->spares,
             plural(h->spares));
    add_safety(chips, ui, s);
}

// The age of the data is at the right end: in words on a wide screen, and elsewhere too when the
// chips leave room. Once it is loud it is told in full wherever we are.
static void draw_state(const Ui *ui, const Scene *s, Canvas *c)
{
    enum { WIDE = 100, MIDDLING = 70, MARGINS = 4 };
    // The widest age that is not loud: the line does not move with the clock.
    enum { BRIEF_WIDTH = sizeof("0.0s") - 1, TEXT_WIDTH = sizeof("0.0s ago") - 1 };
    const int brief_w = s->slow ? TEXT_WIDTH : BRIEF_WIDTH;
    const Snapshot *p = s->health->snapshot;
    int64_t age = s->now_ms > p->now_ms ? s->now_ms - p->now_ms : 0;
    bool loud = age > LOUD_AGE_MS;
    char brief[16];
    char text[40];
    format_seconds(brief, sizeof(brief), age);
    snprintf(text, sizeof(text), loud ? "%s OLD" : "%s ago", brief);
    if (s->slow && !loud) { // an age would soon be wrong
        format_wall(text, sizeof(text), p->wall_ms);
    }
    int width = loud               ? text_width(text)
                : c->w >= WIDE     ? TEXT_WIDTH
                : c->w >= MIDDLING ? brief_w
                                   : 0;
    Chips chips = {0};
    add_health(&chips, ui, s, c->ascii);
    chips_fit(&chips, 2, c->w - MARGINS - width);
    int room = c->w - MARGINS - chips_width(&chips, 2);
    if (!loud) {
        width = room >= TEXT_WIDTH ? TEXT_WIDTH : room >= brief_w ? brief_w : 0;
    }
    chips_draw(&chips, c, 1, 0, c->w - 2 - width, "  ");
    canvas_right(c, c->w - 1, 0, width, loud ? ROLE_STALE : ROLE_DIM,
                 width == BRIEF_WIDTH ? brief : text);
}

// Nothing was sent yet: an operator's command thinks about it.
static void add_asking(Chips *chips, const Scene *s, const char *replica, const char *target,
                       bool ascii)
{
    char since[16];
    format_seconds(since, sizeof(since), s->now_ms - s->asking_ms);
    Chip *chip = chip_add(chips, ROLE_MOVING, 14, "asking before_move %s: %s %s %s", since, replica,
                          glyph_text(GLYPH_ARROW, ascii), target);
    chip_brief(chip, 6, "asking %s", since);
}

static void add_move(Chips *chips, const Scene *s, bool ascii)
{
    const Move *m = move_in_flight(s);
    const MoveSpec *spec = m != NULL ? &m->spec : s->asking;
    if (spec == NULL) {
        return;
    }
    char replica[NAME_MAX_BYTES];
    char target[NAME_MAX_BYTES];
    short_name_of(s->health->snapshot, spec->replica, spec->replica_addr, replica, sizeof(replica));
    short_name_of(s->health->snapshot, spec->target, spec->target_addr, target, sizeof(target));
    if (m == NULL) {
        add_asking(chips, s, replica, target, ascii);
        return;
    }
    char place[48] = "";
    if (s->queue != NULL && queue_count(s->queue, QUEUED_MOVES) > 0) {
        snprintf(place, sizeof(place), "move %zu of %zu: ", queue_place(s->queue), s->queue->n);
    }
    char share[16] = "";
    if (m->sync_permille >= 0) {
        snprintf(share, sizeof(share), " %d%%", m->sync_permille / 10);
    }
    Chip *chip =
        chip_add(chips, ROLE_MOVING, 14, "%s%s %s %s: %s%s", place[0] != '\0' ? place : "moving ",
                 replica, glyph_text(GLYPH_ARROW, ascii), target, move_stage_words(m), share);
    chip_brief(chip, 6, "%s%s", place[0] != '\0' ? place : "moving ",
               share[0] != '\0' ? share + 1 : move_stage_words(m));
}

static void add_mode(Chips *chips, const Automatic *a)
{
    if (a->brake) {
        Chip *chip = chip_add(chips, ROLE_BANNER, NEVER, " BRAKE: %.80s ", a->brake_why);
        chip_brief(chip, 2, " BRAKE ");
    }
    Role role = a->mode == AUTO_ACT ? ROLE_TITLE : ROLE_TEXT;
    chip_add(chips, role, 13, "AUTO %s", auto_mode_text(a->mode));
}

// "lease ours 12s", "lease HOST:4711 3s"; who acts is the first thing to know before one acts
// oneself.
static void add_lease(Chips *chips, const Scene *s)
{
    if (s->lease == NULL) {
        return;
    }
    LeaseState state = lease_state(s->lease, s->now_ms);
    int64_t age_ms = lease_age_ms(s->lease, s->now_ms);
    const char *holder = lease_holder(s->lease, s->now_ms);
    char age[32] = "";
    if (age_ms >= 10000) {
        format_seconds(age, sizeof(age), age_ms);
    } else if (age_ms >= 0) { // tenths are of no interest here
        snprintf(age, sizeof(age), "%ds", (int)(age_ms / 1000));
    }
    Role role = state == LEASE_OURS ? ROLE_TITLE : state == LEASE_UNKNOWN ? ROLE_WARN : ROLE_TEXT;
    Chip *chip = chip_add(chips, role, 12, "lease %s%s%s%s", holder, *age != '\0' ? " " : "", age,
                          state == LEASE_SETTLING ? " settling" : "");
    chip_brief(chip, 3, "lease %s", holder);
}

// Loud in every view: whoever comes to this screen must not wonder why nothing happens.
static void add_holds(Chips *chips, const Scene *s, bool ascii)
{
    const Health *h = s->health;
    if (h->pause != NULL) {
        enum { BRIEF = 24 };
        const Hold *p = h->pause;
        char left[32];
        char owner[20];
        char reason[BRIEF];
        const char *colon = p->reason[0] != '\0' ? ": " : "";
        const char *more = strlen(p->reason) >= BRIEF ? glyph_text(GLYPH_ELLIPSIS, ascii) : "";
        hold_left(left, sizeof(left), p, s->wall_ms);
        text_clean_into(owner, sizeof(owner), sv(p->owner));
        text_clean_into(reason, sizeof(reason), sv(p->reason));
        Chip *chip = chip_add(chips, ROLE_BANNER, NEVER, " PAUSED by %s, %s%s%s ", p->owner, left,
                              colon, p->reason);
        chip_brief(chip, 6, " PAUSED by %s, %s%s%s%s ", owner, left, colon, reason, more);
    }
    if (h->in_downtime > 0) {
        Chip *chip = chip_add(chips, ROLE_BANNER, 14, " %d in downtime ", h->in_downtime);
        chip_brief(chip, 5, " %d downtime ", h->in_downtime);
    }
}

static void add_server(Chips *chips, const Snapshot *p)
{
    const char *migration = p->migration_mixed               ? "mixed"
                            : p->server_migration == TRI_YES ? "ON"
                            : p->server_migration == TRI_NO  ? "OFF"
                                                             : "unknown";
    Chip *chip = chip_add(chips, p->migration_mixed ? ROLE_WARN : ROLE_TEXT, 5,
                          "server migration %s", migration);
    chip_brief(chip, 4, "migration %s", migration);
    if (p->barrier >= 0) {
        chip_add(chips, ROLE_DIM, 0, "barrier %d", p->barrier);
    }
}

// "1 tree  4 events" at the right end, brighter where they can be clicked; returns where it begins.
static int draw_tabs(Ui *ui, Canvas *c, int end, bool mouse)
{
    int x = end;
    for (size_t i = views_n; i-- > 0;) {
        char key[KEY_NAME_SIZE];
        keys_first(ui->keys, views[i]->opens, ~0U, key, sizeof(key));
        int width = text_width(key) + 1 + text_width(views[i]->name);
        x -= width;
        spot_add(&ui->spots, (Rect){x, 1, width, 1})->opens = views[i]->opens;
        canvas_text(c, x, 1, width, ROLE_KEY, key);
        bool here = ui->view == views[i];
        canvas_text(c, x + text_width(key) + 1, 1, width,
                    here    ? ROLE_TITLE
                    : mouse ? ROLE_TARGET
                            : ROLE_DIM,
                    views[i]->name);
        x -= 2;
    }
    return x;
}

static int tabs_width(void)
{
    int width = 0;
    for (size_t i = 0; i < views_n; i++) {
        width += text_width(views[i]->name) + 4;
    }
    return width;
}

// What is not shown must not be forgotten.
static void add_limits(Chips *chips, const Ui *ui)
{
    const Rows *rows = &ui->rows;
    bool is_filtered = ui->find.terms.n > 0;
    if (ui->view != &tree_view || ui->pick.active || !(is_filtered || ui->only_problems)) {
        return;
    }
    const char *problems = ui->only_problems ? "PROBLEMS ONLY" : "";
    const char *and = ui->only_problems && is_filtered ? ", " : "";
    Chip *chip = chip_add(chips, ROLE_BANNER, NEVER, " %s%s%s%.60s: %d of %d ", problems, and,
                          is_filtered ? "FILTER " : "", is_filtered ? ui->find.filter : "",
                          rows->shown, rows->total);
    chip_brief(chip, 12, " %s %d of %d ", is_filtered ? "FILTER" : "PROBLEMS", rows->shown,
               rows->total);
}

static void draw_charge(Ui *ui, const Scene *s, Canvas *c)
{
    Chips chips = {0};
    if (s->trouble != NULL && s->trouble[0] != '\0') {
        Chip *chip = chip_add(&chips, ROLE_BANNER, NEVER, " NO CONTACT: %.90s ", s->trouble);
        chip_brief(chip, 7, " NO CONTACT ");
    }
    if (s->replay != NULL) {
        char day[16];
        char clock[16];
        Chip *chip = chip_add(&chips, ROLE_BANNER, NEVER, " REPLAY %s %s ",
                              format_day(day, sizeof(day), s->wall_ms),
                              format_wall(clock, sizeof(clock), s->wall_ms));
        chip_brief(chip, 2, " REPLAY ");
    } else if (s->read_only) {
        chip_add(&chips, ROLE_BANNER, 14, " READ-ONLY ");
    }
    add_holds(&chips, s, c->ascii);
    add_limits(&chips, ui);
    if (s->automatic != NULL) {
        add_mode(&chips, s->automatic);
    }
    add_lease(&chips, s);
    add_move(&chips, s, c->ascii);
    if (ui->marks.n > 0) {
        chip_add(&chips, ROLE_TARGET, 12, "%zu marked", ui->marks.n);
    }
    if (ui->follow) {
        chip_add(&chips, ROLE_TITLE, 8, "FOLLOW");
    }
    if (s->slow) {
        chip_add(&chips, ROLE_TEXT, 2, "SLOW");
    }
    if (s->mouse) { // without room for this the tabs say it
        chip_add(&chips, ROLE_TITLE, 3, "MOUSE");
    }
    chip_add(&chips, ROLE_TEXT, 3, "floor %d", s->health->floor);
    add_server(&chips, s->health->snapshot);

    char between[16];
    snprintf(between, sizeof(between), " %s ", glyph_text(GLYPH_DOT, c->ascii));
    // The tabs go when what they would push out says more than how the servers are set.
    enum { TABS_LEVEL = 5 };
    Chips alone = chips;
    int end = c->w - 1;
    chips_fit(&alone, 3, end - 1 - tabs_width());
    bool cuts = false;
    for (int i = 0; i < alone.n; i++) {
        const Chip *chip = &alone.at[i];
        cuts = cuts || ((chip->is_gone || chip->is_brief) && chip->gone_at > TABS_LEVEL);
    }
    ui->has_tabs = !cuts && chips_width(&alone, 3) <= end - 1 - tabs_width();
    if (ui->has_tabs) {
        end = draw_tabs(ui, c, end, s->mouse);
    }
    chips_fit(&chips, 3, end - 1);
    chips_draw(&chips, c, 1, 1, end, between);
}

void header_draw(Ui *ui, const Scene *s, Canvas *c)
{
    if (s->health == NULL) {
        canvas_text(c, 1, 0, c->w - 1, ROLE_TITLE, "rehome");
        canvas_text(c, 9, 0, c->w - 9, ROLE_STALE, "no cluster yet");
        return;
    }
    draw_state(ui, s, c);
    draw_charge(ui, s, c);
}
