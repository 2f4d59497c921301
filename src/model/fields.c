#include "fields.h"

#include <limits.h>
#include <string.h>

#include "rehome/base/text.h"
#include "rehome/model/info.h"

enum { TEXT_MAX = 255 };

bool fields_next(StrView *rest, char sep, StrView *name, StrView *value)
{
    StrView line;
    while (sv_next(rest, '\n', &line)) {
        if (sv_cut(&line, sep, name)) {
            *name = sv_trim(*name);
            *value = sv_trim(line);
            return true;
        }
    }
    return false;
}

void fields_keep(StrView reply, char sep, bool (*is_read)(StrView name), StrBuf *out)
{
    const char between[] = {sep, '\0'};
    StrView name;
    StrView value;
    while (fields_next(&reply, sep, &name, &value)) {
        if (is_read(name)) {
            strbuf_add_sv(out, name);
            strbuf_add(out, between);
            strbuf_add_sv(out, value);
            strbuf_add(out, "\n");
        }
    }
}

bool fields_pair(StrView *rest, StrView *key, StrView *value)
{
    StrView pair;
    while (sv_next(rest, ',', &pair)) {
        if (sv_cut(&pair, '=', key)) {
            *value = pair;
            return true;
        }
    }
    return false;
}

static int name_cmp(StrView a, StrView b)
{
    if (a.n != b.n) {
        return a.n < b.n ? -1 : 1;
    }
    // Most names of one length differ in their first byte already.
    if (a.n == 0 || a.at[0] != b.at[0]) {
        return a.n == 0 ? 0 : (unsigned char)a.at[0] - (unsigned char)b.at[0];
    }
    return memcmp(a.at, b.at, a.n);
}

static const Field *find(const Field *table, size_t n, StrView name)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = name_cmp(name, table[mid].name);
        if (order == 0) {
            return &table[mid];
        }
        if (order < 0) {
            high = mid;
        } else {
            low = mid + 1;
        }
    }
    return NULL;
}

bool fields_know(const Field *table, size_t n, StrView name)
{
    return find(table, n, name) != NULL;
}

bool fields_set(const Field *table, size_t n, void *out, StrView name, StrView value, Arena *arena)
{
    const Field *field = find(table, n, name);
    if (field == NULL) {
        return false;
    }
    void *to = (char *)out + field->at;
    int64_t number;
    switch (field->kind) {
    case FIELD_INT:
        if (sv_to_i64(value, &number) && number <= INT_MAX) {
            *(int *)to = number < 0 ? -1 : (int)number;
        }
        break;
    case FIELD_I64:
        if (sv_to_i64(value, &number)) {
            *(int64_t *)to = number < 0 ? -1 : number;
        }
        break;
    case FIELD_U64:
        sv_to_u64(value, to);
        break;
    case FIELD_MILLI:
        if (sv_to_milli(value, &number)) {
            *(int64_t *)to = number < 0 ? -1 : number;
        }
        break;
    case FIELD_IS:
        *(bool *)to = sv_is(value, field->word);
        break;
    case FIELD_OR:
        *(bool *)to = *(bool *)to || sv_is(value, field->word);
        break;
    case FIELD_TRI:
        if (sv_is(value, "yes")) {
            *(Tri *)to = TRI_YES;
        } else if (sv_is(value, "no")) {
            *(Tri *)to = TRI_NO;
        }
        break;
    case FIELD_TEXT:
        *(const char **)to = text_clean(arena, value, TEXT_MAX);
        break;
    }
    return true;
}
