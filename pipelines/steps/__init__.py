"""The steps of the main job, in order: intake, candidates, publication, clinical, outcomes. Each reads and writes a home.

A step is called by one Dagster asset. It opens its own engine, calls the pure parts, and returns counts.
"""
