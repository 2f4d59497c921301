// As keyHashSlot() in cluster.c: CRC16 of the XMODEM kind (polynomial 0x1021, begun with 0).
#include "rehome/model/key_slot.h"

#include <stdint.h>
#include <string.h>

#include "rehome/model/slots.h"

static StrView hash_part(StrView key)
{
    const char *open = key.n > 0 ? memchr(key.at, '{', key.n) : NULL;
    if (open == NULL) {
        return key;
    }
    const char *tag = open + 1;
    const char *close = memchr(tag, '}', key.n - (size_t)(tag - key.at));
    return close == NULL || close == tag ? key : sv_of(tag, (size_t)(close - tag));
}

// Bit by bit: this is asked once for a key of a few letters, and a table is two pages.
static uint16_t crc16(StrView bytes)
{
    unsigned crc = 0;
    for (size_t i = 0; i < bytes.n; i++) {
        crc ^= (unsigned)(unsigned char)bytes.at[i] << 8;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 0x8000U) != 0 ? crc << 1 ^ 0x1021U : crc << 1;
        }
    }
    return (uint16_t)crc;
}

int key_slot(StrView key)
{
    return crc16(hash_part(key)) % SLOT_COUNT;
}
