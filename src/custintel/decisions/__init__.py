"""What to do next: actions planned within budget and capacity, calls, warnings, leads."""

from custintel.decisions.actions import Action, Limits
from custintel.decisions.call_lists import call_list
from custintel.decisions.contacts import ContactEvent, suggest_on_contact
from custintel.decisions.early_signs import EarlyWarnings, early_warnings
from custintel.decisions.next_actions import next_best_action
from custintel.decisions.plans import ActionPlan
from custintel.decisions.qualified_leads import LeadQualification, qualify_leads

__all__ = [
    "Action",
    "ActionPlan",
    "ContactEvent",
    "EarlyWarnings",
    "LeadQualification",
    "Limits",
    "call_list",
    "early_warnings",
    "next_best_action",
    "qualify_leads",
    "suggest_on_contact",
]
