#include "kernels.h"

/* UUIDs of version 5 (RFC 9562, section 5.5): SHA-1 (RFC 3174) of a namespace and a name, cut to 128 bits. */

static inline uint32_t turned(uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

static inline uint32_t big_endian(const u8 *from) {
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static void digest_block(uint32_t *state, const u8 *block) {
    uint32_t word[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int at = 0; at < 16; at++) word[at] = big_endian(block + 4 * at);
    for (int at = 16; at < 80; at++) word[at] = turned(word[at - 3] ^ word[at - 8] ^ word[at - 14] ^ word[at - 16], 1);
    for (int at = 0; at < 80; at++) {
        uint32_t mix, constant;
        if (at < 20) mix = (b & c) | (~b & d), constant = 0x5A827999;
        else if (at < 40) mix = b ^ c ^ d, constant = 0x6ED9EBA1;
        else if (at < 60) mix = (b & c) | (b & d) | (c & d), constant = 0x8F1BBCDC;
        else mix = b ^ c ^ d, constant = 0xCA62C1D6;
        uint32_t next = turned(a, 5) + mix + e + constant + word[at];
        e = d, d = c, c = turned(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

/* Byte `at` of the padded message: the namespace's 16 bytes, the name, a 1 bit, zeros, and its length in bits. */
static inline u8 padded(const u8 *space, const u8 *name, i64 length, i64 blocks, i64 at) {
    if (at < 16) return space[at];
    if (at < length) return name[at - 16];
    if (at == length) return 0x80;
    i64 behind = 64 * blocks - at;
    return behind > 8 ? 0 : (u8)((u64)(8 * length) >> 8 * (behind - 1));
}

static u8 *hexadecimal(u8 *out, u8 byte) {
    static const char DIGITS[17] = "0123456789abcdef";
    *out++ = (u8)DIGITS[byte >> 4];
    *out++ = (u8)DIGITS[byte & 15];
    return out;
}

/* Writes the 36 characters of the UUID of each name; none of the names is NULL. */
void name_uuids(const u8 *space, const strings *names, u8 *out, i64 rows) {
    for (i64 row = 0; row < rows; row++) {
        const int32_t *from = bounds(names, row);
        const u8 *name = names->data + from[0];
        i64 length = 16 + from[1] - from[0], blocks = (length + 9 + 63) / 64;
        uint32_t state[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
        for (i64 number = 0; number < blocks; number++) {
            u8 block[64];
            for (i64 at = 0; at < 64; at++) block[at] = padded(space, name, length, blocks, 64 * number + at);
            digest_block(state, block);
        }
        for (int at = 0; at < 16; at++) {
            u8 byte = (u8)(state[at / 4] >> 8 * (3 - at % 4));
            if (at == 6) byte = (byte & 0x0F) | 0x50;
            if (at == 8) byte = (byte & 0x3F) | 0x80;
            if (at == 4 || at == 6 || at == 8 || at == 10) *out++ = '-';
            out = hexadecimal(out, byte);
        }
    }
}
