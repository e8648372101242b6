"""What may leave: small groups withheld by profile. Nothing about a figure's meaning is decided here."""
