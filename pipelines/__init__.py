"""What the numbers mean: contract, instruments, intake, scoring, outcomes, disclosure. Pure: no Dagster, GX or Altair."""
