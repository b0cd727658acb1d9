"""What those who run the facility look at: audit trail, outbox, parked deliveries, how far everything has come."""
