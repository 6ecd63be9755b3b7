"""Share of wallet: how much of what customers spend on a category they spend here."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_type
from custintel._elementwise import float_column
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning

NO_SPEND, NO_CATEGORY = N_("no spend given"), N_("no category spend")
NEGATIVE, ABOVE_ONE = N_("negative amount"), N_("spend above category spend")


@dataclass(frozen=True, slots=True, eq=False)
class ShareOfWallet:
    """Shares of wallet, one by one and together.

    Attributes
    ----------
    total_share : float
        All spend divided by all category spend, in 0-1: the share of the money. NaN if no
        row is left.
    mean_share : float
        Mean of the rows' shares, in 0-1: the share of the average customer, whatever the size
        of the wallet. NaN if no row is left.
    table : DataFrame
        Indexed as `spend`, one row per customer or brand.

        - ``spend``, ``category_spend`` : float, currency
        - ``share_of_wallet`` : float, in 0-1
        - ``headroom`` : float, currency, what is spent elsewhere
    set_aside : DataFrame
        Rows whose share would be wrong, indexed likewise.

        - ``spend``, ``category_spend`` : float, as given
        - ``reason`` : str
    """

    total_share: float
    mean_share: float
    table: pd.DataFrame
    set_aside: pd.DataFrame


def share_of_wallet(spend: pd.Series, category_spend: pd.Series) -> ShareOfWallet:
    """Divide what is spent here by what is spent on the category, here and elsewhere.

    Big wallets count more in ``total_share``, all wallets the same in ``mean_share``. When
    big customers split their purchases, as they often do, the second is the higher: reports
    that give it for the first promise less headroom than there is.

    Parameters
    ----------
    spend : Series
        Spend here, currency, by customer or by brand.
    category_spend : Series
        Spend on the category with all suppliers, this one included, same currency and
        period, labelled likewise; usually from a survey.

    Returns
    -------
    ShareOfWallet
        Both shares, ``table`` with one row per label, and ``set_aside`` with the rows that
        have no amount, an amount below zero, no category spend, or more spend than category
        spend, which is impossible; a warning counts them.

    Raises
    ------
    SchemaError
        If a label stands twice, or no label is in both.
    TypeError
        If one of the two is not a Series.

    References
    ----------
    Cooil, B., Keiningham, T. L., Aksoy, L. and Hsu, M. (2007). A longitudinal analysis of
    customer satisfaction and share of wallet. Journal of Marketing 71(1), 67-83.

    Examples
    --------
    >>> import pandas as pd
    >>> here = pd.Series({"ann": 80.0, "bob": 100.0})
    >>> everywhere = pd.Series({"ann": 100.0, "bob": 500.0})
    >>> wallet = share_of_wallet(here, everywhere)
    >>> wallet.table["share_of_wallet"].to_dict()
    {'ann': 0.8, 'bob': 0.2}
    >>> wallet.total_share, wallet.mean_share
    (0.3, 0.5)
    """
    _require_labels(spend, category_spend)
    both = _beside(spend, category_spend)
    reason = _reasons(both)
    is_wrong = reason.notna()
    set_aside = both[is_wrong].assign(reason=reason[is_wrong])
    _warn_of(set_aside, len(both))
    kept = both[~is_wrong]
    shares = kept["spend"] / kept["category_spend"]
    has_rows = len(kept) > 0
    return ShareOfWallet(
        total_share=float(kept["spend"].sum() / kept["category_spend"].sum())
        if has_rows
        else np.nan,
        mean_share=float(shares.mean()) if has_rows else np.nan,
        table=kept.assign(share_of_wallet=shares, headroom=kept["category_spend"] - kept["spend"]),
        set_aside=set_aside,
    )


def _beside(spend: pd.Series, category_spend: pd.Series) -> pd.DataFrame:
    """Return both amounts by label, in the order of `spend`, then what it lacks."""
    labels = spend.index.append(category_spend.index).unique()
    columns = {"spend": spend, "category_spend": category_spend}
    return pd.DataFrame(
        {name: float_column(each).reindex(labels) for name, each in columns.items()}
    )


def _require_labels(spend: pd.Series, category_spend: pd.Series) -> None:
    labelled = _("a Series indexed by customer or brand")
    for name, series in (("spend", spend), ("category_spend", category_spend)):
        require_type(series, pd.Series, name=name, what=labelled)
        if not series.index.is_unique:
            repeated = series.index[series.index.duplicated()].unique()
            raise SchemaError(
                _(
                    "{name} has several amounts for {labels}; add them up first: "
                    "{name}.groupby(level=0).sum().",
                    name=name,
                    labels=quoted(repeated, most=3),
                )
            )
    if len(spend) and len(category_spend) and not spend.index.isin(category_spend.index).any():
        raise SchemaError(
            _(
                "No label of spend ({spend}) is in category_spend ({category}). Index both by "
                "the same customers or brands.",
                spend=quoted(spend.index, most=3),
                category=quoted(category_spend.index, most=3),
            )
        )


def _reasons(both: pd.DataFrame) -> pd.Series:
    spend, category = both["spend"], both["category_spend"]
    reason = pd.Series(None, index=both.index, dtype=object)
    checks = (
        (spend > category, ABOVE_ONE),
        (~(category > 0) | ~np.isfinite(category), NO_CATEGORY),
        ((spend < 0) | (category < 0), NEGATIVE),
        (~np.isfinite(spend), NO_SPEND),
    )
    for is_wrong, name in checks:
        reason[is_wrong] = name
    return reason


def _warn_of(set_aside: pd.DataFrame, n_rows: int) -> None:
    if set_aside.empty:
        return
    counts = set_aside["reason"].value_counts()
    warn(
        _n(
            "{n} row of {total} was set aside, {examples}: {reasons}. See set_aside.",
            "{n} rows of {total} were set aside, such as {examples}: {reasons}. See set_aside.",
            len(set_aside),
            total=n_rows,
            examples=quoted(set_aside.index, most=3),
            reasons=", ".join(
                _("{reason} ({n})", reason=_(str(reason)), n=n) for reason, n in counts.items()
            ),
        ),
        SetAsideWarning,
    )


@dataclass(frozen=True, slots=True, eq=False)
class WalletAllocation:
    """Shares of wallet that follow from the ranks that customers give to brands.

    Attributes
    ----------
    brands : DataFrame
        Indexed by ``brand``, in the order of the columns of the ranks.

        - ``mean_share`` : float, in 0-1, mean over all respondents, those who do not use the
          brand at 0; adds up to 1
        - ``n_users`` : int, respondents who rank the brand
        - ``mean_share_of_users`` : float, in 0-1, mean over these; NaN if nobody does
    respondents : DataFrame
        One row per respondent, one column per brand: share of wallet, in 0-1, 0 for brands
        not used; each row adds up to 1.
    n_set_aside : int
        Respondents without any rank.
    """

    brands: pd.DataFrame
    respondents: pd.DataFrame
    n_set_aside: int


def wallet_allocation(ranks: pd.DataFrame) -> WalletAllocation:
    """Estimate shares of wallet from the order in which customers prefer the brands they use.

    With n brands in use, the brand of rank k gets (1 − k / (n + 1)) × 2 / n of the wallet.
    Tied brands get their average rank, so that each respondent's shares add up to 1 however
    ties are written (1, 1, 3 or 1, 1, 2).

    Parameters
    ----------
    ranks : DataFrame
        One row per respondent, one column per brand: 1 for the brand liked best; missing
        for brands not used. From ratings, where high is good:
        ``ratings.rank(axis=1, ascending=False)``.

    Returns
    -------
    WalletAllocation
        ``brands`` with one row per brand (``mean_share``, ``n_users``,
        ``mean_share_of_users``) and ``respondents`` with one row per respondent. Those
        without any rank are left out, and a warning counts them. Another one comes if no
        respondent gives rank 1, alone or shared, as in ratings.

    Raises
    ------
    SchemaError
        If a respondent or brand stands twice, or a rank is not a number of 1 or more.
    TypeError
        If the ranks are not a table.

    References
    ----------
    Keiningham, T. L., Aksoy, L., Buoye, A. and Cooil, B. (2011). Customer loyalty isn't
    enough. Grow your share of wallet. Harvard Business Review 89(10), 29-31.

    Examples
    --------
    >>> import pandas as pd
    >>> ranks = pd.DataFrame({"ours": [1, 2], "theirs": [2, 1], "other": [3, None]})
    >>> allocation = wallet_allocation(ranks)
    >>> allocation.respondents.round(3)
        ours  theirs  other
    0  0.500   0.333  0.167
    1  0.333   0.667  0.000
    >>> allocation.brands["mean_share"].round(3).to_dict()
    {'ours': 0.417, 'theirs': 0.5, 'other': 0.083}
    """
    table = _("a pandas DataFrame, one row per respondent and one column per brand")
    require_type(ranks, pd.DataFrame, name="ranks", what=table)
    if not (ranks.index.is_unique and ranks.columns.is_unique):
        raise SchemaError(_("A respondent or a brand stands twice in the ranks; each has one."))
    given = ranks.apply(float_column).astype(float)
    _require_ranks(ranks, (~(given >= 1) & ranks.notna() | np.isinf(given)).to_numpy(dtype=bool))
    is_used = given.notna()
    answered = is_used.any(axis=1)
    _warn_of_silent(ranks.index[~answered], len(ranks))
    _warn_of_ratings(given[answered])
    used = is_used[answered]
    n = used.sum(axis=1)
    place = given[answered].rank(axis=1, method="average")
    share = (1 - place.div(n + 1, axis=0)).mul(2 / n, axis=0).fillna(0.0)
    n_users = used.sum()
    brands = pd.DataFrame(
        {
            "mean_share": share.mean(),
            "n_users": n_users,
            "mean_share_of_users": share.sum() / n_users.where(n_users > 0),
        }
    ).rename_axis("brand")
    return WalletAllocation(brands, share, int((~answered).sum()))


def _require_ranks(ranks: pd.DataFrame, wrong: NDArray[np.bool_]) -> None:
    n = int(np.count_nonzero(wrong))
    if n:
        rows, columns = np.nonzero(wrong)
        shown = [
            f"{ranks.index[row]}, {ranks.columns[column]}: {ranks.iloc[row, column]}"
            for row, column in zip(rows[:3], columns[:3], strict=True)
        ]
        raise SchemaError(
            _n(
                "{n} rank is not a number of 1 or more: {examples}. Rank the brand liked best "
                "1, and leave those not used missing.",
                "{n} ranks are not numbers of 1 or more, such as {examples}. Rank the brand "
                "liked best 1, and leave those not used missing.",
                n,
                examples=quoted(shown),
            )
        )


def _warn_of_ratings(ranks: pd.DataFrame) -> None:
    best = ranks.min(axis=1)
    # Two brands that share the first place may both have its average, rank 1.5.
    shared = (ranks.eq(best, axis=0).sum(axis=1) + 1) / 2
    if len(ranks) and not (best <= shared).any():
        warn(
            _(
                "No respondent gives rank 1: are these ratings, where high is good? Use "
                "ratings.rank(axis=1, ascending=False)."
            ),
            WeakResultWarning,
        )


def _warn_of_silent(silent: pd.Index, n_respondents: int) -> None:
    if len(silent):
        warn(
            _n(
                "{n} respondent of {total} ranks no brand and is left out: {examples}.",
                "{n} respondents of {total} rank no brand and are left out, such as {examples}.",
                len(silent),
                total=n_respondents,
                examples=quoted(silent, most=3),
            ),
            SetAsideWarning,
        )
