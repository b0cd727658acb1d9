"""Who belongs where, and who may have which role and account."""
