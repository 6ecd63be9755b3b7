"""Single features that tell the outcome too well to have been known before it."""

from collections.abc import Iterator

import pandas as pd

from custintel._leak_evidence import Outcome, missing_by_label, separates
from custintel._text import translate_plural as _n
from custintel.errors import LeakError
from custintel.models._labelled_rows import LabelledRows
from custintel.models._predictor_columns import Predictors

_LIMIT = 0.95  # as in `custintel.tables.find_leaks`, which says where it comes from
_MOST = 5  # that the error spells out


def refuse_leaks(predictors: Predictors, rows: LabelledRows) -> None:
    """Raise `LeakError` naming each feature that tells the outcome by itself too well."""
    leaks = pd.DataFrame(list(_evidence(predictors, rows)), columns=["feature", "kind", "evidence"])
    if leaks.empty:
        return
    told = [f"{each.feature!r} ({each.evidence})" for each in leaks.head(_MOST).itertuples()]
    raise LeakError(
        _n(
            "{n} feature tells the outcome by itself too well to be true: {told}. It was probably "
            "filled in after the event. Leave it out; or, if it was known on the day, say "
            "leaks='allow'.",
            "{n} features tell the outcome by themselves too well to be true: {told}. They were "
            "probably filled in after the event. Leave them out; or, if they were known on the "
            "day, say leaks='allow'.",
            leaks["feature"].nunique(),
            told="; ".join(told),
        ),
        leaks=leaks,
    )


def _evidence(predictors: Predictors, rows: LabelledRows) -> Iterator[tuple[str, str, str]]:
    """Give feature, kind and evidence of each leak, in the order in which the features came."""
    columns, outcome = predictors.numbers | predictors.texts, Outcome(rows.outcome)
    customers = pd.Index(rows.group, name="customer_id")
    for name in predictors.names:
        feature = pd.Series(columns[name], customers)
        if (told := separates(feature, outcome, _LIMIT)) is not None:
            yield name, "separates_label", told
        elif (told := missing_by_label(feature, outcome, _LIMIT)) is not None:
            yield name, "missing_by_label", told
