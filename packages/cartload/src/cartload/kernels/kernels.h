/* Types and functions that the engine's inner loops share.
 *
 * The loops work on integers only, so that every processor computes the same values. They keep no state, allocate no
 * memory and call no C library; the caller passes every buffer, with the room that a comment asks for. The Python
 * module of the same name says what each loop computes, signatures.py lists the types of their arguments.
 *
 * Sums and products wrap around (-fwrapv), shifts of signed numbers keep the sign. Many loops avoid branches that a
 * processor cannot predict: they always write, and then move on by 0 or 1.
 *
 * The machine has to be little-endian: the eight bytes of a text would be another number elsewhere, and so its hash.
 */
#ifndef KERNELS_H
#define KERNELS_H

#include <stdint.h>

typedef int64_t i64;
typedef uint64_t u64;
typedef uint8_t u8;

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

/* SplitMix64's finaliser (Steele, Lea and Flood 2014, with Stafford's constants, "Mix13"): every bit of the word
 * changes about half of the bits of the result. It is a permutation, so different words stay different. */
static inline u64 mixed(u64 word) {
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9u;
    word = (word ^ word >> 27) * 0x94D049BB133111EBu;
    return word ^ word >> 31;
}

static inline u64 scrambled(u64 row, u64 first, u64 second) { return mixed(mixed(row + first) + second); }

/* Division rounded down: C rounds towards 0. */
static inline i64 floored(i64 value, i64 by) { return value / by - (value % by < 0); }

/* Copied instead of cast: the address may be any, and a cast would have to be aligned. */
static inline u64 eight_bytes(const u8 *from) {
    u64 word;
    __builtin_memcpy(&word, from, 8);
    return word;
}

/* Whether a row is NULL by Arrow's validity bits; without bits nothing is. */
static inline int missing(const u8 *there, i64 row) { return there && !(there[row >> 3] >> (row & 7) & 1); }

/* All bits set, or none where the row is NULL: a mask by which a length becomes 0 without a branch. */
static inline i64 if_there(const u8 *there, i64 row) { return there ? -(i64)(there[row >> 3] >> (row & 7) & 1) : -1; }

/* Places of rows that are NULL may be anything: they are moved into the table, and what is read there is not used. */
static inline i64 clamped(i64 place, i64 entries) { return place < 0 ? 0 : place < entries ? place : entries - 1; }

/* Strings of Arrow: their bytes up to `end`, and their offsets. With `places`, row r has the string at places[r];
 * without, row r has the string r. The first of the validity bits, if there are any, is that of row 0. */
typedef struct {
    const u8 *data, *end, *there;
    const int32_t *offsets, *places;
    i64 entries;
} strings;

static inline const int32_t *bounds(const strings *own, i64 row) {
    return own->offsets + (own->places ? clamped(own->places[row], own->entries) : row);
}

/* Decimal digits, two at a time: that needs half as many divisions, and a division by a constant is a
 * multiplication. */
static const char PAIRS[201] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748"
                               "49505152535455565758596061626364656667686970717273747576777879808182838485868788899091929394959697"
                               "9899";

static inline u8 *two_digits(u8 *out, i64 number) {
    __builtin_memcpy(out, PAIRS + 2 * number, 2);
    return out + 2;
}

/* Digits come from the last to the first: they are written to the end of a buffer, and copied when their number is
 * known. 2**64 has twenty digits. */
static inline u8 *number(u8 *out, u64 rest) {
    u8 text[20];
    i64 at = 20;
    for (; rest >= 100; rest /= 100) two_digits(text + (at -= 2), (i64)(rest % 100));
    if (rest >= 10) two_digits(text + (at -= 2), (i64)rest);
    else text[--at] = (u8)('0' + rest);
    while (at < 20) *out++ = text[at++];
    return out;
}

#endif
