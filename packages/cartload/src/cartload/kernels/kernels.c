/* The engine's inner loops: integers only, no state, no memory of their own, nothing of a C library.
 *
 * What each computes is said where kernels.py gives it a name. Sums and products wrap (-fwrapv), shifts of
 * signed numbers keep the sign. Those that answer a number answer how many positions were outside of the
 * table they point into; Python makes an IndexError of it.
 */
#include <stdint.h>

typedef int64_t i64;
typedef uint64_t u64;
typedef uint8_t u8;

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

static inline u64 mixed(u64 word) {
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9u;
    word = (word ^ word >> 27) * 0x94D049BB133111EBu;
    return word ^ word >> 31;
}

static inline u64 scrambled(u64 row, u64 first, u64 second) { return mixed(mixed(row + first) + second); }

static inline i64 floored(i64 value, i64 by) { return value / by - (value % by < 0); }

static inline u64 eight_bytes(const u8 *from) {
    u64 word;
    __builtin_memcpy(&word, from, 8);
    return word;
}

/* draws */

void scramble(const u64 *rows, u64 first, u64 second, u64 *out, i64 count) {
    for (i64 i = 0; i < count; i++) out[i] = scrambled(rows[i], first, second);
}

/* ragged groups */

/* Most groups are small: four places are written whatever the count, so that nothing has to be guessed. `out`
 * has room for four more. */
void owners(const i64 *counts, i64 groups, i64 *out) {
    for (i64 group = 0; group < groups; group++) {
        for (i64 row = 0; row < 4; row++) out[row] = group;
        for (i64 row = 4; row < counts[group]; row++) out[row] = group;
        out += counts[group];
    }
}

void places(const i64 *counts, i64 groups, i64 *out) {
    for (i64 group = 0; group < groups; group++) {
        for (i64 row = 0; row < 4; row++) out[row] = row;
        for (i64 row = 4; row < counts[group]; row++) out[row] = row;
        out += counts[group];
    }
}

/* `running` has room for the sums before each value and after the last. */
void group_sums(const i64 *values, i64 count, const i64 *counts, i64 groups, i64 *running, i64 *out) {
    running[0] = 0;
    for (i64 i = 0; i < count; i++) running[i + 1] = running[i] + values[i];
    for (i64 group = 0; group < groups; group++) {
        out[group] = running[counts[group]] - running[0];
        running += counts[group];
    }
}

/* Owners' values are compared at each distance: loops without a guess, though there are more of them. */
i64 later_doubles(const i64 *owner, const i64 *values, i64 most, u64 *keys, u8 *hits, i64 *out, i64 count) {
    for (i64 i = 0; i < count; i++) {
        keys[i] = (u64)owner[i] << 40 ^ (u64)values[i];
        hits[i] = 0;
    }
    for (i64 distance = 1; distance < most; distance++)
        for (i64 i = distance; i < count; i++) hits[i] |= keys[i] == keys[i - distance];
    i64 found = 0;
    for (i64 i = 0; i < count; i++) {
        out[found] = i;
        found += hits[i];
    }
    return found;
}

/* sampling */

void systematic(const i64 *weights, const i64 *sizes, const i64 *quotas, const i64 *starts, i64 blocks, i64 *out) {
    for (i64 block = 0; block < blocks; block++) {
        i64 total = 0, running = 0, before = 0;
        for (i64 i = 0; i < sizes[block]; i++) total += weights[i];
        i64 offset = (starts[block] >> 16) * total >> 16, whole = total > 1 ? total : 1;
        for (i64 i = 0; i < sizes[block]; i++) {
            running += weights[i];
            i64 given = (running * quotas[block] + offset) / whole;
            out[i] = given - before;
            before = given;
        }
        weights += sizes[block];
        out += sizes[block];
    }
}

i64 running_times(const i64 *weights, const i64 *words, const i64 *exponentials, i64 handicap, i64 *out, i64 count) {
    i64 outside = 0;
    for (i64 i = 0; i < count; i++) {
        i64 weight = weights[i];
        if ((u64)weight > 255 || (u64)words[i] > 0xFFFF) {
            outside++;
            continue;
        }
        out[i] = exponentials[words[i]] * (weight ? (1 << 16) / weight : 1) + (weight ? 0 : handicap);
    }
    return outside;
}

/* Buckets of numbers from 0 on, thirty-two for each power of two. */
enum { BUCKETS = 64 * 32 };

static inline i64 bucket(u64 number) {
    if (number < 32) return (i64)number;
    i64 power = 63 - __builtin_clzll(number);
    return (power - 4) << 5 | (i64)(number >> (power - 5) & 31);
}

/* The quota-th smallest of keys that are all different (Hoare's selection). */
static i64 smallest(i64 *keys, i64 size, i64 quota) {
    i64 low = 0, high = size - 1;
    while (low < high) {
        i64 pivot = keys[low + (high - low) / 2], left = low, right = high;
        while (left <= right) {
            while (keys[left] < pivot) left++;
            while (keys[right] > pivot) right--;
            if (left <= right) {
                i64 swapped = keys[left];
                keys[left++] = keys[right];
                keys[right--] = swapped;
            }
        }
        if (quota <= right) high = right;
        else if (quota >= left) low = left;
        else break;
    }
    return keys[quota];
}

/* The last key of those that come in: counted by buckets, then looked for in the one that it lies in. */
static i64 last_home(const i64 *times, i64 size, i64 quota, i64 *scratch) {
    uint32_t counts[BUCKETS];
    for (i64 at = 0; at < BUCKETS; at++) counts[at] = 0;
    for (i64 i = 0; i < size; i++) counts[bucket((u64)times[i])]++;
    i64 hit = 0, found = 0;
    while (quota > counts[hit]) quota -= counts[hit++];
    for (i64 i = 0; i < size; i++) {
        scratch[found] = (times[i] << 16) + i;
        found += bucket((u64)times[i]) == hit;
    }
    return smallest(scratch, found, quota - 1);
}

/* Times are 0 to 2**46, a block has at most 2**16 rows; `scratch` has room for one more. */
void race(const i64 *times, const i64 *sizes, const i64 *quotas, i64 blocks, i64 *scratch, u8 *out) {
    for (i64 block = 0; block < blocks; block++) {
        i64 size = sizes[block], quota = quotas[block], last = quota > 0 ? INT64_MAX : -1;
        if (quota > 0 && quota < size) last = last_home(times, size, quota, scratch);
        for (i64 i = 0; i < size; i++) out[i] = (times[i] << 16) + i <= last;
        times += size;
        out += size;
    }
}

i64 find(const i64 *running, i64 entries, const i64 *table, i64 buckets, i64 shift, const i64 *positions, i64 *out,
         i64 count) {
    i64 outside = 0;
    for (i64 i = 0; i < count; i++) {
        i64 position = positions[i];
        if ((u64)position >> shift >= (u64)buckets || position >= running[entries]) {
            outside++;
            continue;
        }
        i64 place = table[position >> shift];
        while (position >= running[place + 1]) place++;
        out[i] = place;
    }
    return outside;
}

void favourites(const u64 *words, const i64 *category, i64 categories, i64 *out, i64 count) {
    for (i64 i = 0; i < count; i++, out += 4)
        for (i64 place = 0; place < 4; place++) {
            i64 chosen = category[words[i] >> (52 - 12 * place) & 4095];
            for (i64 round = 0; round < place && round < categories - 1; round++)
                for (i64 other = 0; other < place; other++)
                    if (out[other] == chosen) {
                        chosen = (chosen + 1) % categories;
                        break;
                    }
            out[place] = chosen;
        }
}

/* time */

i64 position(const i64 *moments, i64 start, i64 days, const i64 *running, const i64 *daily, const i64 *hours,
             const i64 *before, i64 *out, i64 count) {
    i64 outside = 0;
    for (i64 i = 0; i < count; i++) {
        i64 since = moments[i] - start, day = since / DAY;
        if (since < 0 || day >= days) {
            outside++;
            continue;
        }
        i64 within = since - day * DAY, hour = within / HOUR;
        i64 part = daily[day] * hours[hour] * (within - hour * HOUR) / HOUR;
        out[i] = running[day] + daily[day] * before[hour] + part;
    }
    return outside;
}

void moment(const i64 *positions, const i64 *day, i64 start, const i64 *running, const i64 *daily,
            const i64 *hours, const i64 *before, const i64 *hour_of_unit, i64 *out, i64 count) {
    for (i64 i = 0; i < count; i++) {
        i64 weight = daily[day[i]], rest = positions[i] - running[day[i]], hour = hour_of_unit[rest / weight];
        rest -= weight * before[hour];
        out[i] = start + day[i] * DAY + hour * HOUR + rest * HOUR / (weight * hours[hour]);
    }
}

/* Offsets at noon are even numbers of milliseconds: the lowest bit says whether the day's clocks change. */
static inline i64 at_noon(const int32_t *noon, i64 first_day, i64 days, i64 zone, i64 day) {
    i64 place = day - first_day;
    return noon[zone * days + (place < 0 ? 0 : place < days ? place : days - 1)];
}

void local_day(const int32_t *noon, i64 first_day, i64 days, const i64 *zone, const i64 *moments, i64 *out, i64 count) {
    for (i64 i = 0; i < count; i++) {
        i64 offset = at_noon(noon, first_day, days, zone[i], floored(moments[i], DAY)) & ~1;
        out[i] = floored(moments[i] + offset, DAY);
    }
}

i64 local(const int32_t *noon, i64 first_day, i64 days, const i64 *zone, const i64 *moments, i64 *out, i64 *hit,
          i64 count) {
    i64 hits = 0;
    local_day(noon, first_day, days, zone, moments, out, count);
    for (i64 i = 0; i < count; i++) {
        i64 offset = at_noon(noon, first_day, days, zone[i], out[i]);
        out[i] = moments[i] + (offset & ~1);
        hit[hits] = i;
        hits += offset & 1;
    }
    return hits;
}

i64 utc(const int32_t *noon, i64 first_day, i64 days, const i64 *zone, const i64 *moments, i64 *out, i64 *hit,
        i64 count) {
    i64 hits = 0;
    for (i64 i = 0; i < count; i++) {
        i64 offset = at_noon(noon, first_day, days, zone[i], floored(moments[i], DAY));
        out[i] = moments[i] - (offset & ~1);
        hit[hits] = i;
        hits += offset & 1;
    }
    return hits;
}

/* row hashes */

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

/* One column of a batch: the words of its values `step` bytes apart, or, where there is a pool, int32 places in
 * it. Of validity bits, which may be none, the first is that of row 0. */
typedef struct {
    const u8 *values, *there;
    i64 first, step;
    u64 factor, null;
    const u64 *pool;
    i64 entries;
} column;

enum { SLICE = 1024 };

static inline int missing(const u8 *there, i64 row) { return there && !(there[row >> 3] >> (row & 7) & 1); }

/* All bits set, or none where it is missing. */
static inline i64 if_there(const u8 *there, i64 row) { return there ? -(i64)(there[row >> 3] >> (row & 7) & 1) : -1; }

static inline u64 hashed(u64 value, u64 factor) {
    u64 product = value * factor;
    return product ^ product >> 32;
}

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

static inline i64 clamped(i64 place, i64 entries) { return place < 0 ? 0 : place < entries ? place : entries - 1; }

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

/* Sums of the lower and upper halves of the rows' low and high words; a slice of rows stays in the cache. */
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

/* text */

/* Eight hexadecimal digits, the first lowest. */
static inline u64 eight_digits(u64 word) {
    word = (word & 0xFFFF0000u) << 16 | (word & 0xFFFFu);
    word = (word & 0x0000FF000000FF00u) << 8 | (word & 0x000000FF000000FFu);
    word = (word & 0x00F000F000F000F0u) << 4 | (word & 0x000F000F000F000Fu);
    u64 letters = (word + 0x0606060606060606u) >> 4 & 0x0101010101010101u;
    return __builtin_bswap64(word + 0x3030303030303030u + letters * ('a' - '0' - 10));
}

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

void numbered(const u8 *prefix, i64 length, const i64 *numbers, i64 digits, u8 *out, i64 count) {
    for (i64 i = 0; i < count; i++, out += length + digits) {
        i64 number = numbers[i];
        for (i64 at = 0; at < length; at++) out[at] = prefix[at];
        for (i64 at = length + digits - 1; at >= length; at--, number /= 10) out[at] = (u8)('0' + number % 10);
    }
}

/* Strings of Arrow up to `end`, and int32 places in them; where there are none, each row has its own. Of validity
 * bits, which may be none, the first is that of row 0. */
typedef struct {
    const u8 *data, *end, *there;
    const int32_t *offsets, *places;
    i64 entries;
} strings;

static inline const int32_t *bounds(const strings *own, i64 row) {
    return own->offsets + (own->places ? clamped(own->places[row], own->entries) : row);
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

/* The strings of each row one behind the other, sixteen bytes at a time, at least so many: the next string covers what
 * is too much, and after the last one there is room. */
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

static const char PAIRS[201] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748"
                               "49505152535455565758596061626364656667686970717273747576777879808182838485868788899091929394959697"
                               "9899";

static inline u8 *two_digits(u8 *out, i64 number) {
    __builtin_memcpy(out, PAIRS + 2 * number, 2);
    return out + 2;
}

static inline u8 *number(u8 *out, u64 rest) {
    u8 text[20];
    i64 at = 20;
    for (; rest >= 100; rest /= 100) two_digits(text + (at -= 2), (i64)(rest % 100));
    if (rest >= 10) two_digits(text + (at -= 2), (i64)rest);
    else text[--at] = (u8)('0' + rest);
    while (at < 20) *out++ = text[at++];
    return out;
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

/* lines of text */

/* A number of `scale` decimal places. */
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

/* NULL in its own right, or a place of one in the pool. */
static inline int is_null(const field *own, i64 row) {
    if (missing(own->there, own->first + row)) return 1;
    return own->text.there && missing(own->text.there, bounds(&own->text, row) - own->text.offsets);
}

/* All lines; the answer is how long they are. `out` has room for sixteen bytes more. */
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
