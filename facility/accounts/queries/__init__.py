"""Reads about people and institutions."""
