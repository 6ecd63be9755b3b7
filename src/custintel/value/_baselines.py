"""Forecasts without a model, which a purchase model has to beat to be worth its trouble."""

import numpy as np
import pandas as pd

from custintel._intervals import Floats

PAST_RATE, HIATUS = "past_rate", "hiatus"


def past_rate(history: pd.DataFrame, days: int) -> Floats:
    """Expect each customer's repeat purchases to go on at the rate of the past.

    Nothing is expected of a customer without repeat purchase, however recent the first one.
    """
    age = history["T"].to_numpy(float)
    frequency = history["frequency"].to_numpy(float)
    # Whoever came on the last day has had no time: age 0, and no repeat purchase either.
    return np.asarray(frequency * days / np.maximum(age, 1.0))


def hiatus(history: pd.DataFrame, days: int) -> Floats:
    """Expect the past rate, but nothing after a silence longer than any that went before.

    Managers tell active customers from lost ones by such a rule, with one hiatus for all
    customers (Wübben & von Wangenheim 2008); here it is the customer's own longest pause. A
    customer without repeat purchase has no pause to compare with, and a past rate of 0.
    """
    silence = (history["T"] - history["recency"]).to_numpy(float)
    is_unusual = silence > history["longest_pause"].to_numpy(float)
    return np.where(is_unusual, 0.0, past_rate(history, days))


BASELINES = {PAST_RATE: past_rate, HIATUS: hiatus}
