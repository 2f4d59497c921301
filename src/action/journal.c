// One line: "rehome1 wall_ms serial state fence origin flags replica donor target", the three
// addresses, and FNV-1a of everything before the last space. Words never hold a space: addresses
// are percent-escaped, and "-" stands for none.
#include "rehome/action/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"

static const char MAGIC[] = "rehome1";

enum {
    ADDR_ESCAPED_MAX = 96, // of each of three: the line stays under JOURNAL_LINE_MAX
    SUM_DIGITS = 16,
    OPEN_MAX = 16, // unfinished moves kept in mind at once
};

static const char *const fence_words[] = {
    [FENCE_NONE] = "none",
    [FENCE_SET] = "set",
    [FENCE_WAS_SET] = "was-set",
    [FENCE_DENIED] = "denied",
    [FENCE_NOT_NEEDED] = "not-needed",
    [FENCE_MAYBE] = "maybe",
    [FENCE_LIFTED] = "lifted",
};

static const MoveState written_states[] = {
    MOVE_FENCE, MOVE_REPLICATE, MOVE_UNFENCE, MOVE_DONE, MOVE_REFUSED, MOVE_FAILED,
};

static const MoveOrigin origins[] = {ORIGIN_MANUAL, ORIGIN_AUTO, ORIGIN_UNDO, ORIGIN_COMMAND};

static uint64_t fnv1a(StrView text)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.n; i++) {
        sum = (sum ^ (unsigned char)text.at[i]) * UINT64_C(0x100000001b3);
    }
    return sum;
}

static bool is_plain(unsigned char c)
{
    return c > ' ' && c < 0x7f && c != '%';
}

static void escape(char out[ADDR_ESCAPED_MAX + 1], const char *addr)
{
    size_t n = 0;
    bool is_dash = strcmp(addr, "-") == 0;
    for (const char *p = addr; *p != '\0' && n + 3 <= ADDR_ESCAPED_MAX; p++) {
        unsigned char c = (unsigned char)*p;
        if (is_plain(c) && !is_dash) {
            out[n++] = *p;
        } else {
            n += (size_t)snprintf(out + n, 4, "%%%02x", c);
        }
    }
    if (n == 0) {
        out[n++] = '-';
    }
    out[n] = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool unescape(StrView word, char *out, size_t size)
{
    size_t n = 0;
    if (sv_is(word, "-")) {
        *out = '\0';
        return true;
    }
    for (size_t i = 0; i < word.n; i++) {
        int c = (unsigned char)word.at[i];
        if (c == '%') {
            int high = i + 2 < word.n ? hex_digit(word.at[i + 1]) : -1;
            int low = i + 2 < word.n ? hex_digit(word.at[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            c = high * 16 + low;
            i += 2;
        }
        if (c == '\0' || n + 1 >= size) {
            return false;
        }
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return n > 0;
}

static const char *id_word(const NodeId *id)
{
    return node_id_is_none(*id) ? "-" : id->hex;
}

size_t journal_format(char out[JOURNAL_LINE_MAX], const Move *m, int64_t wall_ms)
{
    const MoveSpec *spec = &m->spec;
    char replica[ADDR_ESCAPED_MAX + 1];
    char donor[ADDR_ESCAPED_MAX + 1];
    char target[ADDR_ESCAPED_MAX + 1];
    escape(replica, spec->replica_addr);
    escape(donor, spec->donor_addr);
    escape(target, spec->target_addr);
    char flags[8];
    const char purpose[] = {purpose_letter(spec->purpose), '\0'};
    snprintf(flags, sizeof(flags), "-%s%s%s", purpose, spec->accept_risk ? "r" : "",
             spec->force ? "f" : "");
    int n =
        snprintf(out, JOURNAL_LINE_MAX, "%s %" PRId64 " %" PRId64 " %s %s %s %s %s %s %s %s %s %s",
                 MAGIC, wall_ms, m->serial, move_state_text(m->state), fence_words[m->fence],
                 move_origin_text(spec->origin), flags, id_word(&spec->replica),
                 id_word(&spec->donor), id_word(&spec->target), replica, donor, target);
    uint64_t sum = fnv1a(sv_of(out, (size_t)n));
    n += snprintf(out + n, JOURNAL_LINE_MAX - (size_t)n, " %016" PRIx64 "\n", sum);
    return (size_t)n;
}

static bool check_sum(StrView *line, Error *err)
{
    ptrdiff_t space = sv_rfind(*line, ' ');
    if (space < 0 || line->n - (size_t)space - 1 != SUM_DIGITS) {
        return fail(err, ERR_PARSE, "journal: the line has no checksum, it is torn or foreign");
    }
    uint64_t sum = 0;
    for (size_t i = (size_t)space + 1; i < line->n; i++) {
        int digit = hex_digit(line->at[i]);
        if (digit < 0) {
            return fail(err, ERR_PARSE, "journal: the checksum is not hexadecimal");
        }
        sum = sum << 4 | (uint64_t)digit;
    }
    line->n = (size_t)space;
    if (sum != fnv1a(*line)) {
        return fail(err, ERR_PARSE, "journal: the checksum does not match, the line is damaged");
    }
    return true;
}

static bool parse_state(StrView word, MoveState *out)
{
    for (size_t i = 0; i < ARRAY_LEN(written_states); i++) {
        if (sv_is(word, move_state_text(written_states[i]))) {
            *out = written_states[i];
            return true;
        }
    }
    return false;
}

static bool parse_fence(StrView word, Fence *out)
{
    for (size_t i = 0; i < ARRAY_LEN(fence_words); i++) {
        if (sv_is(word, fence_words[i])) {
            *out = (Fence)i;
            return true;
        }
    }
    return false;
}

static bool parse_origin(StrView word, MoveOrigin *out)
{
    for (size_t i = 0; i < ARRAY_LEN(origins); i++) {
        if (sv_is(word, move_origin_text(origins[i]))) {
            *out = origins[i];
            return true;
        }
    }
    return false;
}

static bool parse_purpose(char letter, MovePurpose *out)
{
    for (int i = 0; i < PURPOSE_COUNT; i++) {
        if (letter == purpose_letter((MovePurpose)i)) {
            *out = (MovePurpose)i;
            return true;
        }
    }
    return false;
}

static bool parse_flags(StrView word, MoveSpec *spec)
{
    for (size_t i = 0; i < word.n; i++) {
        if (word.at[i] == '-') {
            continue;
        }
        if (word.at[i] == 'r') {
            spec->accept_risk = true;
        } else if (word.at[i] == 'f') {
            spec->force = true;
        } else if (!parse_purpose(word.at[i], &spec->purpose)) {
            return false;
        }
    }
    return word.n > 0;
}

static bool parse_id(StrView word, NodeId *out)
{
    if (sv_is(word, "-")) {
        *out = (NodeId){0};
        return true;
    }
    return node_id_parse(word, out);
}

bool journal_parse(StrView line, JournalEntry *out, Error *err)
{
    enum { WORDS = 13 };
    if (!check_sum(&line, err)) {
        return false;
    }
    StrView word[WORDS];
    size_t n = 0;
    StrView rest = line;
    while (n < WORDS && sv_next(&rest, ' ', &word[n])) {
        n++;
    }
    if (n < WORDS || rest.n > 0 || !sv_is(word[0], MAGIC)) {
        return fail(err, ERR_PARSE, "journal: expected \"%s\" and %d words, got %zu words", MAGIC,
                    WORDS - 1, n);
    }
    JournalEntry e = {0};
    bool ok = sv_to_i64(word[1], &e.wall_ms) && sv_to_i64(word[2], &e.serial) &&
              parse_state(word[3], &e.state) && parse_fence(word[4], &e.fence) &&
              parse_origin(word[5], &e.spec.origin) && parse_flags(word[6], &e.spec) &&
              node_id_parse(word[7], &e.spec.replica) && parse_id(word[8], &e.spec.donor) &&
              parse_id(word[9], &e.spec.target) &&
              unescape(word[10], e.spec.replica_addr, sizeof(e.spec.replica_addr)) &&
              unescape(word[11], e.spec.donor_addr, sizeof(e.spec.donor_addr)) &&
              unescape(word[12], e.spec.target_addr, sizeof(e.spec.target_addr));
    if (!ok) {
        return fail(err, ERR_PARSE, "journal: a word of the line is not what it should be");
    }
    *out = e;
    return true;
}

// A crash may have left half a line without its end, and the next line behind it.
static bool parse_tail(StrView line, JournalEntry *out)
{
    size_t n = sizeof(MAGIC) - 1;
    for (size_t i = line.n; i-- > 0;) {
        if (line.n - i > n && memcmp(line.at + i, MAGIC, n) == 0) {
            return journal_parse(sv_of(line.at + i, line.n - i), out, NULL);
        }
    }
    return false;
}

typedef struct {
    JournalEntry at[OPEN_MAX]; // oldest first
    size_t n;
} OpenMoves;

static void take_out(OpenMoves *open, size_t i)
{
    memmove(&open->at[i], &open->at[i + 1], (open->n - i - 1) * sizeof(open->at[0]));
    open->n--;
}

// Has the earlier move of this replica left a fence that the later line does not settle? A line of
// its own settles it (an end is only written when the fence is off), and so does a FENCE line,
// because it is written on having read "no".
static bool leaves_fence(const JournalEntry *earlier, const JournalEntry *later)
{
    return fence_may_be_ours(earlier->fence) && later->serial != earlier->serial &&
           later->fence != FENCE_LIFTED && later->state != MOVE_FENCE;
}

static void take_entry(OpenMoves *open, JournalEntry e)
{
    bool is_end = e.state == MOVE_DONE || e.state == MOVE_REFUSED || e.state == MOVE_FAILED;
    for (size_t i = open->n; i-- > 0;) {
        const JournalEntry *earlier = &open->at[i];
        if (!node_id_eq(earlier->spec.replica, e.spec.replica)) {
            continue;
        }
        if (leaves_fence(earlier, &e)) {
            if (is_end) {
                return;
            }
            e.fence = FENCE_MAYBE;
            e.serial = earlier->serial;
        }
        take_out(open, i);
    }
    if (is_end) {
        return;
    }
    if (open->n == OPEN_MAX) {
        take_out(open, 0);
    }
    open->at[open->n++] = e;
}

bool journal_unfinished(StrView text, JournalEntry *out)
{
    OpenMoves open = {.n = 0};
    StrView line;
    while (sv_next(&text, '\n', &line)) {
        JournalEntry e;
        if (journal_parse(line, &e, NULL) || parse_tail(line, &e)) {
            take_entry(&open, e);
        }
    }
    if (open.n == 0) {
        return false;
    }
    *out = open.at[open.n - 1];
    return true;
}

// Begins in ASK, whatever the entry says: only the replica knows what came of the last write.
Move *journal_resume(const JournalEntry *entry, int64_t now_ms)
{
    Move *m = move_new(&entry->spec, now_ms);
    m->state = MOVE_ASK;
    m->resumed = true;
    m->serial = entry->serial;
    m->fence = entry->fence;
    m->write_ms = now_ms; // at the latest
    m->asking_ms = now_ms;
    snprintf(m->why, sizeof(m->why), "asking whom it follows");
    return m;
}
