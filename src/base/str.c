#include "rehome/base/str.h"

#include <string.h>

StrView sv(const char *text)
{
    return sv_of(text, text == NULL ? 0 : strlen(text));
}

StrView sv_of(const char *text, size_t n)
{
    return (StrView){.at = text, .n = n};
}

bool sv_eq(StrView a, StrView b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

bool sv_is(StrView a, const char *text)
{
    return sv_eq(a, sv(text));
}

bool sv_starts(StrView a, const char *prefix)
{
    size_t n = strlen(prefix);
    return a.n >= n && (n == 0 || memcmp(a.at, prefix, n) == 0);
}

static bool is_space(char c)
{
    return (unsigned char)c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

StrView sv_trim(StrView a)
{
    while (a.n > 0 && is_space(a.at[0])) {
        a.at++;
        a.n--;
    }
    while (a.n > 0 && is_space(a.at[a.n - 1])) {
        a.n--;
    }
    return a;
}

bool sv_cut(StrView *rest, char sep, StrView *head)
{
    const char *found = rest->n == 0 ? NULL : memchr(rest->at, sep, rest->n);
    if (found == NULL) {
        return false;
    }
    size_t n = (size_t)(found - rest->at);
    *head = sv_of(rest->at, n);
    *rest = sv_of(found + 1, rest->n - n - 1);
    return true;
}

bool sv_next(StrView *rest, char sep, StrView *piece)
{
    if (rest->n == 0) {
        return false;
    }
    if (!sv_cut(rest, sep, piece)) {
        *piece = *rest;
        *rest = sv_of(rest->at + rest->n, 0);
    }
    return true;
}

ptrdiff_t sv_rfind(StrView a, char c)
{
    for (size_t i = a.n; i > 0; i--) {
        if (a.at[i - 1] == c) {
            return (ptrdiff_t)i - 1;
        }
    }
    return -1;
}

bool sv_host_port(StrView addr, StrView *host, int *port)
{
    ptrdiff_t colon = sv_rfind(addr, ':');
    uint64_t number;
    if (colon <= 0 || !sv_to_u64(sv_of(addr.at + colon + 1, addr.n - (size_t)colon - 1), &number) ||
        number > UINT16_MAX) {
        return false;
    }
    *host = sv_of(addr.at, (size_t)colon);
    *port = (int)number;
    if (host->n > 2 && host->at[0] == '[' && host->at[host->n - 1] == ']') {
        *host = sv_of(host->at + 1, host->n - 2);
    }
    return true;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t sv_distance(StrView a, StrView b)
{
    enum { MAX = 32 };
    size_t d[MAX + 1][MAX + 1]; // between the first i of a and the first j of b
    if (a.n > MAX || b.n > MAX) {
        return SIZE_MAX;
    }
    for (size_t i = 0; i <= a.n; i++) {
        for (size_t j = 0; j <= b.n; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            bool differ = a.at[i - 1] != b.at[j - 1];
            d[i][j] = least(d[i - 1][j - 1] + differ, least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1]) {
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
    }
    return d[a.n][b.n];
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int str_compare(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        if (is_digit(*a) && is_digit(*b)) {
            size_t n = strspn(a, "0123456789");
            size_t m = strspn(b, "0123456789");
            int order = n != m ? (n < m ? -1 : 1) : strncmp(a, b, n);
            if (order != 0) {
                return order;
            }
            a += n;
            b += m;
        } else if (*a != *b) {
            break;
        } else {
            a++;
            b++;
        }
    }
    return (unsigned char)*a - (unsigned char)*b;
}

bool sv_to_u64(StrView a, uint64_t *out)
{
    if (a.n == 0) {
        return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < a.n; i++) {
        if (a.at[i] < '0' || a.at[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(a.at[i] - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

bool sv_to_i64(StrView a, int64_t *out)
{
    bool negative = a.n > 0 && a.at[0] == '-';
    if (negative) {
        a = sv_of(a.at + 1, a.n - 1);
    }
    uint64_t value;
    if (!sv_to_u64(a, &value) || value > (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
        return false;
    }
    // -value would not fit for INT64_MIN, so one is taken off before and after.
    *out = !negative || value == 0 ? (int64_t)value : -(int64_t)(value - 1) - 1;
    return true;
}

bool sv_to_milli(StrView a, int64_t *out)
{
    bool negative = a.n > 0 && a.at[0] == '-';
    if (negative) {
        a = sv_of(a.at + 1, a.n - 1);
    }
    StrView whole = a;
    uint64_t thousandths = 0;
    if (sv_cut(&a, '.', &whole)) {
        uint64_t weight = 100;
        if (a.n == 0) {
            return false;
        }
        for (size_t i = 0; i < a.n; i++, weight /= 10) {
            if (a.at[i] < '0' || a.at[i] > '9') {
                return false;
            }
            thousandths += (uint64_t)(a.at[i] - '0') * weight;
        }
    }
    uint64_t value;
    if (!sv_to_u64(whole, &value) || value > (INT64_MAX - 999) / 1000) {
        return false;
    }
    int64_t milli = (int64_t)(value * 1000 + thousandths);
    *out = negative ? -milli : milli;
    return true;
}
