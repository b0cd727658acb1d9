"""What is offered: calls, versions, grids, deadlines."""
