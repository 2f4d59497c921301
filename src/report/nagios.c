#include "rehome/report/nagios.h"

#include <ctype.h>
#include <string.h>

#include "rehome/base/arena.h"
#include "rehome/base/text.h"
#include "rehome/report/check.h"

enum { NAMED = 3 }; // so many nodes of a cause; of the rest it is said how many they are

// What ends the line, what begins the data, and what a notification command hands to a shell.
static void add_harmless(StrBuf *out, const char *text)
{
    Arena *arena = arena_new();
    char *clean = text_clean(arena, sv(text), 0);
    for (char *p = clean; *p != '\0'; p++) {
        if (strchr("|`$<>\\", *p) != NULL) {
            *p = '?';
        }
    }
    strbuf_add(out, clean);
    arena_free(arena);
}

static void add_orphan(StrBuf *out, const Health *h, int node, int64_t since_ms)
{
    char for_time[32];
    const Node *n = &h->snapshot->nodes[node];
    add_harmless(out, n->addr);
    strbuf_addf(out, " %s %s", orphan_kind_text(h->of[node].orphan),
                format_clock(for_time, sizeof(for_time), h->snapshot->now_ms - since_ms));
}

// The nodes of one cause, or the sentence where it is the cluster's.
static void add_subjects(StrBuf *out, const Health *h, const Finding *at, size_t n)
{
    strbuf_add(out, " (");
    for (size_t i = 0; i < n && i < NAMED; i++) {
        int node = snapshot_find(h->snapshot, at[i].node);
        strbuf_add(out, i > 0 ? ", " : "");
        if (node < 0) {
            add_harmless(out, at[i].text);
        } else if (at[i].code == FINDING_ORPHANED) {
            add_orphan(out, h, node, at[i].since_ms);
        } else {
            add_harmless(out, h->snapshot->nodes[node].addr);
        }
    }
    if (n > NAMED) {
        strbuf_addf(out, " and %zu more", n - NAMED);
    }
    strbuf_add(out, ")");
}

static void add_cause(StrBuf *out, const Health *h, const Finding *at, size_t n)
{
    const char *title = finding_title(at->code);
    if (at->code == FINDING_ORPHANED) {
        strbuf_addf(out, "%zu orphaned master%s", n, plural(n));
    } else {
        strbuf_addf(out, "%c%s", tolower((unsigned char)title[0]), title + 1);
    }
    add_subjects(out, h, at, n);
}

// Findings of one cause stand together; a cause with two severities is told at both.
static void add_causes(StrBuf *out, const Health *h, const Findings *findings)
{
    size_t end;
    for (size_t i = 0; i < findings->n; i = end) {
        const Finding *first = &findings->at[i];
        end = i + 1;
        while (end < findings->n && findings->at[end].code == first->code &&
               findings->at[end].severity == first->severity) {
            end++;
        }
        strbuf_add(out, i > 0 ? "; " : "");
        add_cause(out, h, first, end - i);
    }
}

// label=value;warn;crit;min;max, where a bound that any value above breaks is 0.
static void add_data(StrBuf *out, const Health *h)
{
    const Snapshot *s = h->snapshot;
    strbuf_addf(out,
                " | orphaned=%d;;0;0 at_risk=%d;0;;0 spares=%d;;;0 masters=%zu;;;0 "
                "replicas=%zu;;;0 slots_uncovered=%d;;0;0;%d nodes_failed=%zu;0;;0 age=%.3fs;;;0\n",
                h->orphaned, h->at_risk, h->spares, s->n_masters, s->n_replicas,
                SLOT_COUNT - s->slots_covered, SLOT_COUNT, snapshot_failed(s),
                (double)(s->now_ms - s->asked_ms) / 1000.0);
}

void nagios_line(StrBuf *out, const Health *h, const Findings *findings)
{
    static const char *const words[] = {"OK", "WARNING", "CRITICAL"}; // by check_status()
    const Snapshot *s = h->snapshot;
    strbuf_addf(out, "REHOME %s - ", words[check_status(findings)]);
    if (findings->n > 0) {
        add_causes(out, h, findings);
    } else {
        strbuf_addf(out, "%zu masters protected by %zu replicas, %d spare%s, host-safe",
                    s->n_masters, s->n_replicas, h->spares, plural(h->spares));
    }
    add_data(out, h);
}

void nagios_unknown(StrBuf *out, const char *why)
{
    strbuf_add(out, "REHOME UNKNOWN - ");
    add_harmless(out, why);
    strbuf_add(out, "\n");
}
