"""What the numbers mean: contract, instruments, intake, scoring, outcomes, disclosure. No Dagster, GX or Altair."""
