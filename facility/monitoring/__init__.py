"""What came of it: indicators, money, lead times, the Commission's view and its exports."""
