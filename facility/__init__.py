"""A technical-assistance facility: from a published call to the indicator that the Commission reads.

Every room of the house is a package here, in the order of a grant's life; docs/architecture.md shows the way through them.
"""
