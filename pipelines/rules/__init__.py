"""Every validation rule once: code, sentence, category, effect, threshold, predicate; and what a rule found."""
