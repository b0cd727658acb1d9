"""Reads of applications: few statements, whatever hangs on one."""
