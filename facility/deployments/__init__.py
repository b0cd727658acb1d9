"""Who is sent: requests for expertise, matching, invitations, seats."""
