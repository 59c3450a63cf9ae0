"""Philox 4x32-10 with plain integers, written from the paper's definition of the round and the key schedule."""

MASK = 0xFFFFFFFF


def philox(counter, key):
    """Ten rounds on four 32-bit words with a key of two."""
    a, b, c, d = counter
    k0, k1 = key
    for turn in range(10):
        bump0, bump1 = k0 + turn * 0x9E3779B9 & MASK, k1 + turn * 0xBB67AE85 & MASK
        wide_a, wide_c = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = wide_c >> 32 ^ b ^ bump0, wide_c & MASK, wide_a >> 32 ^ d ^ bump1, wide_a & MASK
    return a, b, c, d


def uniforms(seed, trial, purpose, who, whom, occasion):
    """Two numbers in (0, 1) at an address."""
    words = philox((trial, who, whom, purpose << 24 | occasion), (seed & MASK, seed >> 32 & MASK))
    return tuple(((words[i] << 32 | words[i + 1]) // 2**12 + 0.5) / 2**52 for i in (0, 2))


def poisson(mean, u):
    """Smallest count whose cumulative probability reaches `u`, with exact fractions of the exponential's terms."""
    from mpmath import exp, mpf

    term = exp(-mpf(mean))
    total, count = term, 0
    while total < u:
        count += 1
        term = term * mean / count
        total += term
    return count
