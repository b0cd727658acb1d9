"""For those who run the facility, and the demo's mail reader."""
