#include "id_index.h"

#include <stdint.h>
#include <string.h>

#include "rehome/base/mem.h"

enum { FIRST_SIZE = 64 };

struct IdEntry {
    const NodeId *id; // NULL: free
    int number;
};

// Every digit counts: IDs are random, but not those of whoever means harm.
static size_t hash(const NodeId *id)
{
    uint64_t mixed = 0;
    for (size_t at = 0; at < NODE_ID_LEN; at += sizeof(mixed)) {
        uint64_t digits;
        memcpy(&digits, id->hex + at, sizeof(digits));
        mixed = (mixed ^ digits) * UINT64_C(0x9E3779B97F4A7C15);
        mixed ^= mixed >> 32;
    }
    return (size_t)mixed;
}

// Where the ID is, or the free place where it would be.
static struct IdEntry *entry_of(struct IdEntry *entries, size_t n, const NodeId *id)
{
    size_t at = hash(id) & (n - 1);
    while (entries[at].id != NULL && memcmp(entries[at].id->hex, id->hex, NODE_ID_LEN) != 0) {
        at = (at + 1) & (n - 1);
    }
    return &entries[at];
}

static void make_room(IdIndex *index)
{
    if (index->n * 2 < index->n_entries) {
        return;
    }
    size_t size = index->n_entries == 0 ? FIRST_SIZE : index->n_entries * 2;
    struct IdEntry *grown = mem_array(size, sizeof(*grown));
    for (size_t i = 0; i < index->n_entries; i++) {
        if (index->entries[i].id != NULL) {
            *entry_of(grown, size, index->entries[i].id) = index->entries[i];
        }
    }
    mem_free(index->entries);
    index->entries = grown;
    index->n_entries = size;
}

bool id_index_add(IdIndex *index, const NodeId *id, int number)
{
    make_room(index);
    struct IdEntry *entry = entry_of(index->entries, index->n_entries, id);
    if (entry->id != NULL) {
        return false;
    }
    *entry = (struct IdEntry){.id = id, .number = number};
    index->n++;
    return true;
}

int id_index_find(const IdIndex *index, const NodeId *id)
{
    if (index->n == 0) {
        return -1;
    }
    const struct IdEntry *entry = entry_of(index->entries, index->n_entries, id);
    return entry->id == NULL ? -1 : entry->number;
}

void id_index_done(IdIndex *index)
{
    mem_free(index->entries);
    *index = (IdIndex){0};
}
