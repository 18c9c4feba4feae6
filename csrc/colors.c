/* colors.c: see colors.h.
 */
#include "colors.h"

#include <string.h>

#include "floatbits.h"

enum { AT_ONCE = 1024 };

/* A subnormal as a zero of its sign, without a branch, so that a compiler makes vectors of it. */
static inline float flush(float x) {
    const int32_t bits = (int32_t)bits_of_float(x);
    const int32_t kept = (bits & INT32_MAX) < 0x00800000 ? INT32_MIN : -1;
    return float_of_bits((uint32_t)(bits & kept));
}
/* A tiny sum is exact, so it may be flushed afterwards.  NaNs are not told apart. */
static inline float add_flushed(float x, float y) { return flush(flush(x) + flush(y)); }

/* x86 hands a NaN that is subtracted through as it is. */
static inline float subtract_flushed(float x, float y) {
    return isnan(y) && !isnan(x) ? nan_of_floats(y, y) : add_flushed(x, -y);
}

/* ---- hue and saturation ------------------------------------------------------------------- */

/* Ordinary pixels, of which no step can make a subnormal, go together and without a branch, so that
 * a compiler makes vectors of them; all others one by one. */
enum { TOGETHER = 64 };

typedef struct {
    float red[TOGETHER], green[TOGETHER], blue[TOGETHER];
} group;

static inline void take_apart(const float *in, group *p) {
    for (int i = 0; i < TOGETHER; i++) {
        p->red[i] = in[3 * i];
        p->green[i] = in[3 * i + 1];
        p->blue[i] = in[3 * i + 2];
    }
}
static inline void put_together(const group *p, float *out) {
    for (int i = 0; i < TOGETHER; i++) {
        out[3 * i] = p->red[i];
        out[3 * i + 1] = p->green[i];
        out[3 * i + 2] = p->blue[i];
    }
}

/* 0, or 2^-20 to 2^16: the smallest that hue and saturation then make of a pixel is 2^-126, from a
 * difference (2^-43), its ratio to another (2^-60) with 24 bits (2^-83), times the difference. */
static int are_ordinary(const float *in) {
    int all = 1;
    for (int i = 0; i < 3 * TOGETHER; i++) {
        const uint32_t size = bits_of_float(in[i]) & 0x7FFFFFFFu;
        all &= (size == 0) | (size - 0x35800000u < 0x47800000u - 0x35800000u);
    }
    return all;
}

/* Adjust pixels together where that may be, or alone; `together` may be NULL. */
static void adjust(float amount, void (*together)(float, group *),
                   void (*alone)(float, const float *, float *), uint64_t count, const float *in,
                   float *out) {
    group p;
    while (count) {
        const uint64_t n = count < TOGETHER ? count : TOGETHER;
        if (together && n == TOGETHER && are_ordinary(in)) {
            take_apart(in, &p);
            together(amount, &p);
            put_together(&p, out);
        } else
            for (uint64_t i = 0; i < 3 * n; i += 3)
                alone(amount, in + i, out + i);
        in += 3 * n;
        out += 3 * n;
        count -= n;
    }
}

/* a if so, else b. */
static inline float choose(int so, float a, float b) {
    const uint32_t mask = 0u - (uint32_t)so;
    return float_of_bits((bits_of_float(a) & mask) | (bits_of_float(b) & ~mask));
}

/* A colour by its sector of the circle, which says who is strong, who between, and who weak. */
static inline void place(int sector, float strong, float between, float weak, float *red,
                         float *green, float *blue) {
    const int s0 = sector == 0, s1 = sector == 1, s2 = sector == 2, s3 = sector == 3,
              s4 = sector == 4, s5 = sector == 5;
    *red = choose(s0 | s5, strong, choose(s1 | s4, between, weak));
    *green = choose(s1 | s2, strong, choose(s0 | s3, between, weak));
    *blue = choose(s3 | s4, strong, choose(s2 | s5, between, weak));
}

/* x86's conversion of a sixth of the circle; whatever is outside has none. */
static inline int sector_of(float h) { return h >= 0.0f && h < 6.0f ? (int)h : 6; }

static void turn_hue(float turn, const float *in, float *out) {
    const float r = in[0], g = in[1], b = in[2];
    const float red = flush(r), green = flush(g), blue = flush(b);
    float low, middle, high;
    int sector; /* of the circle, by which colour is strongest and which weakest */
    if (red < green) {
        if (blue < red) {
            sector = 1, high = g, middle = r, low = b;
        } else if (blue > green) {
            sector = 3, high = b, middle = g, low = r;
        } else {
            sector = 2, high = g, middle = b, low = r;
        }
    } else if (blue < green) {
        sector = 0, high = r, middle = g, low = b;
    } else if (blue > red) {
        sector = 4, high = b, middle = r, low = g;
    } else {
        sector = 5, high = r, middle = b, low = g;
    }
    if (sector > 1) /* there TensorFlow's compiler takes a maximum; all else it copies */
        high = flush(high);
    const float range = subtract_flushed(high, low);
    float hue = 0.0f;
    if (flush(high) != flush(low)) {
        const float part = divide_flushed_float(subtract_flushed(middle, low), range);
        hue = add_flushed((float)sector, sector & 1 ? subtract_flushed(1.0f, part) : part);
    }
    hue = add_flushed(hue, turn);
    while (hue < 0.0f)
        hue = add_flushed(hue, 6.0f);
    while (hue >= 6.0f)
        hue = subtract_flushed(hue, 6.0f);
    sector = sector_of(hue);
    float part = subtract_flushed(hue, (float)sector);
    if (sector & 1)
        part = subtract_flushed(1.0f, part);
    middle = add_flushed(low, multiply_flushed_float(part, range));
    place(sector < 6 ? sector : 5, high, middle, low, &out[0], &out[1], &out[2]);
}

/* The same for ordinary pixels and a turn by a circle at the most. */
static void turn_hues(float turn, group *p) {
    for (int i = 0; i < TOGETHER; i++) {
        const float r = p->red[i], g = p->green[i], b = p->blue[i];
        const int rising = r < g;
        const float weaker = choose(rising, r, g), stronger = choose(rising, g, r);
        const int weakest = b<weaker, strongest = b> stronger; /* blue is */
        const float low = choose(weakest, b, weaker), high = choose(strongest, b, stronger);
        const float middle = choose(weakest, weaker, choose(strongest, stronger, b));
        const float range = high - low, ratio = (middle - low) / range;
        int sector = weakest ? rising : strongest ? 4 - rising : 5 - 3 * rising;
        float hue = (float)sector + choose(sector & 1, 1.0f - ratio, ratio);
        hue = choose(high != low, hue, 0.0f) + turn;
        hue = choose(hue < 0.0f, hue + 6.0f, hue);
        hue = choose(hue >= 6.0f, hue - 6.0f, hue);
        hue = choose(hue >= 6.0f, hue - 6.0f, hue); /* 12 */
        sector = (int)hue;
        const float rest = hue - (float)sector, part = choose(sector & 1, 1.0f - rest, rest);
        place(sector, high, low + part * range, low, &p->red[i], &p->green[i], &p->blue[i]);
    }
}

void tfphilox_adjust_hue(float delta, uint64_t count, const float *in, float *out) {
    const float turn = multiply_flushed_float(delta, 6.0f), size = fabsf(turn);
    const int usual = size == 0.0f || (size >= 0x1p-60f && size <= 6.0f);
    adjust(turn, usual ? turn_hues : NULL, turn_hue, count, in, out);
}

/* std::max(x, y) and std::min(x, y), which return x unless y is beyond it. */
static inline float larger(float x, float y) { return choose(x < y, y, x); }
static inline float smaller(float x, float y) { return choose(y < x, y, x); }

static void scale_saturation(float factor, const float *in, float *out) {
    const float r = flush(in[0]), g = flush(in[1]), b = flush(in[2]);
    const float value = larger(r, larger(g, b));
    const float range = subtract_flushed(value, smaller(r, smaller(g, b)));
    float saturation = value > 0.0f ? divide_flushed_float(range, value) : 0.0f;
    const float norm = divide_flushed_float(1.0f, multiply_flushed_float(6.0f, range));
    /* TensorFlow adds thirds in double. */
    float hue;
    if (r == value)
        hue = multiply_flushed_float(norm, subtract_flushed(g, b));
    else if (g == value)
        hue = (float)((double)multiply_flushed_float(norm, subtract_flushed(b, r)) + 2.0 / 6.0);
    else
        hue = (float)((double)multiply_flushed_float(norm, subtract_flushed(r, g)) + 4.0 / 6.0);
    if (range <= 0.0f)
        hue = 0.0f;
    if (hue < 0.0f)
        hue = hue + 1.0f;
    saturation = smaller(1.0f, larger(0.0f, multiply_flushed_float(saturation, factor)));

    const float chroma = multiply_flushed_float(saturation, value);
    const float base = subtract_flushed(value, chroma);
    const float sixths = multiply_flushed_float(hue, 6.0f);
    float part = sixths; /* modulo 2 */
    while (part <= 0.0f)
        part += 2.0f;
    while (part >= 2.0f)
        part -= 2.0f;
    const float second = multiply_flushed_float(chroma, 1.0f - fabsf(part - 1.0f));
    float red, green, blue;
    place(sector_of(sixths), chroma, second, 0.0f, &red, &green, &blue);
    out[0] = add_flushed(red, base);
    out[1] = add_flushed(green, base);
    out[2] = add_flushed(blue, base);
}

/* The same for ordinary pixels. */
static void scale_saturations(float factor, group *p) {
    for (int i = 0; i < TOGETHER; i++) {
        const float r = p->red[i], g = p->green[i], b = p->blue[i];
        const float value = larger(r, larger(g, b));
        const float range = value - smaller(r, smaller(g, b));
        const int red_most = r == value, green_most = g == value;
        const float difference = choose(red_most, g - b, choose(green_most, b - r, r - g));
        const float step = 1.0f / (6.0f * range) * difference;
        float hue = (float)((double)step + (green_most ? 2.0 / 6.0 : 4.0 / 6.0));
        hue = choose(range <= 0.0f, 0.0f, choose(red_most, step, hue));
        hue = choose(hue < 0.0f, hue + 1.0f, hue);
        const float ratio = choose(value > 0.0f, range / value, 0.0f);
        const float chroma = smaller(1.0f, larger(0.0f, ratio * factor)) * value;
        const float base = value - chroma, sixths = hue * 6.0f;
        float part = choose(sixths <= 0.0f, sixths + 2.0f, sixths);
        for (int turn = 0; turn < 3; turn++)
            part = choose(part >= 2.0f, part - 2.0f, part);
        const float second = chroma * (1.0f - fabsf(part - 1.0f));
        float red, green, blue;
        place((int)sixths, chroma, second, 0.0f, &red, &green, &blue);
        p->red[i] = red + base;
        p->green[i] = green + base;
        p->blue[i] = blue + base;
    }
}

void tfphilox_adjust_saturation(float factor, uint64_t count, const float *in, float *out) {
    const int usual = factor == 0.0f || (factor >= 0x1p-20f && factor <= 0x1p20f);
    adjust(factor, usual ? scale_saturations : NULL, scale_saturation, count, in, out);
}

/* ---- brightness and contrast -------------------------------------------------------------- */

void tfphilox_adjust_brightness(float delta, uint64_t count, const float *in, float *out) {
    const float added = flush(delta);
    for (uint64_t i = 0; i < count; i++)
        out[i] = flush(flush(in[i]) + added);
}

/* TensorFlow sums a picture by adding its second half to its first, until one pixel is left; of an
 * odd number the middle one waits.  out is where the halves are added. */
static void sum_pixels(uint64_t pixels, uint64_t channels, const float *in, float *out) {
    const float *from = in;
    do {
        const uint64_t right = pixels / 2, left = pixels - right;
        for (uint64_t i = 0; i < right * channels; i++)
            out[i] = add_flushed(from[left * channels + i], from[i]);
        if (from == in && left > right)
            memcpy(out + right * channels, in + right * channels, channels * sizeof *out);
        from = out;
        pixels = left;
    } while (pixels > 1);
}

/* Write the first pixel into all. */
static void repeat_pixel(uint64_t pixels, uint64_t channels, float *out) {
    for (uint64_t done = 1, more; done < pixels; done += more) {
        more = done < pixels - done ? done : pixels - done;
        if (more > 1024) /* from the cache */
            more = 1024;
        memcpy(out + done * channels, out, more * channels * sizeof *out);
    }
}

/* out += factor * (in - out).  A product that is FLT_MIN may have been rounded up to it among
 * subnormals, where TensorFlow's is flushed: then by the exact steps. */
static void scale_differences(float factor, int count, const float *in, float *out) {
    float scaled[AT_ONCE];
    int32_t doubtful = 0;
    for (int i = 0; i < count; i++) {
        const float product = factor * add_flushed(in[i], -out[i]);
        doubtful |= -((bits_of_float(product) & 0x7FFFFFFFu) == 0x00800000u);
        scaled[i] = add_flushed(out[i], product);
    }
    if (!doubtful)
        memcpy(out, scaled, (size_t)count * sizeof *out);
    else
        for (int i = 0; i < count; i++)
            out[i] =
                add_flushed(out[i], multiply_flushed_float(factor, add_flushed(in[i], -out[i])));
}

void tfphilox_adjust_contrast(float factor, uint64_t pixels, uint64_t channels, const float *in,
                              float *out) {
    const float share = 1.0f / (float)pixels;
    sum_pixels(pixels, channels, in, out);
    for (uint64_t i = 0; i < channels; i++)
        out[i] = multiply_flushed_float(out[i], share);
    repeat_pixel(pixels, channels, out);
    factor = flush(factor);
    for (uint64_t left = pixels * channels; left;) {
        const int count = left < AT_ONCE ? (int)left : AT_ONCE;
        scale_differences(factor, count, in, out);
        in += count;
        out += count;
        left -= (uint64_t)count;
    }
}
