/* The inner step of a mission in plain C: one look of a phased array at one target, and what the tracker makes of it.

   The same formulas in the same order as the product's kernels, one function per kernel, for `inner_step.py` to time
   beside them. Swerling 1, elevation measured, no transponder; rain, fog and a target's own jammer are asked for as in
   the product, and absent. */

#include <math.h>
#include <stdint.h>

#define EARTH_M 6371008.7714
#define EFFECTIVE_M (4.0 / 3.0 * EARTH_M)
#define TURN (2.0 * M_PI)
#define WEAKEST 1e-3

typedef struct {
    double x, y, z, to_local[9], height, period, phase, range_min, range_max, elevation_min, elevation_max, snr_one,
        pulses, range_cell, azimuth_beam, elevation_beam, range_floor, angle_floor, heading, half_sector, rain, fog,
        beam_top, roll_off, tilt_sine, tilt_cosine, sidelobe, improvement, gamma, lit_range, rain_reflectivity,
        track_interval, floor_step, least_snr, bend, id;
} Radar;

/* What was computed once for the radar, and how long its axes are. */
typedef struct {
    const float *floors;
    const double *pd;
    const float *air, *response;
    const uint8_t *lit;
    const double *jammers;
    int64_t azimuths, ranges, air_heights, air_ranges, speeds, jammers_count;
} Tables;

typedef struct {
    double nose, side, tail, start, step, knots, rate, id, jammer, first_look;
} Target;

typedef struct {
    double range, azimuth, elevation, range_sigma, azimuth_sigma, elevation_sigma, time, snr, rcs;
} Plot;

typedef struct {
    double x[2][6], p[2][6][6], weight[2], mean[6], time, sigma;
} Track;

typedef struct {
    double up[3], ahead[3], right[3], site[3], s, c, range, range_var, azimuth_var, elevation_var;
} Sight;

static double horner(const double *k, double r) {
    double sum = k[0];
    for (int i = 1; i < 8; i++) sum = sum * r + k[i];
    return sum;
}

static const double CENTRAL[2][8] = {
    {2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
     1971.5909503065514427, 133.14166789178437745, 3.387132872796366608},
    {5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867, 5394.1960214247511077,
     687.1870074920579083, 42.313330701600911252, 1.0}};
static const double MIDDLE[2][8] = {
    {7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734},
    {1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0}};
static const double TAIL[2][8] = {
    {2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772},
    {2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0}};

static double normal_quantile(double p) {
    double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        return q * horner(CENTRAL[0], r) / horner(CENTRAL[1], r);
    }
    double r = sqrt(-log(q < 0.0 ? p : 1.0 - p));
    double z = r <= 5.0 ? horner(MIDDLE[0], r - 1.6) / horner(MIDDLE[1], r - 1.6)
                        : horner(TAIL[0], r - 5.0) / horner(TAIL[1], r - 5.0);
    return q < 0.0 ? -z : z;
}

static void uniforms(const uint32_t *key, uint32_t purpose, uint32_t who, uint32_t whom, uint32_t occasion,
                     double *u, double *v) {
    uint32_t c0 = key[2], c1 = who, c2 = whom, c3 = purpose << 24 | (occasion & 0xFFFFFF), k0 = key[0], k1 = key[1];
    for (int i = 0; i < 10; i++) {
        uint64_t left = (uint64_t)0xD2511F53 * c0, right = (uint64_t)0xCD9E8D57 * c2;
        c0 = (uint32_t)(right >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)right;
        c2 = (uint32_t)(left >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)left;
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    *u = ((double)(((uint64_t)c0 << 32 | c1) >> 12) + 0.5) * 0x1p-52;
    *v = ((double)(((uint64_t)c2 << 32 | c3) >> 12) + 0.5) * 0x1p-52;
}

static double climb(const double *k) {
    double z = k[2] + EARTH_M;
    return (k[3] * k[0] + k[4] * k[1] + k[5] * z) / sqrt(k[0] * k[0] + k[1] * k[1] + z * z);
}

static int state_at(const Target *t, const double *knots, double time, double *out) {
    double own = (time - t->start) * t->rate, last = t->knots - 1.0;
    if (own < -1e-6 || own > last * t->step + 1e-6) return 0;
    double k = fmin(fmax(floor(own / t->step), 0.0), last - 1.0), u = fmin(fmax(own / t->step - k, 0.0), 1.0);
    const double *a = knots + 7 * (int64_t)k, *b = a + 7;
    double w1 = u * u * (3.0 - 2.0 * u), w0 = 1.0 - w1, v = 1.0 - u;
    double d0 = u * v * v * t->step, d1 = u * u * (u - 1.0) * t->step, s1 = 6.0 * u * v / t->step;
    double e0 = v * (1.0 - 3.0 * u), e1 = u * (3.0 * u - 2.0);
    for (int i = 0; i < 3; i++) {
        out[i] = w0 * a[i] + w1 * b[i] + d0 * a[i + 3] + d1 * b[i + 3];
        out[i + 3] = t->rate * (s1 * (b[i] - a[i]) + e0 * a[i + 3] + e1 * b[i + 3]);
    }
    out[6] = w0 * a[6] + w1 * b[6] + d0 * climb(a) + d1 * climb(b);
    return 1;
}

static double floor_at(const Tables *t, double step, double azimuth, double ground) {
    int azimuths = t->azimuths, ranges = t->ranges;
    double v = fmin(ground / step, ranges - 1.000001), u = azimuth * (azimuths / TURN), low = floor(u);
    int j = (int)v, i = (int)low % azimuths, i1 = i + 1 < azimuths ? i + 1 : 0;
    v -= j;
    u -= low;
    const float *p = t->floors + i * ranges + j, *q = t->floors + i1 * ranges + j;
    return (1.0 - u) * ((1.0 - v) * p[0] + v * p[1]) + u * ((1.0 - v) * q[0] + v * q[1]);
}

static double air_at(const Tables *t, double range_max, double range, double height) {
    double above = fmax(0.0, height);
    double u = fmin(t->air_heights * above / (3000.0 + above), t->air_heights - 1.000001);
    double v = fmin(range / range_max * (t->air_ranges - 1), t->air_ranges - 1.000001);
    int i = (int)u, j = (int)v;
    u -= i;
    v -= j;
    const float *p = t->air + i * t->air_ranges + j, *q = p + t->air_ranges;
    return (1.0 - u) * ((1.0 - v) * p[0] + v * p[1]) + u * ((1.0 - v) * q[0] + v * q[1]);
}

static double response_at(const Tables *t, double radial) {
    double place = fmin(fabs(radial) / 0.5, t->speeds - 1.000001);
    int k = (int)place;
    place -= k;
    return (1.0 - place) * t->response[k] + place * t->response[k + 1];
}

static double grazing_at(const Tables *t, double step, double azimuth, double range) {
    int j = (int)(range / step) + 1;
    if (j >= t->ranges) return 0.0;
    int i = (int)(azimuth * (t->azimuths / TURN) + 0.5) % t->azimuths;
    double root = t->lit[i * t->ranges + j] / 255.0, square = root * root;
    return square * square;
}

static double pd_at(const double *row, double snr) {
    if (snr <= WEAKEST) return 0.0;
    double place = (10.0 * log10(snr) + 30.0) * 10.0;
    if (place >= 698.0) return 1.0;
    int k = place < 1.0 ? 1 : (int)place;
    double t = place - k, value = row[k] * (t + 1.0) * (1.0 - t) * (2.0 - t) * 0.5
        + row[k + 1] * (t + 1.0) * t * (2.0 - t) * 0.5 - row[k - 1] * t * (1.0 - t) * (2.0 - t) / 6.0
        - row[k + 2] * (t + 1.0) * t * (1.0 - t) / 6.0;
    return fmin(1.0, fmax(0.0, value));
}

static double spread(double width, double least, double snr) { return sqrt(width * width / (2.0 * snr) + least * least); }

static double half_turn(double angle) {
    double off = angle / TURN;
    return (off - floor(off + 0.5)) * TURN;
}

static double gaussian(double off, double beam) {
    double away = off / beam;
    return exp(-4.0 * M_LN2 * away * away);
}

/* One-way gain of the elevation pattern; cosecant-squared above its top. */
static double fan(const Radar *r, double elevation) {
    if (r->beam_top <= 0.0 || elevation <= r->beam_top) return 1.0;
    double ratio = sin(r->beam_top) / sin(fmin(elevation, M_PI / 2.0));
    return ratio * ratio;
}

typedef struct {
    double range, azimuth, sine, across, ground, floor, apparent, steering, path, one, echo, filter, noise;
} Place;

static double noise_of(const Radar *r, const Target *t, const Tables *tables, const Place *p) {
    double clutter = 0.0, jamming = 0.0;
    if (r->gamma > 0.0 && p->range <= r->lit_range) {
        double tangent = grazing_at(tables, r->floor_step, p->azimuth, p->range);
        if (tangent > 0.0) {
            double gain = p->steering;
            if (r->elevation_beam > 0.0) {
                double down = (p->floor - r->height) / p->range - 0.5 * p->range / EFFECTIVE_M;
                gain *= fmax(r->sidelobe, gaussian(fmax(0.0, p->apparent - down), r->elevation_beam));
            }
            double rcs = r->gamma * fmin(tangent, sqrt(3.0)) * p->range * r->azimuth_beam * r->range_cell;
            clutter += p->path * rcs * gain * gain / r->improvement;
        }
    }
    if (r->rain_reflectivity > 0.0) return NAN;
    if (t->jammer > 0.0) return NAN;
    for (int64_t j = 0; j < tables->jammers_count; j++) {
        const double *jammer = tables->jammers + 3 * j;
        if (jammer[2] <= 0.0) continue;
        double gain = p->steering * gaussian(half_turn(p->azimuth - jammer[0]), r->azimuth_beam);
        if (r->elevation_beam > 0.0) gain *= gaussian(p->apparent - jammer[1], r->elevation_beam);
        else gain *= fan(r, jammer[1]);
        jamming += jammer[2] * fmax(gain, r->sidelobe);
    }
    return 1.0 + clutter + jamming;
}

static int weigh(const Radar *r, const Target *t, const Tables *tables, const double *at, const double *d, Place *p) {
    double speed2 = at[3] * at[3] + at[4] * at[4] + at[5] * at[5], line2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
    double toward = -(at[3] * d[0] + at[4] * d[1] + at[5] * d[2]), cosine = toward / sqrt(speed2 * line2);
    double rcs = t->side * exp(cosine * cosine * log((cosine > 0.0 ? t->nose : t->tail) / t->side));
    double square = p->range * p->range;
    p->path = r->snr_one / (square * square) * air_at(tables, r->range_max, p->range, at[6]);
    if (r->rain > 0.0 || r->fog > 0.0) return 0;
    p->steering = 1.0;
    if (r->roll_off > 0.0) {
        double level = p->across / p->range * cos(p->azimuth - r->heading);
        double broadside = level * r->tilt_cosine + p->sine * r->tilt_sine;
        p->steering = broadside > 0.0 ? pow(broadside, r->roll_off) : 0.0;
    }
    double one_way = p->steering * fan(r, p->apparent);
    p->filter = response_at(tables, toward / p->range);
    p->one = p->path * one_way * one_way;
    p->echo = rcs * p->one;
    return p->echo >= WEAKEST;
}

static int look(const Radar *r, const Target *t, const double *knots, const Tables *tables, const uint32_t *key,
                double time, Plot *plot) {
    double at[7];
    Place p;
    if (!state_at(t, knots, time, at)) return 0;
    double d[3] = {at[0] - r->x, at[1] - r->y, at[2] - r->z}, local[3];
    for (int i = 0; i < 3; i++)
        local[i] = r->to_local[3 * i] * d[0] + r->to_local[3 * i + 1] * d[1] + r->to_local[3 * i + 2] * d[2];
    double square = local[0] * local[0] + local[1] * local[1], up = local[2];
    p.across = sqrt(square), p.range = fmax(1e-3, sqrt(square + up * up)), p.azimuth = atan2(local[0], local[1]);
    if (p.azimuth < 0.0) p.azimuth += TURN;
    p.sine = up / p.range;
    double slope = p.across / (EARTH_M + r->height + up), s2 = slope * slope;
    p.ground = EARTH_M * slope
        * (1.0 - s2 * (1.0 / 3.0 - s2 * (0.2 - s2 * (1.0 / 7.0 - s2 * (1.0 / 9.0 - s2 / 11.0)))));
    if (p.range < r->range_min || p.range > r->range_max) return 0;
    if (r->half_sector < M_PI && fabs(half_turn(p.azimuth - r->heading)) > r->half_sector) return 0;
    p.floor = floor_at(tables, r->floor_step, p.azimuth, p.ground);
    if (at[6] < p.floor) return 0;
    p.apparent = atan2(p.sine * p.range, p.across) + r->bend * p.ground;
    if (p.apparent < r->elevation_min || p.apparent > r->elevation_max) return 0;
    if (!weigh(r, t, tables, at, d, &p)) return 0;
    p.noise = noise_of(r, t, tables, &p);
    double mean = p.echo * p.filter / p.noise;
    if (mean < WEAKEST) return 0;
    double least = r->track_interval > 0.0 && r->track_interval < r->period ? r->track_interval : r->period;
    uint32_t who = (uint32_t)r->id, whom = (uint32_t)t->id;
    uint32_t occasion = 2 * (uint32_t)((time - r->phase) / least + 1.0) + (p.azimuth > M_PI);
    double chance, energy, z[4];
    uniforms(key, 2, who, whom, occasion, &chance, &energy);
    double snr = mean * -log(energy);
    if (chance >= pd_at(tables->pd, snr)) return 0;
    plot->snr = fmax(r->least_snr, snr - normal_quantile(chance) * sqrt((1.0 + 2.0 * snr) / r->pulses));
    plot->rcs = plot->snr * p.noise / p.one;
    double shown = plot->snr * r->pulses, beam = r->azimuth_beam;
    if (r->roll_off > 0.0) beam /= cos(fmin(fabs(half_turn(p.azimuth - r->heading)), 75.0 * M_PI / 180.0));
    uniforms(key, 3, who, whom, 2 * occasion, &z[0], &z[1]);
    uniforms(key, 3, who, whom, 2 * occasion + 1, &z[2], &z[3]);
    plot->range_sigma = spread(r->range_cell, r->range_floor, shown);
    plot->azimuth_sigma = spread(beam / 1.6, r->angle_floor, shown);
    plot->elevation_sigma = spread(r->elevation_beam / 1.6, r->angle_floor, shown);
    plot->range = fmax(1.0, p.range + normal_quantile(z[0]) * plot->range_sigma);
    double azimuth = p.azimuth + normal_quantile(z[1]) * plot->azimuth_sigma;
    plot->azimuth = azimuth - TURN * floor(azimuth / TURN);
    plot->elevation = p.apparent - r->bend * p.ground + normal_quantile(z[2]) * plot->elevation_sigma;
    plot->time = time;
    return 1;
}

static void take(const Plot *plot, const Radar *r, Sight *s) {
    double east = sin(plot->azimuth), north = cos(plot->azimuth);
    s->site[0] = r->x, s->site[1] = r->y, s->site[2] = r->z;
    for (int i = 0; i < 3; i++) {
        s->up[i] = r->to_local[6 + i];
        s->ahead[i] = r->to_local[i] * east + r->to_local[3 + i] * north;
        s->right[i] = r->to_local[i] * north - r->to_local[3 + i] * east;
    }
    s->range = plot->range;
    s->range_var = plot->range_sigma * plot->range_sigma;
    s->azimuth_var = plot->azimuth_sigma * plot->azimuth_sigma;
    s->elevation_var = plot->elevation_sigma * plot->elevation_sigma;
    s->s = sin(plot->elevation), s->c = cos(plot->elevation);
}

static void blend(Track *t, double turned, double settled) {
    double w0 = t->weight[0], w1 = t->weight[1];
    double new0 = w0 * (1.0 - turned) + w1 * settled, new1 = w0 * turned + w1 * (1.0 - settled);
    double a = w1 * settled / new0, b = w1 * (1.0 - settled) / new1, aa = a * (1.0 - a), bb = b * (1.0 - b), d[6];
    for (int i = 0; i < 6; i++) d[i] = t->x[1][i] - t->x[0][i];
    for (int i = 0; i < 6; i++)
        for (int j = i; j < 6; j++) {
            double wide = d[i] * d[j], old = t->p[0][i][j], gap = t->p[1][i][j] - old;
            t->p[0][i][j] = old + a * gap + aa * wide;
            t->p[1][i][j] = old + b * gap + bb * wide;
        }
    for (int i = 0; i < 6; i++) {
        double old = t->x[0][i];
        t->x[0][i] = old + a * d[i];
        t->x[1][i] = old + b * d[i];
    }
    t->weight[0] = new0, t->weight[1] = new1;
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

static void predict(Track *t, double time, const double *density) {
    double dt = time - t->time, rate = 1.0 / 60.0 + 1.0 / 15.0, left = (1.0 - exp(-rate * dt)) / rate;
    blend(t, left / 60.0, left / 15.0);
    for (int m = 0; m < 2; m++) move(t->x[m], t->p[m], dt, density[m]);
    t->time = time;
}

static double dot(const double *a, const double *b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

static double small_angle(double sine, double cosine) {
    if (cosine > 0.0 && fabs(sine) < 0.03) return sine * (1.0 + sine * sine * (1.0 / 6.0 + 0.075 * sine * sine));
    return atan2(sine, cosine);
}

typedef struct {
    double rows[3][3], place[3], over[3], noise[3];
} Axes;

static void axes(const Track *t, const Sight *s, Axes *a) {
    double w0 = t->weight[0], w1 = t->weight[1], r = s->range, sine = s->s, cosine = s->c, f[3], right[3], d[3], h[3];
    double prior = w0 * (t->p[0][0][0] + t->p[0][1][1]) + w1 * (t->p[1][0][0] + t->p[1][1][1]);
    for (int i = 0; i < 3; i++) f[i] = s->ahead[i], right[i] = s->right[i], a->over[i] = 0.0;
    if (prior < r * r * s->azimuth_var + s->range_var) {
        for (int i = 0; i < 3; i++) d[i] = w0 * t->x[0][i] + w1 * t->x[1][i] - s->site[i];
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

static void update(Track *t, const Sight *s) {
    Axes a;
    double far[2], det[2], w[2];
    axes(t, s, &a);
    for (int m = 0; m < 2; m++) {
        correct(t->x[m], t->p[m], &a, &far[m], &det[m]);
        w[m] = t->weight[m] / sqrt(det[m]);
    }
    if (far[0] <= far[1]) w[1] *= exp(0.5 * (far[0] - far[1]));
    else w[0] *= exp(0.5 * (far[1] - far[0]));
    double share = fmin(fmax(w[0] / (w[0] + w[1]), 1e-4), 1.0 - 1e-4), widest = 0.0;
    t->weight[0] = share, t->weight[1] = 1.0 - share;
    for (int i = 0; i < 6; i++) {
        t->mean[i] = share * t->x[0][i] + (1.0 - share) * t->x[1][i];
        for (int m = 0; m < 2; m++)
            for (int j = 0; j < i; j++) t->p[m][i][j] = t->p[m][j][i];
    }
    for (int i = 0; i < 3; i++) {
        double gap = t->x[1][i] - t->x[0][i];
        widest = fmax(widest, share * t->p[0][i][i] + (1.0 - share) * (t->p[1][i][i] + share * gap * gap));
    }
    t->sigma = sqrt(widest);
}

/* `flights` times the same flight with other luck; sums out: looks, plots, ranges, means x + y + z, largest sigmas,
   cross-sections as they appear. */
void fly(const Radar *r, const Target *t, const double *knots, const Tables *tables, const double *density,
         const Track *fresh, int64_t flights, double *sums) {
    for (int64_t n = 0; n < flights; n++) {
        uint32_t key[3] = {1, 0, (uint32_t)n};
        Track track = *fresh;
        double end = t->start + (t->knots - 1.0) * t->step / t->rate;
        for (double time = t->first_look; time <= end; time += r->period) {
            Plot plot;
            Sight sight;
            sums[0] += 1.0;
            if (!look(r, t, knots, tables, key, time, &plot)) continue;
            take(&plot, r, &sight);
            predict(&track, plot.time, density);
            update(&track, &sight);
            sums[1] += 1.0;
            sums[2] += plot.range;
            sums[3] += track.mean[0] + track.mean[1] + track.mean[2];
            sums[4] += track.sigma;
            sums[5] += plot.rcs;
        }
    }
}
