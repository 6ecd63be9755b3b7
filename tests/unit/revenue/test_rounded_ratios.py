"""The ends of ratios of rounded figures, against a grid of what the figures may have been."""

import numpy as np
import pandas as pd
import pytest

from custintel.revenue._rounding import Ends, ratio_ends

# Tenths, so that 0 is an end of some intervals and within others.
ENDS = [(-2.0, -1.0), (-1.0, 0.0), (-0.5, 0.5), (0.0, 0.0), (0.0, 1.0), (1.0, 2.0), (3.0, 3.0)]


def ends(low, high):
    return Ends(pd.Series([low]), pd.Series([high]))


@pytest.mark.parametrize("before", ENDS)
@pytest.mark.parametrize("after", ENDS)
def test_ratio_lies_between_the_least_and_the_largest_of_a_grid(before, after):
    low, high = (float(end.iloc[0]) for end in ratio_ends(ends(*before), ends(*after)))
    bases = np.linspace(*before, 41)
    bases = bases[bases > 0]
    if not len(bases):
        assert np.isnan([low, high]).all()
        return
    ratios = np.linspace(*after, 41) / bases[:, None]
    # A base that may have been nothing leaves no bound on that side.
    is_open = before[0] <= 0
    assert high == (np.inf if is_open and after[1] > 0 else pytest.approx(ratios.max()))
    assert low == (-np.inf if is_open and after[0] < 0 else pytest.approx(ratios.min()))
