"""When it runs: Dagster assets, checks, jobs, sensors, resources, definitions, and the command `kap`."""

import warnings

from dagster import BetaWarning

# Backfill policies are marked beta in Dagster 1.13; saying so at every load helps nobody who uses this product.
warnings.filterwarnings("ignore", category=BetaWarning)
