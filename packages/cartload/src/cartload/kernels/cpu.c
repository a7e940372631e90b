#include "kernels.h"

#if defined(__x86_64__)

static void identify(uint32_t leaf, uint32_t *registers) {
    __asm__ volatile("cpuid"
                     : "=a"(registers[0]), "=b"(registers[1]), "=c"(registers[2]), "=d"(registers[3])
                     : "a"(leaf), "c"(0));
}

/* Whether this processor has what _kernels_avx512.so is compiled for (the level x86-64-v4), and the operating system
 * saves its registers when it switches between processes: a processor may have AVX-512 under a system that does not,
 * and its instructions would then fail. CPUID and XGETBV are executed here, since no C library is linked that could
 * be asked (the tests and bits are those of Intel's Software Developer's Manual, volume 1, 15.2 to 15.4). */
i64 has_avx512(void) {
    uint32_t found[4], low, high;
    identify(0, found);
    if (found[0] < 7) return 0;
    identify(1, found);
    if (!(found[2] >> 27 & 1)) return 0; /* OSXSAVE: XGETBV may be asked */
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & 0xE6) != 0xE6) return 0; /* SSE, AVX, and the three parts of AVX-512 */
    identify(7, found);
    uint32_t wanted = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31; /* F, DQ, CD, BW, VL */
    return (found[1] & wanted) == wanted;
}

#else

i64 has_avx512(void) { return 0; }

#endif
