"""Shares of plots among tracks, against every joint event."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.track import jpda
from naive import association as naive

WIDTH = 12


def listed(weights):
    """Candidate lists (columns, costs, counts) of a weight matrix; weight 0 is no candidate."""
    n = weights.shape[0]
    columns, costs, counts = np.zeros((n, WIDTH), np.int32), np.zeros((n, WIDTH)), np.zeros(n, np.int32)
    for i, k in zip(*np.nonzero(weights), strict=True):
        columns[i, counts[i]], costs[i, counts[i]] = k, -np.log(weights[i, k])
        counts[i] += 1
    return columns, costs, counts


def as_matrix(joint, lists, shape):
    """Shares as a matrix."""
    columns, _, counts = lists
    found = np.zeros(shape)
    for i in range(shape[0]):
        found[i, columns[i, : counts[i]]] = joint.shares[i, : counts[i]]
    return found


def drawn(seed, n, m, share=0.7):
    """Weights of some candidates, over many orders of magnitude."""
    rng = np.random.default_rng(seed)
    return np.exp(2.0 * rng.normal(size=(n, m))) * (rng.random((n, m)) < share)


@given(st.integers(1, 4), st.integers(1, 4), st.floats(0.2, 1.0), st.integers(0, 2**32 - 1))
def test_shares_are_those_of_all_joint_events(n, m, share, seed):
    """Exact to rounding in every small crowd, whatever clusters it falls into."""
    weights = drawn(seed, n, m, share)
    joint, lists = jpda.new_joint(n, WIDTH, m), listed(weights)
    jpda.share_out(joint, *lists, n, m)
    np.testing.assert_allclose(as_matrix(joint, lists, (n, m)), naive.shares(weights), atol=1e-12)


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_belief_propagation_comes_close(n, m, seed):
    """Where it stands in for the exact sum it is a few hundredths off at most, and never shares a plot out twice."""
    weights = drawn(seed, n, m)
    joint, lists = jpda.new_joint(n, WIDTH, m), listed(weights)
    jpda.gather(joint, lists[0], lists[2], n, m)
    joint.weights[:] = np.exp(-lists[1])
    jpda.propagate(joint, lists[0], lists[2], 0, n)
    found = as_matrix(joint, lists, (n, m))
    np.testing.assert_allclose(found, naive.shares(weights), atol=0.08)
    assert found.sum(0).max() < 1.0 + 1e-3


def test_clusters_are_what_shared_plots_connect():
    """Tracks 0 and 2 share plot 1, track 1 is alone; members of a cluster stand together."""
    columns = np.array([[0, 1], [3, 0], [1, 2]], np.int32)
    counts = np.array([2, 1, 2], np.int32)
    joint = jpda.new_joint(3, 2, 4)
    jpda.gather(joint, columns, counts, 3, 4)
    assert joint.cluster.tolist() == [0, 1, 0]
    assert joint.members.tolist() == [0, 2, 1]
    assert joint.takers.tolist() == [1, 2, 1, 1]
    assert jpda.root_of(np.array([0, 0, 1], np.int32), 2) == 0
    assert jpda.number_shared(joint, columns, counts, 0, 2) == 1
    assert joint.bit[[0, 1, 2]].tolist() == [-1, 0, -1]


def test_a_crowd_beyond_the_limits_is_still_shared_out():
    """Forty tracks that all want the same twelve plots: shares are finite, and no plot is given more than once."""
    weights = np.exp(np.random.default_rng(5).normal(size=(40, 12)))
    joint, lists = jpda.new_joint(40, WIDTH, 12), listed(weights)
    jpda.share_out(joint, *lists, 40, 12)
    found = as_matrix(joint, lists, weights.shape)
    assert np.isfinite(found).all()
    assert (found.sum(0) < 1.0 + 1e-3).all()
    assert found.sum() == pytest.approx(12.0, abs=0.5)


def test_exact_shares_of_one_cluster():
    """Two tracks that want one plot each get it by the odds of the joint event."""
    joint, lists = jpda.new_joint(2, WIDTH, 1), listed(np.array([[3.0], [5.0]]))
    jpda.gather(joint, lists[0], lists[2], 2, 1)
    joint.weights[:] = np.exp(-lists[1])
    joint.none[:] = 1.0 / (1.0 + np.array([3.0, 5.0]))
    shared = jpda.number_shared(joint, lists[0], lists[2], 0, 2)
    assert jpda.solve(joint, lists[0], lists[2], 0, 2, shared)
    np.testing.assert_allclose(joint.shares[:, 0], [3.0 / 9.0, 5.0 / 9.0])
