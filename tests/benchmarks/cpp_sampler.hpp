// The sampler of simulator/kernel/sampler.py in C++: the same bits, the same tables, the same order.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#ifdef VECTOR_MATH  // the compiler's own vectorised functions: up to 4 units in the last place off
#define VECTORISED __attribute__((simd("notinbranch")))
extern "C" {
VECTORISED double exp(double) noexcept;
VECTORISED double expm1(double) noexcept;
VECTORISED double log(double) noexcept;
VECTORISED double log10(double) noexcept;
}
#endif

using Word = std::uint64_t;
using std::exp, std::expm1, std::log, std::log10, std::sqrt;

constexpr Word MASK = 0xFFFFFFFF, MANTISSA = (Word(1) << 53) - 1;
constexpr Word OCTAVES = 52, BIASED_LOWEST = 1023 - 53;
enum Kind { SMOOTH, KINKED, STEPS };
using Cell = double[8];

struct Streams {
    std::int64_t count;
    const std::int64_t *rows;
    const Word *keys;
    const std::int64_t *kinds;
    const Word *bits;
    const std::int64_t *starts;
    const Cell *coefficients;
    const double *breaks;
    const double (*ends)[2];
};

static inline double fold(Word u) {
    Word top = u >> 52;
    return double(std::int64_t((u ^ ((0 - top) & MANTISSA)) + top)) * 0x1p-53;
}

static void uniforms(Word first, int count, Word key, double *__restrict v, Word *__restrict upper) {
    for (int j = 0; j < count / 2; j++) {
        Word c = first / 2 + j, c0 = c & MASK, c1 = c >> 32, c2 = 0, c3 = 0, k0 = key & MASK, k1 = key >> 32;
        for (int turn = 0; turn < 10; turn++) {
            Word p0 = Word(0xD2511F53) * c0, p1 = Word(0xCD9E8D57) * c2;
            c0 = (p1 >> 32) ^ c1 ^ k0, c1 = p1 & MASK, c2 = (p0 >> 32) ^ c3 ^ k1, c3 = p0 & MASK;
            k0 = (k0 + 0x9E3779B9) & MASK, k1 = (k1 + 0xBB67AE85) & MASK;
        }
        Word a = (((c0 << 32) | c1) >> 12 << 1) | 1, b = (((c2 << 32) | c3) >> 12 << 1) | 1;
        v[2 * j] = fold(a), v[2 * j + 1] = fold(b);
        upper[2 * j] = a >> 52, upper[2 * j + 1] = b >> 52;
    }
}

static inline Word cell_of(double t, Word upper, Word bits) {
    Word number;
    std::memcpy(&number, &t, sizeof t);
    return (number >> (52 - bits)) - (BIASED_LOWEST << bits) + upper * (OCTAVES << bits);
}

static void smooth(int count, Word bits, const Cell *__restrict table, double low, double high,
                   const double *__restrict v, const Word *__restrict upper, double *__restrict out) {
    for (int i = 0; i < count; i++) {
        const double *c = table[cell_of(v[i], upper[i], bits)];
        out[i] = std::min(std::max(c[0] + v[i] * (c[1] + v[i] * (c[2] + v[i] * c[3])), low), high);
    }
}

static void kinked(int count, Word bits, const Cell *__restrict table, const double *__restrict breaks,
                   double low, double high, const double *__restrict v, const Word *__restrict upper,
                   double *__restrict out) {
    for (int i = 0; i < count; i++) {
        Word cell = cell_of(v[i], upper[i], bits);
        const double *c = table[cell] + (v[i] >= breaks[cell] ? 4 : 0);
        out[i] = std::min(std::max(c[0] + v[i] * (c[1] + v[i] * (c[2] + v[i] * c[3])), low), high);
    }
}

static void steps(int count, const Cell *values, const double *cumulative, const double *v, const Word *upper,
                  double *out) {
    for (int i = 0; i < count; i++) {
        double u = upper[i] ? 1.0 - v[i] : v[i];
        int k = 0;
        while (u > cumulative[k]) k++;
        out[i] = values[k][0];
    }
}

static void sample(Word first, int count, const Streams &s, double (*__restrict block)[BLOCK]) {
    alignas(64) double v[BLOCK];
    alignas(64) Word upper[BLOCK];
    int even = count + count % 2;
    for (int i = 0; i < s.count; i++) {
        uniforms(first, even, s.keys[i], v, upper);
        const Cell *table = s.coefficients + s.starts[i];
        const double *breaks = s.breaks + s.starts[i];
        double *out = block[s.rows[i]], low = s.ends[i][0], high = s.ends[i][1];
        if (s.kinds[i] == SMOOTH) smooth(even, s.bits[i], table, low, high, v, upper, out);
        else if (s.kinds[i] == KINKED) kinked(even, s.bits[i], table, breaks, low, high, v, upper, out);
        else steps(even, table, breaks, v, upper, out);
    }
}
