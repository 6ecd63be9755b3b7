"""Who the customers are: recency, frequency and monetary value, scores and segments."""

from custintel.segmentation.rfm import rfm_table
from custintel.segmentation.scores import rfm_scores
from custintel.segmentation.segments import (
    DEFAULT_SEGMENTS,
    SegmentRule,
    rfm_segments,
    segment_summary,
)

__all__ = [
    "DEFAULT_SEGMENTS",
    "SegmentRule",
    "rfm_scores",
    "rfm_segments",
    "rfm_table",
    "segment_summary",
]
