"""The sections of a report, in the order in which they are read."""

from collections.abc import Callable

from custintel.report._elements import Section
from custintel.report.analysis import Analysis
from custintel.report.sections.accounts import accounts_section
from custintel.report.sections.attribution import attribution_section
from custintel.report.sections.campaigns import campaigns_section
from custintel.report.sections.channels import channels_section
from custintel.report.sections.concentration import concentration_section
from custintel.report.sections.customers import customers_section
from custintel.report.sections.definitions import definitions_section
from custintel.report.sections.discounts import discounts_section
from custintel.report.sections.equity import equity_section
from custintel.report.sections.experiments import experiments_section
from custintel.report.sections.margins import margins_section
from custintel.report.sections.model import model_section
from custintel.report.sections.more import more_section
from custintel.report.sections.outlook import outlook_section
from custintel.report.sections.partners import partners_section
from custintel.report.sections.products import products_section
from custintel.report.sections.reading import reading_section
from custintel.report.sections.retention import retention_section
from custintel.report.sections.returns import returns_section
from custintel.report.sections.revenue import revenue_section
from custintel.report.sections.segments import segments_section
from custintel.report.sections.together import together_section

# Those that the export says nothing about are None; `more_section` tells what they take.
_SECTIONS: tuple[Callable[[Analysis], Section | None], ...] = (
    reading_section,
    revenue_section,
    outlook_section,
    products_section,
    together_section,
    channels_section,
    partners_section,
    margins_section,
    discounts_section,
    concentration_section,
    accounts_section,
    segments_section,
    retention_section,
    model_section,
    equity_section,
    customers_section,
    campaigns_section,
    experiments_section,
    returns_section,
    attribution_section,
    more_section,
    definitions_section,
)


def sections_of(analysis: Analysis) -> list[Section]:
    """Return the sections for which the analysis has something to tell."""
    made = [section(analysis) for section in _SECTIONS]
    return [section for section in made if section is not None]
