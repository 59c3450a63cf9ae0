/* The twin of tracking_filter.py: predict, mix, update and combine of two straight models (or one) in scalar C.
   States lie in records of `stride` doubles: time, x, p, weight, mean, sigma. */

#include <math.h>
#include <stdint.h>

typedef struct {
    double time, range, site[3], up[3], ahead[3], right[3], s, c, range_var, azimuth_var, elevation_var;
} Sight;

typedef struct {
    double rows[3][3], place[3], over[3], noise[3];
} Axes;

static double dot(const double *a, const double *b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

static double small_angle(double sine, double cosine) {
    if (cosine > 0.0 && fabs(sine) < 0.03) return sine * (1.0 + sine * sine * (1.0 / 6.0 + 0.075 * sine * sine));
    return atan2(sine, cosine);
}

static void blend(double (*x)[6], double (*p)[6][6], double *weight, double turned, double settled) {
    double w0 = weight[0], w1 = weight[1];
    double new0 = w0 * (1.0 - turned) + w1 * settled, new1 = w0 * turned + w1 * (1.0 - settled);
    double a = w1 * settled / new0, b = w1 * (1.0 - settled) / new1, aa = a * (1.0 - a), bb = b * (1.0 - b), d[6];
    for (int i = 0; i < 6; i++) d[i] = x[1][i] - x[0][i];
    for (int i = 0; i < 6; i++)
        for (int j = i; j < 6; j++) {
            double wide = d[i] * d[j], old = p[0][i][j], gap = p[1][i][j] - old;
            p[0][i][j] = old + a * gap + aa * wide;
            p[1][i][j] = old + b * gap + bb * wide;
        }
    for (int i = 0; i < 6; i++) {
        double old = x[0][i];
        x[0][i] = old + a * d[i];
        x[1][i] = old + b * d[i];
    }
    weight[0] = new0, weight[1] = new1;
}

static void move(double *x, double (*p)[6], double dt, double density) {
    double dt2 = dt * dt;
    for (int i = 0; i < 3; i++) {
        x[i] += dt * x[i + 3];
        for (int j = i; j < 3; j++) p[i][j] += dt * (p[i][j + 3] + p[j][i + 3]) + dt2 * p[i + 3][j + 3];
    }
    for (int i = 0; i < 3; i++)
        for (int j = i; j < 3; j++) {
            p[i][j + 3] += dt * p[i + 3][j + 3];
            if (i != j) p[j][i + 3] += dt * p[i + 3][j + 3];
        }
    for (int i = 0; i < 3; i++) {
        p[i][i] += density * dt2 * dt / 3.0;
        p[i][i + 3] += density * dt2 / 2.0;
        p[i + 3][i + 3] += density * dt;
    }
}

static void axes(const double *w, double (*x)[6], double (*p)[6][6], int models, const Sight *s, Axes *a) {
    double r = s->range, sine = s->s, cosine = s->c, f[3], right[3], d[3], h[3], prior = 0.0;
    for (int m = 0; m < models; m++) prior += w[m] * (p[m][0][0] + p[m][1][1]);
    for (int i = 0; i < 3; i++) f[i] = s->ahead[i], right[i] = s->right[i], a->over[i] = 0.0;
    if (prior < r * r * s->azimuth_var + s->range_var) {
        for (int i = 0; i < 3; i++) {
            d[i] = -s->site[i];
            for (int m = 0; m < models; m++) d[i] += w[m] * x[m][i];
        }
        double up = dot(d, s->up), ground;
        for (int i = 0; i < 3; i++) h[i] = f[i], f[i] = d[i] - up * s->up[i];
        ground = fmax(sqrt(dot(f, f)), 1.0);
        double r_p = sqrt(ground * ground + up * up), s_p = up / r_p, c_p = ground / r_p;
        for (int i = 0; i < 3; i++) f[i] /= ground;
        right[0] = f[1] * s->up[2] - f[2] * s->up[1];
        right[1] = f[2] * s->up[0] - f[0] * s->up[2];
        right[2] = f[0] * s->up[1] - f[1] * s->up[0];
        a->over[0] = r - r_p;
        a->over[1] = ground * small_angle(dot(h, right), dot(h, f));
        a->over[2] = r_p * small_angle(sine * c_p - cosine * s_p, cosine * c_p + sine * s_p);
        r = r_p, sine = s_p, cosine = c_p;
    }
    for (int i = 0; i < 3; i++) {
        a->rows[0][i] = cosine * f[i] + sine * s->up[i];
        a->rows[1][i] = right[i];
        a->rows[2][i] = cosine * s->up[i] - sine * f[i];
        a->place[i] = s->site[i] + r * a->rows[0][i];
    }
    a->noise[0] = s->range_var;
    a->noise[1] = r * r * cosine * cosine * s->azimuth_var;
    a->noise[2] = r * r * s->elevation_var;
}

static void column(double (*p)[6], const double *b, double *g) {
    g[0] = p[0][0] * b[0] + p[0][1] * b[1] + p[0][2] * b[2];
    g[1] = p[0][1] * b[0] + p[1][1] * b[1] + p[1][2] * b[2];
    for (int j = 2; j < 6; j++) g[j] = p[0][j] * b[0] + p[1][j] * b[1] + p[2][j] * b[2];
}

static void correct(double *x, double (*p)[6], const Axes *a, double *far, double *det) {
    double off[3] = {x[0] - a->place[0], x[1] - a->place[1], x[2] - a->place[2]}, left[3], g[3][6], k[3];
    *far = 0.0, *det = 1.0;
    for (int m = 0; m < 3; m++) {
        left[m] = a->over[m] - dot(a->rows[m], off);
        column(p, a->rows[m], g[m]);
        for (int n = 0; n < m; n++) {
            double share = dot(a->rows[m], g[n]) * k[n];
            for (int j = 0; j < 6; j++) g[m][j] -= share * g[n][j];
            left[m] -= share * left[n];
        }
        double s = dot(a->rows[m], g[m]) + a->noise[m];
        k[m] = 1.0 / s;
        *far += left[m] * left[m] * k[m];
        *det *= s;
    }
    for (int m = 0; m < 3; m++)
        for (int i = 0; i < 6; i++) x[i] += g[m][i] * left[m] * k[m];
    for (int i = 0; i < 6; i++)
        for (int j = i; j < 6; j++)
            p[i][j] -= k[0] * g[0][i] * g[0][j] + k[1] * g[1][i] * g[1][j] + k[2] * g[2][i] * g[2][j];
}

/* One step of `count` tracks: dt seconds on, then the sight of each. motion: noise density, then sojourn, of both. */
void sweep(double *tracks, int64_t stride, int64_t count, int64_t models, const Sight *sights, double dt,
           const double *motion) {
    const double *density = motion, *sojourn = motion + 2;
    for (int64_t i = 0; i < count; i++) {
        double *t = tracks + i * stride, (*x)[6] = (double(*)[6])(t + 1);
        double (*p)[6][6] = (double(*)[6][6])(t + 1 + 6 * models);
        double *w = t + 1 + 42 * models, *mean = w + models, far[2], det[2], widest = 0.0;
        if (models == 2) {
            double rate = 1.0 / sojourn[0] + 1.0 / sojourn[1], left = (1.0 - exp(-rate * dt)) / rate;
            blend(x, p, w, left / sojourn[0], left / sojourn[1]);
        }
        for (int m = 0; m < models; m++) move(x[m], p[m], dt, density[m]);
        t[0] += dt;
        Axes a;
        axes(w, x, p, (int)models, sights + i, &a);
        for (int m = 0; m < models; m++) {
            correct(x[m], p[m], &a, &far[m], &det[m]);
            w[m] /= sqrt(det[m]);
        }
        double share = 1.0;
        if (models == 2) {
            if (far[0] <= far[1]) w[1] *= exp(0.5 * (far[0] - far[1]));
            else w[0] *= exp(0.5 * (far[1] - far[0]));
            share = fmin(fmax(w[0] / (w[0] + w[1]), 1e-4), 1.0 - 1e-4);
            w[1] = 1.0 - share;
        }
        w[0] = share;
        for (int j = 0; j < 6; j++) mean[j] = 0.0;
        for (int m = 0; m < models; m++)
            for (int j = 0; j < 6; j++) {
                mean[j] += w[m] * x[m][j];
                for (int k = 0; k < j; k++) p[m][j][k] = p[m][k][j];
            }
        for (int j = 0; j < 3; j++) {
            double var = 0.0;
            for (int m = 0; m < models; m++) var += w[m] * (p[m][j][j] + (x[m][j] - mean[j]) * (x[m][j] - mean[j]));
            widest = fmax(widest, var);
        }
        mean[6] = sqrt(widest);
    }
}
