"""What shows that the figures are right: published ones, and this product's own beside them."""
