"""The customer-value report: from exports to one HTML page and a table of scores."""

from custintel.report.analysis import Analysis, analyse
from custintel.report.assumptions import Assumptions
from custintel.report.campaign_source import (
    CampaignSource,
    CampaignTable,
    campaign_source_from_tables,
    read_campaign_source,
)
from custintel.report.page import ReportFiles, write_report
from custintel.report.scores import customer_scores
from custintel.report.source import Source, read_source, source_from_table

__all__ = [
    "Analysis",
    "Assumptions",
    "CampaignSource",
    "CampaignTable",
    "ReportFiles",
    "Source",
    "analyse",
    "campaign_source_from_tables",
    "customer_scores",
    "read_campaign_source",
    "read_source",
    "source_from_table",
    "write_report",
]
