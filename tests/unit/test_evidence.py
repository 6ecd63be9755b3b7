"""Which of two rival readings the values of a column speak for."""

import numpy as np
import pytest

from custintel._evidence import weigh

NAN = float("nan")


@pytest.mark.parametrize(
    ("counts", "first", "second", "verdict"),
    [
        ([1], [5.0], [5.0], "same"),
        ([1], [NAN], [NAN], "same"),
        ([], [], [], "same"),
        ([1], [5.0], [6.0], "open"),
        ([1, 9], [5.0, 1.0], [NAN, 2.0], "first"),
        ([1, 9], [NAN, 1.0], [5.0, 2.0], "second"),
        ([1, 1], [5.0, NAN], [NAN, 5.0], "open"),
        # At most one telling row in a hundred may be a slip.
        ([99, 1], [5.0, NAN], [NAN, 5.0], "first"),
        ([98, 1], [5.0, NAN], [NAN, 5.0], "open"),
        ([1, 99], [5.0, NAN], [NAN, 5.0], "second"),
    ],
)
def test_what_only_one_reading_can_read_decides(counts, first, second, verdict):
    found = weigh(np.array(counts, dtype=int), np.array(first), np.array(second))
    assert found == verdict
