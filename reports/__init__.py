"""What is shown: charts and pages made from released tables only. Altair lives here and nowhere else."""
