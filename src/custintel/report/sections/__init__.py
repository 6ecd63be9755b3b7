"""The sections of a report, in the order in which they are read."""

from collections.abc import Callable

from custintel.report._elements import Section
from custintel.report.analysis import Analysis
from custintel.report.sections.concentration import concentration_section
from custintel.report.sections.customers import customers_section
from custintel.report.sections.definitions import definitions_section
from custintel.report.sections.equity import equity_section
from custintel.report.sections.model import model_section
from custintel.report.sections.reading import reading_section
from custintel.report.sections.retention import retention_section
from custintel.report.sections.revenue import revenue_section
from custintel.report.sections.segments import segments_section

SECTIONS: tuple[Callable[[Analysis], Section], ...] = (
    reading_section,
    revenue_section,
    concentration_section,
    segments_section,
    retention_section,
    model_section,
    equity_section,
    customers_section,
    definitions_section,
)
