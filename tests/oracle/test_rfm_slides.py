"""Eight customers scored on course slides (studylib.net, document 5618814, example 1).

Printed are the month of the last purchase, "now" being July 2008, the number of purchases, the
total in thousands of dollars, and the scores. Six of the eight follow from the printed rule.
The other two do not: E bought for 5k and gets the 2 of "$5k-$10k" for money, but also a 2 for
6 purchases, where the rule says 1 below 10; F has 40 purchases, which the rule gives 4
("30-40") and the slide 5 ("> 40").
"""

import pandas as pd

from custintel.segmentation import rfm_points, rfm_scores

CUSTOMERS = {
    "A": ("2008-05", 12, 6_000, "422"),
    "B": ("2008-01", 18, 9_000, "322"),
    "C": ("2007-11", 35, 40_000, "244"),
    "D": ("2008-07", 1, 1_000, "511"),
    "E": ("2007-01", 6, 5_000, "122"),
    "F": ("2008-03", 40, 90_000, "355"),
    "G": ("2007-05", 5, 2_000, "111"),
    "H": ("2008-07", 20, 9_000, "532"),
}
BY_RULE = {"E": "112", "F": "345"}
NOW = pd.Timestamp("2008-07-15")


def rfm():
    rows = {
        name: ((NOW - pd.Timestamp(f"{month}-15")).days, frequency, monetary)
        for name, (month, frequency, monetary, _printed) in CUSTOMERS.items()
    }
    columns = ["recency_days", "frequency", "monetary"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def test_the_rule_of_the_slide_as_own_cuts():
    scores = rfm_scores(
        rfm(),
        cuts={
            # Up to 1, 3, 6 and 9 months ago; the bounds are included in the better score.
            "recency_days": [30, 92, 184, 275],
            "frequency": [9, 19, 29, 40],
            # "$5k-$10k" holds 5k, and so holds each bound but the last, "> $50k".
            "monetary": [4_999, 9_999, 19_999, 50_000],
        },
    )
    printed = {name: row[-1] for name, row in CUSTOMERS.items()}
    assert scores["rfm_score"].to_dict() == printed | BY_RULE
    assert sum(scores["rfm_score"] == pd.Series(printed)) == 6


def test_the_weighted_points_of_example_two():
    # By hand, as no points are printed: R 20, 10, 5, 3, 1 within 3, 6, 9, 12, 24 months; F 4
    # each up to 20; M a tenth up to 20, which all of these reach; weights 5, 3, 2. B bought
    # six months ago to the day, which is no longer within six months.
    recency = {"A": 20, "B": 5, "C": 5, "D": 20, "E": 1, "F": 10, "G": 1, "H": 20}
    frequency = {name: min(4 * row[1], 20) for name, row in CUSTOMERS.items()}
    expected = {name: 5 * recency[name] + 3 * frequency[name] + 2 * 20 for name in CUSTOMERS}
    points = rfm_points(rfm(), as_of=NOW)
    assert points["recency_points"].to_dict() == recency
    assert points["rfm_points"].to_dict() == expected
    assert points["rfm_points"].max() == 200
