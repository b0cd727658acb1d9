"""How applications are scored and ranked."""
