/* The coverage sweep in plain C, the same octants, strips, rays and formulas as farwatch.detect.sweep: a yardstick for
 * compiled Python. Built by coverage_floor.py with gcc -O3 -march=native -fno-trapping-math, which lets gcc do eight rays at
 * a time; the look-ups are left to the compiler. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STRIP = 16, RAYS_PER_CELL = 2 };

typedef struct {
    long start, outward, sideways, rows, cells;
    int first, spare;
    double reach_2;
    float eye, bulge;
} Octant;

static long half_width(const Octant *o, long r) {
    long widest = r < o->cells - 1 ? r : o->cells - 1;
    double span = o->reach_2 - (double)r * r;
    return (double)widest * widest <= span ? widest : (long)sqrt(span);
}

static void emit(float *restrict out, const float *restrict slope, const float *restrict row, long first, long end,
                 float r, float n, float bulge) {
    float per = n / r;
    for (int j = (int)first; j < (int)end; j++) {
        float y = (float)j, at = y * per;
        int c = (int)at;
        float near = at - (float)c;
        float m = (1.f - near) * slope[c] + near * slope[c + 1];
        float height = r * m + bulge * (r * r + y * y) - row[j];
        out[j] = height > 0.f ? height : 0.f;
    }
}

static void advance(float *restrict raised, const float *restrict slope, const float *restrict before,
                    const float *restrict row, const float *restrict tangent, const float *restrict cotangent,
                    long rays, float r, float bulge) {
    float per = 1.f / r, last = r - 1.f;
    for (long c = 0; c < rays; c++) {
        float u = tangent[c], x = u * r;
        int i = (int)x;
        float column = (float)i, b = bulge + bulge * u * u, low = row[i], old = before[i];
        float met = (low + (x - column) * (row[i + 1] - low)) * per - b * r;
        float crossing = column * cotangent[c];
        float passed = (old + (crossing - last) * (low - old)) * (u / (column > 1.f ? column : 1.f)) - b * crossing;
        passed = crossing > last ? passed : met;
        met = passed > met ? passed : met;
        raised[c] = met > slope[c] ? met : slope[c];
    }
}

static void take(const float *restrict height, const Octant *o, long first, long count, long width,
                 float *restrict strip, long pitch) {
    long inside = width < o->cells ? width : o->cells, along = labs(o->sideways) == 1;
    long block = along ? inside : STRIP;
    for (long begin = 0; begin < inside; begin += block)
        for (long k = 0; k < count; k++) {
            const float *from = height + o->start + (first + k) * o->outward;
            float *to = strip + (k + 1) * pitch;
            long end = begin + block < inside ? begin + block : inside;
            if (o->sideways == 1)
                for (long j = begin; j < end; j++) to[j] = from[j] - o->eye;
            else if (o->sideways == -1)
                for (long j = begin; j < end; j++) to[j] = from[-j] - o->eye;
            else
                for (long j = begin; j < end; j++) to[j] = from[j * o->sideways] - o->eye;
        }
    for (long k = 1; k <= count; k++)
        for (long j = inside; j < width; j++) strip[k * pitch + j] = strip[k * pitch + inside - 1];
}

static void give(const float *restrict floors, const Octant *o, const long *ends, long first, long count,
                 float *restrict out, long pitch) {
    long widest = first + count < o->cells ? first + count : o->cells, along = labs(o->sideways) == 1;
    long block = along ? widest : STRIP;
    for (long begin = o->first; begin < widest; begin += block)
        for (long k = 0; k < count; k++) {
            float *to = out + o->start + (first + k) * o->outward;
            const float *from = floors + k * pitch;
            long end = begin + block < ends[k] ? begin + block : ends[k];
            if (o->sideways == 1)
                for (long j = begin; j < end; j++) to[j] = from[j];
            else if (o->sideways == -1)
                for (long j = begin; j < end; j++) to[-j] = from[j];
            else
                for (long j = begin; j < end; j++) to[j * o->sideways] = from[j];
        }
}

static void octant(const float *height, float *out, const Octant *o) {
    long n = o->rows * RAYS_PER_CELL, pitch = (o->rows < o->cells ? o->rows : o->cells) + 2 * STRIP;
    float *slope = malloc((n + 2) * sizeof(float)), *raised = malloc((n + 2) * sizeof(float));
    float *tangent = calloc(n + 1, sizeof(float)), *cotangent = calloc(n + 1, sizeof(float));
    float *strip = calloc((STRIP + 1) * pitch, sizeof(float)), *floors = malloc(STRIP * pitch * sizeof(float));
    long widths[STRIP], ends[STRIP];
    for (long c = 0; c < n + 2; c++) slope[c] = raised[c] = -1e9f;
    for (long c = 1; c <= n; c++) tangent[c] = (double)c / n, cotangent[c] = (double)n / c;
    for (long first = 1; first <= o->rows; first += STRIP) {
        long count = o->rows + 1 - first < STRIP ? o->rows + 1 - first : STRIP, widest = 0;
        for (long k = 0; k < count; k++) {
            long r = first + k, last = r - o->spare;
            widths[k] = half_width(o, r);
            ends[k] = (widths[k] < last ? widths[k] : last) + 1;
            if (widths[k] > widest) widest = widths[k];
        }
        take(height, o, first, count, widest + 3, strip, pitch);
        for (long k = 0; k < count; k++) {
            long r = first + k, rays = ((widths[k] + 1) * n - 1) / r;
            if (rays > n) rays = n;
            float *row = strip + (k + 1) * pitch, *other = raised;
            emit(floors + k * pitch, slope, row, o->first, ends[k], r, n, o->bulge);
            advance(raised, slope, row - pitch, row, tangent, cotangent, rays + 1, r, o->bulge);
            raised = slope;
            slope = other;
            slope[n + 1] = slope[n];
        }
        give(floors, o, ends, first, count, out, pitch);
        memcpy(strip, strip + count * pitch, pitch * sizeof(float));
    }
    free(slope), free(raised), free(tangent), free(cotangent), free(strip), free(floors);
}

void coverage(const float *height, float *out, long rows, long columns, long row, long column, double antenna,
              double cell, double earth) {
    long start = row * columns + column, deep[2] = {rows - 1 - row, row}, wide[2] = {columns - 1 - column, column};
    long down[2] = {columns, -columns}, across[2] = {1, -1};
    out[start] = 0.f;
    for (int ahead = 0; ahead < 2; ahead++)
        for (int aside = 0; aside < 2; aside++)
            for (int turned = 0; turned < 2; turned++) {
                Octant o = {start, turned ? across[ahead] : down[ahead], turned ? down[aside] : across[aside],
                            turned ? wide[ahead] : deep[ahead], 1 + (turned ? deep[aside] : wide[aside]),
                            aside, turned, 1e18, (float)(height[start] + antenna), (float)(cell * cell / (2 * earth))};
                if (o.rows > 0 && o.cells > o.first) octant(height, out, &o);
            }
}
