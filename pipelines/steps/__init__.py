"""The steps of the main job, in order: intake, candidates, publication, clinical, outcomes.

A step reads and writes one home and is called by one Dagster asset. It opens its own engine, calls the pure parts, and
returns counts.
"""
