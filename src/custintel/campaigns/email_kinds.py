"""The nine kinds of e-mail, and which of them are marketing."""

import narwhals as nw
import pandas as pd

from custintel._checks import require_columns
from custintel._frames import Frame, as_narwhals
from custintel._text import mark as N_

# name, what it is, whether it is marketing: sent in bulk to promote, not owed to the customer.
_KINDS = (
    ("complementary_offer", N_("offer that goes with what was bought"), True),
    ("confirmation", N_("confirmation of an order or a registration"), False),
    ("account_statement", N_("statement of an account or of loyalty points"), False),
    ("satisfaction_survey", N_("survey of satisfaction"), False),
    ("alert", N_("alert: what is left is sold cheaply before a deadline"), True),
    ("commercial_newsletter", N_("newsletter with offers"), True),
    ("informative_newsletter", N_("newsletter with information"), True),
    ("birthday", N_("greetings and an offer on the birthday"), True),
    ("acquisition", N_("first offer to addresses of prospects"), True),
)


def email_types() -> pd.DataFrame:
    """Return the nine types of e-mail that a campaign may be of.

    Confirmations, statements and surveys follow from what a customer did and go to one at a
    time. They are read far more than mailings in bulk, so that rates over both describe
    neither: `marketing_events` leaves them out.

    Returns
    -------
    DataFrame
        Indexed by ``campaign_type``, as in ``campaigns``, nine rows.

        - ``meaning`` : str
        - ``is_marketing`` : bool

    Examples
    --------
    >>> kinds = email_types()
    >>> kinds.index[~kinds["is_marketing"]].tolist()
    ['confirmation', 'account_statement', 'satisfaction_survey']
    """
    columns = ["campaign_type", "meaning", "is_marketing"]
    return pd.DataFrame(list(_KINDS), columns=columns).set_index("campaign_type")


def marketing_events(events: Frame) -> Frame:
    """Return the events of marketing campaigns alone.

    Left out are those whose ``campaign_type`` is one of the three types of `email_types` that
    are not marketing. Other types, and campaigns without one, are kept.

    Parameters
    ----------
    events : DataFrame
        ``campaign_type``, from ``campaigns`` by `custintel.tables.add_columns`, and anything
        else; pandas, polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file.

    Returns
    -------
    DataFrame
        The events that are left, in a frame of the kind that was given (of a Parquet file: a
        DuckDB relation).

    Raises
    ------
    SchemaError
        If there is no column ``campaign_type``.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": ["m1", "m2"],
    ...     "campaign_type": ["confirmation", "birthday"],
    ... })
    >>> marketing_events(events)["campaign_id"].tolist()
    ['m2']
    """
    found = as_narwhals(events)
    names = found.collect_schema().names()
    require_columns(names, ["campaign_type"], table="campaign_events")
    kind = nw.col("campaign_type")
    technical = [name for name, _meaning, is_marketing in _KINDS if not is_marketing]
    return found.filter(~kind.is_in(technical) | kind.is_null()).to_native()
