/* Loops that return a number return how many places were outside of a table, unless their comment says otherwise. They
 * check places that come from data, because C would read memory that belongs to others; a wrong place is left out, and
 * library.py raises an error. */
#include "kernels.h"

/* One pass: numpy would read and write the whole array for each of some fifteen operations. */
void scramble(const u64 *rows, u64 first, u64 second, u64 *out, i64 count) {
    for (i64 i = 0; i < count; i++) out[i] = scrambled(rows[i], first, second);
}

/* Most groups have at most four rows: four places are always written, without a loop whose length the processor would
 * have to guess, and the next group overwrites the ones that are too many. `out` has room for four more. */
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

/* Differences of running sums: the loop over values has no groups in it, and that over groups no values, so neither has
 * an inner loop of unknown length. `running` has room for one sum more than there are values. */
void group_sums(const i64 *values, i64 count, const i64 *counts, i64 groups, i64 *running, i64 *out) {
    running[0] = 0;
    for (i64 i = 0; i < count; i++) running[i + 1] = running[i] + values[i];
    for (i64 group = 0; group < groups; group++) {
        out[group] = running[counts[group]] - running[0];
        running += counts[group];
    }
}

/* Each value is compared with the one 1, 2, ... most - 1 places before it, one distance after the other. That
 * compares more than a search would, but in loops without branches, of which a processor does many steps at once.
 * Owner and value are in one key, so that values of different owners never agree. Returns how many were found.
 *
 * Groups are small (an order's items, a customer's wishes); a group of n costs n comparisons for each row of all
 * groups, so this is not for large ones. */
i64 later_doubles(const i64 *owner, const i64 *values, i64 most, u64 *keys, u8 *hits, i64 *out, i64 count) {
    for (i64 i = 0; i < count; i++) {
        keys[i] = (u64)owner[i] << 40 ^ (u64)values[i];
        hits[i] = 0;
    }
    for (i64 distance = 1; distance < most; distance++)
        for (i64 i = distance; i < count; i++) hits[i] |= keys[i] == keys[i - distance];
    i64 found = 0;
    for (i64 i = 0; i < count; i++) {
        out[found] = i; /* always written, kept only after a hit */
        found += hits[i];
    }
    return found;
}

/* Systematic sampling (Madow 1949): the running sum of weights is cut into `quota` equal steps from a random offset
 * on, and each row gets as many things as steps end in its part. `given` is the number of all things up to a row,
 * rounded down: the difference of two is exact, so rounding errors never add up, and the last row makes the quota
 * complete. */
void systematic(const i64 *weights, const i64 *sizes, const i64 *quotas, const i64 *starts, i64 blocks, i64 *out) {
    for (i64 block = 0; block < blocks; block++) {
        i64 total = 0, running = 0, before = 0;
        for (i64 i = 0; i < sizes[block]; i++) total += weights[i];
        /* The offset is a part of the total, by the upper sixteen bits of a 32-bit word: with all 32 the product would
         * leave no room for large totals. */
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

/* An exponential number divided by the weight is exponential with the weight as its rate. The quotient is that of
 * integers: a weight becomes the factor 65536 / weight, so that keys stay integers. */
i64 sampling_keys(const i64 *weights, const i64 *words, const i64 *exponentials, i64 weightless, i64 *out, i64 count) {
    i64 outside = 0;
    for (i64 i = 0; i < count; i++) {
        i64 weight = weights[i];
        if ((u64)weight > 255 || (u64)words[i] > 0xFFFF) {
            outside++;
            continue;
        }
        out[i] = exponentials[words[i]] * (weight ? (1 << 16) / weight : 1) + (weight ? 0 : weightless);
    }
    return outside;
}

/* Buckets of numbers from 0 on, thirty-two for each power of two: about 3 % wide wherever they are. */
enum { BUCKETS = 64 * 32 };

static inline i64 bucket(u64 number) {
    if (number < 32) return (i64)number;
    i64 power = 63 - __builtin_clzll(number);
    return (power - 4) << 5 | (i64)(number >> (power - 5) & 31);
}

/* The key at place `quota`, from 0, were they sorted; all are different (Hoare's Algorithm 65, 1961). */
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

/* The quota-th smallest key, from 1, with its row's place in its lowest 16 bits: so no two are equal, and of equal
 * keys the earlier row comes first. A count by buckets says in which bucket it lies, and only the keys of that one
 * are searched. */
static i64 last_chosen(const i64 *keys, i64 size, i64 quota, i64 *scratch) {
    uint32_t counts[BUCKETS];
    for (i64 at = 0; at < BUCKETS; at++) counts[at] = 0;
    for (i64 i = 0; i < size; i++) counts[bucket((u64)keys[i])]++;
    i64 hit = 0, found = 0;
    while (quota > counts[hit]) quota -= counts[hit++];
    for (i64 i = 0; i < size; i++) {
        scratch[found] = (keys[i] << 16) + i; /* always written, kept only if it is in the bucket */
        found += bucket((u64)keys[i]) == hit;
    }
    return smallest(scratch, found, quota - 1);
}

/* Chooses the rows of each block with the smallest keys. Keys are below 2**46, a block has at most 2**16 rows, or
 * key and place would not fit into one word; `scratch` has room for one more than the largest block. */
void weighted_sample(const i64 *keys, const i64 *sizes, const i64 *quotas, i64 blocks, i64 *scratch, u8 *out) {
    for (i64 block = 0; block < blocks; block++) {
        i64 size = sizes[block], quota = quotas[block], last = quota > 0 ? INT64_MAX : -1;
        if (quota > 0 && quota < size) last = last_chosen(keys, size, quota, scratch);
        for (i64 i = 0; i < size; i++) out[i] = (keys[i] << 16) + i <= last;
        keys += size;
        out += size;
    }
}

/* A table says where in the running sum to begin, so that a step or two are enough (Chen and Asau 1974). The search
 * always ends: positions are below the last sum. */
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

/* A category that was chosen before is replaced by the next one. With `place` earlier ones, that is at most `place`
 * steps; with too few categories the last ones come twice. */
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

/* Demand before a moment: that of the days before, that of the hours before, and a part of the hour's. */
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

/* The inverse of position(). `hour_of_unit` says in which hour each unit of a day's demand lies. Both round down, so a
 * position's moment may have a smaller position, but never a larger one, and order is kept. */
void moment(const i64 *positions, const i64 *day, i64 start, const i64 *running, const i64 *daily,
            const i64 *hours, const i64 *before, const i64 *hour_of_unit, i64 *out, i64 count) {
    for (i64 i = 0; i < count; i++) {
        i64 weight = daily[day[i]], rest = positions[i] - running[day[i]], hour = hour_of_unit[rest / weight];
        rest -= weight * before[hour];
        out[i] = start + day[i] * DAY + hour * HOUR + rest * HOUR / (weight * hours[hour]);
    }
}

/* Offsets at noon are even numbers of milliseconds: the lowest bit says whether the day's clocks change. Outside of the
 * table the nearest day counts. */
static inline i64 at_noon(const int32_t *noon, i64 first_day, i64 days, i64 zone, i64 day) {
    i64 place = day - first_day;
    return noon[zone * days + (place < 0 ? 0 : place < days ? place : days - 1)];
}

/* By the offset at noon of the day that has the moment's UTC date: exact but for an hour beside midnight around a
 * change of clocks. */
void local_day(const int32_t *noon, i64 first_day, i64 days, const i64 *zone, const i64 *moments, i64 *out, i64 count) {
    for (i64 i = 0; i < count; i++) {
        i64 offset = at_noon(noon, first_day, days, zone[i], floored(moments[i], DAY)) & ~1;
        out[i] = floored(moments[i] + offset, DAY);
    }
}

/* Returns how many moments lie on days on which clocks change, and in `hit` their places: their result is only right
 * if no clock had changed, the caller corrects them. So does utc. */
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
