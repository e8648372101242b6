"""One module per claim: a pure function of a released table that draws it."""
