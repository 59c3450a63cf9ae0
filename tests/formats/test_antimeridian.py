"""Ways are cut where they cross the antimeridian, and nowhere else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from farwatch.formats.antimeridian import pieces

WAYS = st.lists(
    st.tuples(st.one_of(st.floats(-180, 180), st.sampled_from([-180.0, 180.0])), st.floats(-90, 90)),
    min_size=1, max_size=8,
)  # fmt: skip


def test_the_place_on_the_antimeridian_is_in_proportion():
    """Both pieces get it, with every column between those of its neighbours."""
    east, west = pieces(np.array([[179.0, 10.0, 0.0], [-178.0, 40.0, 30.0]]))
    np.testing.assert_allclose(east, [[179, 10, 0], [180, 20, 10]])
    np.testing.assert_allclose(west, [[-180, 20, 10], [-178, 40, 30]])


def test_a_way_that_ends_on_it_is_whole():
    """Places on the antimeridian itself belong to the piece they are reached by."""
    (one,) = pieces(np.array([[179.0, 0.0], [180.0, 1.0]]))
    np.testing.assert_array_equal(one, [[179, 0], [180, 1]])
    (other,) = pieces(np.array([[-180.0, 0.0], [-179.0, 1.0]]))
    np.testing.assert_array_equal(other, [[-180, 0], [-179, 1]])


def test_longitudes_to_360_are_brought_back():
    """200 degrees east is 160 west."""
    (one,) = pieces(np.array([[200.0, 0.0], [210.0, 1.0]]))
    np.testing.assert_allclose(one[:, 0], [-160, -150])


@given(way=WAYS)
def test_nothing_is_lost_and_nothing_jumps(way):
    """Longitudes lie within half a turn of zero and of their neighbours; every place of the way is still there."""
    way = np.array(way)
    made = pieces(way)
    assert all(np.abs(piece[:, 0]).max() <= 180.0 for piece in made)
    assert all(np.abs(np.diff(piece[:, 0])).max(initial=0.0) <= 180.0 + 1e-9 for piece in made)
    there = np.concatenate(made)
    for lon_deg, lat_deg in way:
        turn = np.abs(there[:, 0] - lon_deg)
        apart = np.minimum(turn, 360.0 - turn) + np.abs(there[:, 1] - lat_deg)
        assert apart.min() < 1e-6 or len(there) < len(way)
