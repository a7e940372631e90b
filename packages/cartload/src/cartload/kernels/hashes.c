#include "kernels.h"

/* A word for each string: eight bytes at a time, then the rest, then the length. The rest of a long string is read as
 * the last eight bytes, shifted; that of a short one byte by byte, since eight bytes could lie outside of the buffer.
 * The length comes last, so that "a" and "a\0", which have the same rest, get different words. */
void text_words(const u8 *data, const int32_t *offsets, u64 factor, u64 *out, i64 count) {
    for (i64 i = 0; i < count; i++) {
        const u8 *at = data + offsets[i], *end = data + offsets[i + 1];
        u64 word = factor, length = (u64)(end - at);
        for (; end - at >= 8; at += 8) {
            word = (word ^ eight_bytes(at)) * factor;
            word ^= word >> 29;
        }
        if (at < end) {
            u64 tail = 0;
            if (length >= 8) tail = eight_bytes(end - 8) >> 8 * (8 - (end - at));
            else
                for (i64 byte = 0; byte < end - at; byte++) tail |= (u64)at[byte] << 8 * byte;
            word = (word ^ tail) * factor;
            word ^= word >> 29;
        }
        out[i] = (word ^ length) * factor;
    }
}

/* One column of a batch: words `step` bytes apart, or, with a pool, int32 places in the pool's hashed values. `first`
 * is the place of row 0 in the validity bits, if there are any. */
typedef struct {
    const u8 *values, *there;
    i64 first, step;
    u64 factor, null;
    const u64 *pool;
    i64 entries;
} column;

enum { SLICE = 1024 };

static inline u64 hashed(u64 value, u64 factor) {
    u64 product = value * factor;
    return product ^ product >> 32;
}

/* Adds a column to the rows' hashes. The high word sums up the low word after every column, as in Fletcher's
 * checksum: so two columns that are exchanged change the hash. Columns without NULL have a loop of their own,
 * without a condition, which the compiler turns into vector instructions. */
static void hash_values(const column *own, i64 row, i64 rows, u64 *low, u64 *high) {
    const u8 *at = own->values + row * own->step;
    u64 factor = own->factor;
    if (!own->there && own->step == 8)
        for (i64 i = 0; i < rows; i++) high[i] += low[i] += hashed(eight_bytes(at + 8 * i), factor);
    else
        for (i64 i = 0; i < rows; i++)
            high[i] += low[i] += missing(own->there, own->first + row + i)
                                     ? own->null
                                     : hashed(eight_bytes(at + own->step * i), factor);
}

static void hash_places(const column *own, i64 row, i64 rows, u64 *low, u64 *high) {
    const int32_t *places = (const int32_t *)own->values + row;
    const u64 *pool = own->pool;
    i64 entries = own->entries;
    if (!own->there && entries)
        for (i64 i = 0; i < rows; i++) high[i] += low[i] += pool[clamped(places[i], entries)];
    else
        for (i64 i = 0; i < rows; i++)
            high[i] += low[i] += missing(own->there, own->first + row + i) || !entries
                                     ? own->null
                                     : pool[clamped(places[i], entries)];
}

/* Adds up the hashes of all rows: any order of rows has the same sum. Each word is summed in two halves of 32 bits, so
 * that nothing is lost to overflow. Rows are taken in slices that stay in the processor's cache for all columns. */
void hash_rows(const column *columns, i64 count, u64 low_start, u64 high_start, u64 *sums, i64 rows) {
    u64 low[SLICE], high[SLICE];
    for (i64 row = 0; row < rows; row += SLICE) {
        i64 here = rows - row < SLICE ? rows - row : SLICE;
        for (i64 i = 0; i < here; i++) {
            low[i] = low_start;
            high[i] = high_start;
        }
        for (i64 at = 0; at < count; at++)
            (columns[at].pool ? hash_places : hash_values)(columns + at, row, here, low, high);
        for (i64 i = 0; i < here; i++) {
            u64 l = mixed(low[i]), h = mixed(high[i]);
            sums[0] += l & 0xFFFFFFFFu;
            sums[1] += l >> 32;
            sums[2] += h & 0xFFFFFFFFu;
            sums[3] += h >> 32;
        }
    }
}
