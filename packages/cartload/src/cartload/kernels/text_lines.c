#include "kernels.h"

/* A number of `scale` decimal places. It is negated as an unsigned number: -2**63 has no positive one in 64 bits. */
static inline u8 *decimal(u8 *out, i64 value, i64 scale) {
    u64 one = 1, all = value < 0 ? -(u64)value : (u64)value;
    if (value < 0) *out++ = '-';
    if (scale == 0) return number(out, all);
    for (i64 place = 0; place < scale; place++) one *= 10;
    out = number(out, all / one);
    *out++ = '.';
    u64 part = all % one;
    for (i64 place = scale - 1; place >= 0; place--, part /= 10) out[place] = (u8)('0' + part % 10);
    return out + scale;
}

/* YYYY-MM-DD of a day since 1970 (Hinnant, "chrono-compatible low-level date algorithms", civil_from_days). */
static inline u8 *date(u8 *out, i64 day) {
    i64 since = day + 719468, era = floored(since, 146097), of_era = since - era * 146097;
    i64 year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    i64 of_year = of_era - (365 * year + year / 4 - year / 100), shifted = (5 * of_year + 2) / 153;
    i64 month = shifted < 10 ? shifted + 3 : shifted - 9;
    year += era * 400 + (month <= 2);
    out = two_digits(two_digits(out, year / 100), year % 100);
    *out++ = '-';
    out = two_digits(out, month);
    *out++ = '-';
    return two_digits(out, of_year - (153 * shifted + 2) / 5 + 1);
}

/* YYYY-MM-DD, a character between, HH:MM:SS.mmm; with a T between, a Z behind. */
static inline u8 *time_of(u8 *out, i64 moment, u8 between) {
    i64 day = floored(moment, DAY), rest = moment - day * DAY;
    out = date(out, day);
    *out++ = between;
    out = two_digits(out, rest / HOUR);
    *out++ = ':';
    out = two_digits(out, rest / 60000 % 60);
    *out++ = ':';
    out = two_digits(out, rest / 1000 % 60);
    *out++ = '.';
    *out++ = (u8)('0' + rest / 100 % 10);
    out = two_digits(out, rest % 100);
    if (between == 'T') *out++ = 'Z';
    return out;
}

enum { CONSTANT, TEXT, LONG, SHORT, FLAG, DATE, TIME, DECIMAL };

/* One field of each line: what it starts with, then its value in quotes or without, or else what stands for NULL.
 * `first` is the place of row 0 in the bits of validity and of flags. */
typedef struct {
    i64 kind;
    const u8 *values, *there;
    i64 first;
    strings text;
    i64 detail;
    const u8 *start;
    i64 start_length;
    const u8 *null;
    i64 null_length;
    i64 quote;
} field;

static inline u8 *copied(u8 *out, const u8 *from, i64 length) {
    for (i64 byte = 0; byte < length; byte++) out[byte] = from[byte];
    return out + length;
}

static inline u8 *written(u8 *out, const field *own, i64 row) {
    const i64 *longs = (const i64 *)own->values;
    const int32_t *shorts = (const int32_t *)own->values;
    i64 bit = own->first + row;
    switch (own->kind) {
    case TEXT: {
        const int32_t *from = bounds(&own->text, row);
        i64 length = from[1] - from[0];
        const u8 *data = own->text.data + from[0];
        /* Sixteen bytes at a time are faster, but read beyond the string: not where the buffer ends. */
        if (own->text.end - data < length + 16) return copied(out, data, length);
        for (i64 byte = 0; byte < length; byte += 16) __builtin_memcpy(out + byte, data + byte, 16);
        return out + length;
    }
    case LONG: return decimal(out, longs[row], 0);
    case SHORT: return decimal(out, shorts[row], 0);
    case FLAG: return own->values[bit >> 3] >> (bit & 7) & 1 ? copied(out, (const u8 *)"true", 4) : copied(out, (const u8 *)"false", 5);
    case DATE: return date(out, shorts[row]);
    case TIME: return time_of(out, longs[row], (u8)own->detail);
    case DECIMAL: return decimal(out, longs[2 * row], own->detail);
    default: return out;
    }
}

/* Whether the row is NULL itself, or points to a NULL of the pool. */
static inline int is_null(const field *own, i64 row) {
    if (missing(own->there, own->first + row)) return 1;
    return own->text.there && missing(own->text.there, bounds(&own->text, row) - own->text.offsets);
}

/* Writes all lines and returns how many bytes they have. Row by row and not column by column, so that `out` is
 * written once from its beginning to its end. It has room for sixteen bytes more than the longest lines. */
i64 lines(const field *fields, i64 count, u8 *out, i64 rows) {
    u8 *at = out;
    for (i64 row = 0; row < rows; row++)
        for (const field *own = fields; own < fields + count; own++) {
            at = copied(at, own->start, own->start_length);
            if (is_null(own, row)) {
                at = copied(at, own->null, own->null_length);
                continue;
            }
            if (own->quote) *at++ = (u8)own->quote;
            at = written(at, own, row);
            if (own->quote) *at++ = (u8)own->quote;
        }
    return at - out;
}
