"""From a delivered file to typed records: door, entry gate, mapping, typing, versions, receipts."""
