#include "kernels.h"

/* Eight hexadecimal digits as text, from 32 bits: the bits are spread to one digit a byte, digits above 9 moved to the
 * letters, and the bytes reversed. */
static inline u64 eight_digits(u64 word) {
    word = (word & 0xFFFF0000u) << 16 | (word & 0xFFFFu);
    word = (word & 0x0000FF000000FF00u) << 8 | (word & 0x000000FF000000FFu);
    word = (word & 0x00F000F000F000F0u) << 4 | (word & 0x000F000F000F000Fu);
    u64 letters = (word + 0x0606060606060606u) >> 4 & 0x0101010101010101u;
    return __builtin_bswap64(word + 0x3030303030303030u + letters * ('a' - '0' - 10));
}

/* RFC 9562, version 8: 48 bits of row number, 12 and 62 bits of a hash of it. The row number comes first, so that
 * keys grow with the rows and a B-tree is filled at its end. The hash has 64 bits: the upper twelve stand behind the
 * version, the lower 62 behind the variant, so ten bits are there twice. */
void uuids(const u64 *rows, u64 first, u64 second, u8 *out, i64 count) {
    for (i64 i = 0; i < count; i++, out += 36) {
        u64 row = rows[i], secret = scrambled(row, first, second);
        u64 version = 0x8000 | secret >> 52, variant = 0x8000 | (secret >> 48 & 0x3FFF);
        u64 groups[4] = {eight_digits(row >> 16), eight_digits((row & 0xFFFF) << 16 | version),
                         eight_digits(variant << 16 | (secret >> 32 & 0xFFFF)), eight_digits(secret)};
        __builtin_memcpy(out, groups, 8);
        __builtin_memcpy(out + 9, groups + 1, 4);
        __builtin_memcpy(out + 14, (u8 *)(groups + 1) + 4, 4);
        __builtin_memcpy(out + 19, groups + 2, 4);
        __builtin_memcpy(out + 24, (u8 *)(groups + 2) + 4, 4);
        __builtin_memcpy(out + 28, groups + 3, 8);
        out[8] = out[13] = out[18] = out[23] = '-';
    }
}

/* A prefix and a number with zeros in front; the upper digits of a number that is too long are lost. */
void numbered(const u8 *prefix, i64 length, const i64 *numbers, i64 digits, u8 *out, i64 count) {
    for (i64 i = 0; i < count; i++, out += length + digits) {
        i64 number = numbers[i];
        for (i64 at = 0; at < length; at++) out[at] = prefix[at];
        for (i64 at = length + digits - 1; at >= length; at--, number /= 10) out[at] = (u8)('0' + number % 10);
    }
}

/* How long the strings of all rows are together. */
i64 joined_length(const strings *parts, i64 count, i64 rows) {
    i64 length = 0;
    for (const strings *own = parts; own < parts + count; own++)
        for (i64 row = 0; row < rows; row++) {
            const int32_t *from = bounds(own, row);
            length += (from[1] - from[0]) & if_there(own->there, row);
        }
    return length;
}

/* Writes the strings of each row one behind the other. At least sixteen bytes are copied at a time: the next string
 * overwrites what is too much, and behind the last one `out` has room for sixteen bytes more. */
void joined(const strings *parts, i64 count, int32_t *offsets, u8 *out, i64 rows) {
    const u8 *begin = out;
    offsets[0] = 0;
    for (i64 row = 0; row < rows; row++) {
        for (const strings *own = parts; own < parts + count; own++) {
            const int32_t *from = bounds(own, row);
            i64 length = (from[1] - from[0]) & if_there(own->there, row);
            const u8 *data = own->data + from[0];
            if (own->end - data >= length + 16) {
                __builtin_memcpy(out, data, 16);
                for (i64 byte = 16; byte < length; byte += 16) __builtin_memcpy(out + byte, data + byte, 16);
            } else {
                for (i64 byte = 0; byte < length; byte++) out[byte] = data[byte];
            }
            out += length;
        }
        offsets[row + 1] = (int32_t)(out - begin);
    }
}

/* Numbers above 0 in decimal digits, others as nothing. */
void digits(const i64 *numbers, int32_t *offsets, u8 *out, i64 count) {
    const u8 *begin = out;
    offsets[0] = 0;
    for (i64 i = 0; i < count; i++) {
        if (numbers[i] > 0) out = number(out, (u64)numbers[i]);
        offsets[i + 1] = (int32_t)(out - begin);
    }
}

/* Letters and digits in lower case; a run of anything else is one dash, apostrophes are left out. Then the number. */
void slugs(const strings *names, const i64 *numbers, int32_t *offsets, u8 *out, i64 rows) {
    const u8 *begin = out;
    offsets[0] = 0;
    for (i64 row = 0; row < rows; row++) {
        const int32_t *from = bounds(names, row);
        int dashed = 0;
        for (const u8 *at = names->data + from[0]; at < names->data + from[1]; at++) {
            u8 letter = *at >= 'A' && *at <= 'Z' ? *at + 32 : *at;
            if (letter == '\'') continue;
            int kept = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
            if (kept) *out++ = letter;
            else if (!dashed) *out++ = '-';
            dashed = !kept;
        }
        *out++ = '-';
        out = number(out, (u64)numbers[row]);
        offsets[row + 1] = (int32_t)(out - begin);
    }
}
