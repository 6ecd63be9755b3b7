"""Who will not come back: churn predicted from what was known on a day."""

from typing import ClassVar

from custintel.models._outcome_model import OutcomeModel


class ChurnModel(OutcomeModel):
    """Predict who has no purchase in the horizon, as a calibrated probability.

    Features and labels come from `custintel.tables.snapshot`, whose label ``is_churned`` is
    this model's y: features of the same days as the label look excellent and are worthless.

    Numbers go through a signed logarithm, in units of their usual size, and are standardised;
    gaps become the median, with a column that says so; texts become a column for each category
    of ten rows or more, weights counted, the hundred most frequent at most, the others being
    one. Trees take numbers as they are.
    Constant features are dropped.

    The penalty of the regression, or the number of trees, is the one that loses least on
    customers held back, all rows of a customer (index level ``customer_id``) being in one fold.
    The log odds that these customers got are what calibrates: by Platt's line, or by rising
    steps. Classes are never balanced by weights: that would leave the ranking as it is, and
    make every probability wrong.

    Parameters
    ----------
    method : {"logistic", "boosting", "lightgbm"}, default="logistic"
        Logistic regression; boosted trees of scikit-learn; those of LightGBM, which needs the
        extra ``boost``.
    penalty : float, optional
        Weight, above 0, of half the squared coefficients of the standardised columns: the
        inverse of their variance a priori. By default chosen from 0.1 to 10,000; with fewer
        than 10 events per column the strongest is taken whose loss is within one standard
        error of the least, and a warning says so.
    calibration : {"sigmoid", "isotonic"}, default="sigmoid"
        A line of the log odds; or steps, from 200 cases of the rarer outcome.
    transformation : {"signed_log", "none"}, default="signed_log"
        What the regression does to numbers.
    leaks : {"refuse", "allow"}, default="refuse"
        What to do with a feature that alone tells the outcome too well, as
        `custintel.tables.find_leaks` finds it: an AUC surely above .95.
    min_events : int, default=50
        Fewest rows, weights counted, of the rarer outcome: with fewer the fit is refused.
    n_folds : int, default=5
        Parts of the customers that are held back in turn, 2 or more.
    n_trees : int, default=200
        Most trees that are tried.
    random_state : int, default=0
        Seed of the folds and the trees.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        The labels: no event, and the event.
    features_, texts_, dropped_ : tuple of str
        Columns of the fit; those that hold texts; those that were constant.
    evidence_ : DataFrame
        What `evidence` returns.
    n_rows_, n_events_ : float
        Rows fitted and those with the event, weights counted.
    n_customers_ : int
        Distinct customers.
    n_features_in_, feature_names_in_ : int, ndarray
        As everywhere in scikit-learn; names only of tables.

    References
    ----------
    Platt, J. (1999). Probabilistic outputs for support vector machines and comparisons to
    regularized likelihood methods. In Advances in Large Margin Classifiers, 61-74.

    Peduzzi, P. et al. (1996). A simulation study of the number of events per variable in
    logistic regression analysis. Journal of Clinical Epidemiology 49(12), 1373-1379.

    van den Goorbergh, R. et al. (2022). The harm of class imbalance corrections for risk
    prediction models. JAMIA 29(9), 1525-1534.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> customers = pd.DataFrame(
    ...     {"recency_days": rng.exponential(60, 1000), "frequency": rng.poisson(4, 1000)},
    ...     index=pd.RangeIndex(1000, name="customer_id"),
    ... )
    >>> chance = 1 / (1 + np.exp(1 - customers["recency_days"] / 60))
    >>> is_churned = rng.random(1000) < chance
    >>> model = ChurnModel().fit(customers, is_churned)
    >>> model.summary().index[0]
    'recency_days'
    >>> probability = model.probabilities(customers)["probability"]
    >>> abs(float(probability.mean() - is_churned.mean())) < 0.01
    True
    """

    _methods: ClassVar[tuple[str, ...]] = ("logistic", "boosting", "lightgbm")

    def __init__(  # noqa: PLR0913 - one setting each, all optional
        self,
        *,
        method: str = "logistic",
        penalty: float | None = None,
        calibration: str = "sigmoid",
        transformation: str = "signed_log",
        leaks: str = "refuse",
        min_events: int = 50,
        n_folds: int = 5,
        n_trees: int = 200,
        random_state: int = 0,
    ) -> None:
        self.method = method
        self.penalty = penalty
        self.calibration = calibration
        self.transformation = transformation
        self.leaks = leaks
        self.min_events = min_events
        self.n_folds = n_folds
        self.n_trees = n_trees
        self.random_state = random_state
