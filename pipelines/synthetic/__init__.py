"""The seeded synthetic network: shape (profile.toml), patients, sessions, scores, planted faults, deliveries.

Nothing in it is evidence: every figure was chosen so that the demo looks like clinics' files, and no test reads it back
as a truth about ketamine.
"""
