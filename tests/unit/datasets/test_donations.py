"""The donations of Fader, Hardie & Shang (2010), against figures printed in the paper."""

from custintel.datasets import load_donations


def test_patterns_are_those_of_the_paper():
    donations = load_donations()
    assert len(donations) == 22  # all that six occasions allow: 1 + 6 * 7 / 2
    assert donations["n_donors"].sum() == 11104
    assert set(donations["n_periods"]) == {6}


def test_every_pattern_is_possible_and_appears_once():
    donations = load_donations()
    assert not donations.duplicated(["frequency", "recency"]).any()
    assert (donations["frequency"] <= donations["recency"]).all()
    assert ((donations["frequency"] == 0) == (donations["recency"] == 0)).all()
