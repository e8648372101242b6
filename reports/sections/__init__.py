"""The sections of the pages: one module per claim, each a pure function from released tables to a Section."""
