"""Tables of joint applications and of what hangs on them."""
