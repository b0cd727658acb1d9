"""Commands on requests for expertise. Lock order: application, deployments, experts, each in the order of their ids."""
