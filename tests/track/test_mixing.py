"""The interaction step for any number of models, of one size or of several."""

import numpy as np
import pytest

from farwatch.track import mixing, motion_models
from naive import tracking as naive
from track.beliefs import belief_for, fill, tracker_of
from track.test_filter import MIXED, rng_of


@pytest.mark.parametrize("sojourn_s", [(60.0, 15.0), (60.0, 15.0, 5.0), (600.0, 30.0, 8.0, 20.0)])
@pytest.mark.parametrize("dt_s", [0.01, 4.0, 200.0])
def test_chances_of_change_are_the_matrix_exponential(sojourn_s, dt_s):
    """The series agrees with the exponential of the rates, for short steps and for gaps of many sojourns."""
    k = len(sojourn_s)
    p = np.zeros((k, 7, 7))
    mixing.chain(p, np.array(sojourn_s), dt_s)
    np.testing.assert_allclose(p[:, 6, :k], naive.chances(sojourn_s, dt_s), atol=1e-12)


def test_models_of_one_size_mix_as_in_the_textbook():
    """Three straight models: shares, means and spreads are those of the matrix formulas."""
    tracker = tracker_of(("velocity", 1.0, 4.0), ("velocity", 5.0, 4.0), ("ballistic", 25.0, 4.0))
    tracker["model_sojourn_s"][0, :3] = 60.0, 20.0, 10.0
    belief = fill(belief_for(tracker), rng_of("mingle"), tracker)
    x, p, w = (belief[name].copy() for name in ("x", "p", "weight"))
    x, p, w = naive.mix(x, p, w, naive.chances((60.0, 20.0, 10.0), 7.0))
    mixing.mingle(belief, 7.0, tracker[0])
    for m in range(3):
        motion_models.mirror(belief["p"][m])
    np.testing.assert_allclose(belief["x"], x, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(belief["p"], p, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(belief["weight"], w, rtol=1e-12)


def test_a_pair_mixes_alike_by_both_ways():
    """The closed form for two models of six states and the general way give the same."""
    tracker = tracker_of(("velocity", 1.0, 4.0), ("velocity", 5.0, 4.0))
    tracker["model_sojourn_s"][0, :2] = 60.0, 15.0
    belief = fill(belief_for(tracker), rng_of("pair"), tracker)
    x, p, w = belief["x"][:, :6].copy(), belief["p"][:, :6, :6].copy(), belief["weight"].copy()
    left = mixing.run_down(1 / 60 + 1 / 15, 5.0)
    mixing.blend(x, p, w, left / 60, left / 15)
    mixing.mingle(belief, 5.0, tracker[0])
    upper = np.triu_indices(6)
    np.testing.assert_allclose(belief["x"][:, :6], x, rtol=1e-12)
    for m in range(2):
        np.testing.assert_allclose(belief["p"][m][upper], p[m][upper], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(belief["weight"], w, rtol=1e-12)


def test_models_of_several_sizes_mix_through_the_prior():
    """What a model lacks it takes from the prior for the mixing, and loses again; position and velocity always mix."""
    tracker = tracker_of(*MIXED)
    belief = fill(belief_for(tracker), rng_of("sizes"), tracker)
    x, p, w = (belief[name].copy() for name in ("x", "p", "weight"))
    priors = np.array([0.1**2, 400.0, 400.0, 400.0])
    for m, lacks in enumerate(([6, 7, 8, 9], [7, 8, 9], [6])):
        for i in lacks:
            p[m, i, i] = priors[i - 6]
    x, p, w = naive.mix(x, p, w, naive.chances((40.0, 40.0, 40.0), 6.0))
    has = np.array([[motion_models.owns(tracker["model_kind"][0, m], i, 10) for i in range(10)] for m in range(3)])
    mixing.mingle(belief, 6.0, tracker[0])
    for m in range(3):
        motion_models.mirror(belief["p"][m])
    np.testing.assert_allclose(belief["x"], np.where(has, x, 0.0), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(belief["p"], np.where(has[:, :, None] & has[:, None, :], p, 0.0), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(belief["weight"], w, rtol=1e-12)


def test_one_model_does_not_mix():
    """A belief of one model stays as it is."""
    tracker = tracker_of(("turn", 1.0, 20.0, 0.1))
    belief = fill(belief_for(tracker), rng_of("one"), tracker)
    before = belief.copy()
    mixing.mingle(belief, 6.0, tracker[0])
    assert belief == before


def test_pieces_of_the_mixing():
    """Shares sum to one over the old models; priors fill what is not there, and stripping takes it away again."""
    tracker = tracker_of(*MIXED)
    belief = fill(belief_for(tracker), rng_of("shares"), tracker)
    before = belief["p"].copy()
    mixing.fill_up(belief, tracker[0])
    assert belief["p"][0, 6, 6] == pytest.approx(0.01)
    mixing.strip(belief, tracker[0])
    np.testing.assert_array_equal(np.triu(belief["p"]), np.triu(before))
    mixing.chain(belief["p"], np.full(3, 20.0), 4.0)
    mixing.share_out(belief["p"], belief["weight"])
    np.testing.assert_allclose(belief["p"][:, 9, :3].sum(0), 1.0)
    assert belief["weight"].sum() == pytest.approx(1.0)
