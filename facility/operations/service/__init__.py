"""What keeps the facility in order: parked work put back in the queue, documents that nothing needs deleted."""
