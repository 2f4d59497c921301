// TLS certificates of servers that have ended, or soon will. One finding for all of them: they are
// mostly made, and end, together.
#include "finding_work.h"
#include "rehome/base/text.h"

enum { SOON_DAYS = 14 };
static const int64_t day_ms = 86400000;

static int64_t left_ms(const Search *f, size_t i)
{
    const NodeSays *says = f->s->nodes[i].says;
    bool known = says != NULL && says->certificate_ms != 0;
    return known ? says->certificate_ms - f->s->wall_ms : INT64_MAX;
}

// Those that are as the first is, and behind one that has ended those that will soon.
static const char *others_text(const Search *f, size_t ended, size_t soon)
{
    const char *too =
        ended == 0 ? "" : arena_printf(f->arena, "; %zu other%s too", ended, plural(ended));
    return soon == 0 ? too
                     : arena_printf(f->arena, "%s; %zu other%s within %d days", too, soon,
                                    soon == 1 ? " ends" : "s end", SOON_DAYS);
}

void find_certificates(Search *f)
{
    size_t first = 0;
    size_t n_ended = 0;
    size_t n_soon = 0;
    for (size_t i = 0; i < f->s->n_nodes; i++) {
        first = left_ms(f, i) < left_ms(f, first) ? i : first;
        n_ended += left_ms(f, i) <= 0;
        n_soon += left_ms(f, i) > 0 && left_ms(f, i) < SOON_DAYS * day_ms;
    }
    if (n_ended + n_soon == 0) {
        return;
    }
    const Node *node = &f->s->nodes[first];
    int64_t left = left_ms(f, first);
    bool ended = left <= 0;
    char day[16];
    char time[16];
    format_day(day, sizeof(day), node->says->certificate_ms);
    format_clock(time, sizeof(time), ended ? -left : left);
    const char *text = arena_printf(
        f->arena, "the TLS certificate of %s %s on %s, %s%s%s%s", node->addr,
        ended ? "has ended" : "ends", day, ended ? "" : "in ", time, ended ? " ago" : "",
        ended ? others_text(f, n_ended - 1, n_soon) : others_text(f, n_soon - 1, 0));
    // We keep our connection, and know what was shown when it began.
    const char *remedy = arena_printf(
        f->arena,
        "renew it, have the server load it, and look anew (a dashboard shows what it saw when it "
        "connected): redis-cli %s CONFIG SET tls-cert-file FILE",
        plan_dial(f->s, (int)first));
    int64_t soon_ms = SOON_DAYS * day_ms - left; // so long ago the 14 days began
    finding_add(f, FINDING_CERTIFICATE, ended ? LEVEL_CRITICAL : LEVEL_WARNING, (int)first,
                f->s->now_ms - (ended ? -left : soon_ms), text, remedy);
}
