"""Courses of care, induction, baselines, follow-ups and timepoints (CONTRACT.md section 4)."""
