"""Random single faults with a known rule, planted into clean deliveries and taken through the real steps."""
