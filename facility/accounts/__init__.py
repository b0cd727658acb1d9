"""Who: people, institutions, beneficiaries, roles, sign-in."""
