"""Chance has an address: published generator, right distributions, and no draw that depends on another."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri

from farwatch import chance
from naive import philox as naive

words = st.integers(0, 2**32 - 1)


def as_words(text):
    """Eight-digit hexadecimal words as the kernel wants them."""
    return [np.uint64(int(word, 16)) for word in text.split()]


@pytest.mark.validation
@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ("0 0 0 0", "0 0", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)
def test_philox_gives_the_known_answers(counter, key, answer):
    """Philox 4x32-10 reproduces the three vectors that the Random123 distribution ships."""
    got = chance.philox(*as_words(counter), *as_words(key))
    assert [int(word) for word in got] == [int(word) for word in as_words(answer)]


@given(st.tuples(words, words, words, words), st.tuples(words, words))
def test_philox_equals_its_naive_twin(counter, key):
    """The kernel and the plain-integer version agree on any counter and key."""
    got = chance.philox(*map(np.uint64, counter), *map(np.uint64, key))
    assert tuple(int(word) for word in got) == naive.philox(counter, key)


@given(st.integers(0, 2**64 - 1), words, st.integers(1, 255), words, words, st.integers(0, 2**24 - 1))
def test_uniforms_equal_their_naive_twin(seed, trial, purpose, who, whom, occasion):
    """Seed, trial, purpose, actor, object and occasion all reach the draw, bit for bit."""
    got = chance.uniforms(chance.key_of(seed, trial), purpose, who, whom, occasion)
    assert got == naive.uniforms(seed, trial, purpose, who, whom, occasion)
    assert chance.uniform(chance.key_of(seed, trial), purpose, who, whom, occasion) == got[0]


def test_the_ends_of_the_interval_never_come():
    """The largest and the smallest word give numbers strictly between 0 and 1, whose quantiles are finite."""
    largest, smallest = ((2**52 - 1) + 0.5) / 2**52, 0.5 / 2**52
    assert 0.0 < smallest < largest < 1.0
    assert np.isfinite([chance.normal_quantile(largest), chance.normal_quantile(smallest)]).all()


def test_every_part_of_the_address_matters():
    """Changing any one part of an address gives another number."""
    plain = (5, 6, chance.LOOK, 7, 8, 9)
    draws = {plain: chance.uniform(chance.key_of(5, 6), *plain[2:])}
    for place in range(6):
        other = tuple(part + (i == place) for i, part in enumerate(plain))
        draws[other] = chance.uniform(chance.key_of(*other[:2]), *other[2:])
    assert len(set(draws.values())) == 7


def test_purposes_do_not_collide():
    """Each purpose has a number of its own, and fits the byte that the address gives it."""
    purposes = [int(purpose) for purpose in chance.PURPOSES]
    assert len(set(purposes)) == len(purposes)
    assert all(0 < purpose < 256 for purpose in purposes)


def sample(count):
    """Uniforms over many occasions and actors, two a draw."""
    key = chance.key_of(11, 3)
    pairs = [chance.uniforms(key, chance.KILL, i % 97, i % 89, i) for i in range(count)]
    return np.array(pairs)


def test_uniforms_are_uniform_and_independent(scale):
    """Draws at neighbouring addresses are uniform and uncorrelated, within their pair and along occasions."""
    draws = sample(int(40_000 * scale) + 200)
    assert stats.kstest(draws.ravel(), "uniform").pvalue > 1e-3
    for a, b in [(draws[:, 0], draws[:, 1]), (draws[1:, 0], draws[:-1, 0])]:
        assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(len(a))


def test_normals_are_the_inverse_of_uniforms():
    """A normal draw is the quantile of the uniform at the same address."""
    key = chance.key_of(1, 2)
    address = (key, chance.MEASURE, 3, 4, 5)
    assert chance.normals(*address) == pytest.approx(ndtri(chance.uniforms(*address)), rel=1e-14)


@given(st.floats(1e-300, 1 - 1e-16))
def test_normal_quantile_agrees_with_scipy(p):
    """The inverse normal distribution is right to rounding over the whole open interval."""
    assert chance.normal_quantile(p) == pytest.approx(ndtri(p), rel=2e-14, abs=1e-15)


@pytest.mark.validation
def test_normal_quantile_at_the_published_check_points():
    """AS 241's own check values: quantiles at 0.25, 0.001 and 1e-20."""
    expected = {0.25: -0.6744897501960817, 0.001: -3.090232306167814, 1e-20: -9.262340089798408}
    for p, z in expected.items():
        assert chance.normal_quantile(p) == pytest.approx(z, rel=1e-15)


@given(st.floats(0.0, 400.0), st.floats(1e-9, 1 - 1e-9))
def test_poisson_equals_its_naive_twin(mean, u):
    """Inversion in floats finds the count that inversion in high precision finds, ties aside."""
    assert abs(chance.poisson(mean, u) - naive.poisson(mean, u)) <= (1 if near_a_step(mean, u) else 0)


def near_a_step(mean, u):
    """Whether `u` lies within rounding of a step of the distribution function, where either count is right."""
    steps = stats.poisson.cdf(np.arange(0, 1000), mean)
    return np.abs(steps - u).min() < 1e-12


@pytest.mark.parametrize("mean", [0.0, -1.0])
def test_no_mean_no_count(mean):
    """A mean of nothing gives nothing."""
    assert chance.poisson(mean, 0.999) == 0


def test_large_poisson_numbers_have_the_right_spread():
    """Above a mean of 500 the normal approximation keeps mean and quantiles within one count in a thousand."""
    for mean, u in itertools.product([501.0, 5_000.0], [0.01, 0.5, 0.99]):
        assert chance.poisson(mean, u) == pytest.approx(stats.poisson.ppf(u, mean), abs=2 + mean / 1000)


def test_names_give_stable_addresses():
    """The number of a name never changes: recorded luck depends on it."""
    assert chance.name_id("drones/3") == chance.name_id("drones/3") != chance.name_id("drones/4")
    assert 0 <= chance.name_id("") < 2**32


@pytest.mark.regression
def test_name_numbers_are_what_they_were():
    """Our own past: the number of one name."""
    assert chance.name_id("alpha") == 4_008_469_750
