"""The command line: thin commands over the steps and the one job."""
