"""Change, rates, intervals and trajectories by route and condition, exact and before disclosure."""
