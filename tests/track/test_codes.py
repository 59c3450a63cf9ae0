"""Codes and addresses as evidence of who answers."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.track import codes
from naive.traffic import code_ratio

CODES = st.sampled_from([0, 0o4321, 0o1000, 0o7000, 0o4320])
ADDRESSES = st.sampled_from([0, 0x343085, 0x3430D8])


@given(CODES, ADDRESSES, CODES, ADDRESSES)
def test_ratios_are_those_of_the_model_page(code, address, other_code, other_address):
    """Every combination of same, other, common and absent."""
    found = codes.code_log_ratio(code, address, other_code, other_address)
    assert exp(found) == pytest.approx(code_ratio((code, address), (other_code, other_address)), rel=1e-9)
    assert abs(found) <= codes.LOG_SAME_ADDRESS
    assert found == codes.code_log_ratio(other_code, other_address, code, address)


def test_a_changed_code_does_not_speak_against_an_address():
    """The address decides where both have one; a code is asked only where one of them has none."""
    assert codes.code_log_ratio(0o1234, 0x343085, 0o4321, 0x343085) == codes.LOG_SAME_ADDRESS > 9.0
    assert codes.code_log_ratio(0o1234, 0x343085, 0o1234, 0x3430D8) == codes.LOG_OTHER_ADDRESS < -9.0
    assert codes.code_log_ratio(0o1234, 0x343085, 0o4321, 0) == codes.LOG_OTHER_CODE < -5.0
    assert codes.code_log_ratio(0o1234, 0x343085, 0, 0) == 0.0


def test_common_codes_say_little():
    """A code that ends in 00 is shared: seeing it again says about one nat, seeing a discrete one six."""
    assert codes.code_log_ratio(0o7000, 0, 0o7000, 0) == pytest.approx(log(0.995 / 0.3))
    assert codes.code_log_ratio(0o7001, 0, 0o7001, 0) == pytest.approx(log(0.995 / 0.002))
    assert [codes.is_discrete(code) for code in (0o7000, 0o7001, 0o0100, 0o0110)] == [False, True, False, True]


def test_the_same_code_is_named_as_such():
    """Equal addresses, or equal discrete codes where an address is missing."""
    assert codes.is_same_code(0o1234, 5, 0o4321, 5)
    assert not codes.is_same_code(0o1234, 5, 0o1234, 6)
    assert codes.is_same_code(0o1234, 5, 0o1234, 0)
    assert not codes.is_same_code(0o7000, 0, 0o7000, 0)
    assert not codes.is_same_code(0, 0, 0, 0)


def test_expected_flights_are_matched():
    """By address first; a code of a flight whose address is known otherwise does not count; common codes never do."""
    filed = codes.filed_of(["4321", "7000"], ["3430D8"])
    assert codes.match_filed(0o4321, 0x123456, filed) == codes.FILED_CODE
    assert codes.match_filed(0o4321, 0x3430D8, filed) == codes.FILED_ADDRESS
    assert codes.match_filed(0o7000, 0, filed) == codes.NOT_FILED
    assert codes.match_filed(0, 0, filed) == codes.NOT_FILED
    assert codes.match_filed(0o4321, 0x3430D8, filed[:0]) == codes.NOT_FILED
    both = np.array([(0o4321, 0x3430D8)], codes.FILED)
    assert codes.match_filed(0o4321, 0x123456, both) == codes.NOT_FILED
    assert codes.match_filed(0o4321, 0, both) == codes.FILED_CODE


def test_expected_flights_are_read_by_their_digits():
    """Text in either case, numbers by their digits, all mistakes at once."""
    assert codes.filed_of(["0021", 4321, 21], ["3430d8", 343085]).tolist() == [
        (0o21, 0), (0o4321, 0), (0o21, 0), (0, 0x3430D8), (0, 0x343085)
    ]
    with pytest.raises(InputError, match="6 problems in expected") as caught:
        codes.filed_of(["4821", "", "12345"], ["xyz", "0", 3e9])
    assert 'codes.0 = \'4821\': must be 4 octal digits in quotes; such as "4321"' in str(caught.value)
