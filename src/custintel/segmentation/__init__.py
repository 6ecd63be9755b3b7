"""Who the customers are: scores, segments, selections, tiers, migration and profiles."""

from custintel.segmentation.attributes import segment_by, segment_table
from custintel.segmentation.clusters import cluster_profiles
from custintel.segmentation.decay import decayed_rfm
from custintel.segmentation.likeness import Lookalikes, lookalikes
from custintel.segmentation.means import profile_means
from custintel.segmentation.migration import migration_table, segment_flows, segment_migration
from custintel.segmentation.points import PointsRule, rfm_points
from custintel.segmentation.profiles import profile_table
from custintel.segmentation.rfm import rfm_table
from custintel.segmentation.scores import rfm_scores
from custintel.segmentation.segments import (
    DEFAULT_SEGMENTS,
    SegmentRule,
    rfm_segments,
    segment_summary,
)
from custintel.segmentation.selection import select
from custintel.segmentation.tiers import value_tiers

__all__ = [
    "DEFAULT_SEGMENTS",
    "Lookalikes",
    "PointsRule",
    "SegmentRule",
    "cluster_profiles",
    "decayed_rfm",
    "lookalikes",
    "migration_table",
    "profile_means",
    "profile_table",
    "rfm_points",
    "rfm_scores",
    "rfm_segments",
    "rfm_table",
    "segment_by",
    "segment_flows",
    "segment_migration",
    "segment_summary",
    "segment_table",
    "select",
    "value_tiers",
]
