"""What campaigns reached, brought in and cost: e-mail, mail, response, return, triggers."""

from custintel.campaigns.activity_times import weekly_activity
from custintel.campaigns.budgets import budget_table
from custintel.campaigns.closed_loops import ClosedLoop, CustomerRecords, closed_loop
from custintel.campaigns.consent import ConsentCheck, consent_check
from custintel.campaigns.contacts import contact_log
from custintel.campaigns.costs import cost_per_result
from custintel.campaigns.decisions import campaign_decision
from custintel.campaigns.direct_mail import DirectMailPlan, direct_mail_plan
from custintel.campaigns.email_kinds import email_types, marketing_events
from custintel.campaigns.email_rates import email_kpis
from custintel.campaigns.engagement import engagement_ladder, engagement_stages
from custintel.campaigns.event_checks import EventChecks, check_events
from custintel.campaigns.fatigue import fatigue_curve
from custintel.campaigns.funnels import campaign_funnel
from custintel.campaigns.links import link_clicks
from custintel.campaigns.lists import list_growth
from custintel.campaigns.objectives import objective_kpis
from custintel.campaigns.potential import potential_sales
from custintel.campaigns.pressure import contact_pressure, pressure_distribution
from custintel.campaigns.reach import target_reach
from custintel.campaigns.response import response_table
from custintel.campaigns.response_comparisons import compare_response
from custintel.campaigns.returns import Holdout, campaign_roi
from custintel.campaigns.self_service import self_service_benefit
from custintel.campaigns.trigger_rules import (
    BirthdayRule,
    ContactLimit,
    NoAnswerRule,
    PurchaseRule,
    StageRule,
    StockRule,
)
from custintel.campaigns.triggers import DueTriggers, due_triggers
from custintel.campaigns.unsubscriptions import unsubscribe_reasons
from custintel.campaigns.visits import EventStudy, event_study

__all__ = [
    "BirthdayRule",
    "ClosedLoop",
    "ConsentCheck",
    "ContactLimit",
    "CustomerRecords",
    "DirectMailPlan",
    "DueTriggers",
    "EventChecks",
    "EventStudy",
    "Holdout",
    "NoAnswerRule",
    "PurchaseRule",
    "StageRule",
    "StockRule",
    "budget_table",
    "campaign_decision",
    "campaign_funnel",
    "campaign_roi",
    "check_events",
    "closed_loop",
    "compare_response",
    "consent_check",
    "contact_log",
    "contact_pressure",
    "cost_per_result",
    "direct_mail_plan",
    "due_triggers",
    "email_kpis",
    "email_types",
    "engagement_ladder",
    "engagement_stages",
    "event_study",
    "fatigue_curve",
    "link_clicks",
    "list_growth",
    "marketing_events",
    "objective_kpis",
    "potential_sales",
    "pressure_distribution",
    "response_table",
    "self_service_benefit",
    "target_reach",
    "unsubscribe_reasons",
    "weekly_activity",
]
