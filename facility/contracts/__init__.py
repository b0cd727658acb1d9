"""What money there is: agreements, donors, envelopes, the ledger."""
