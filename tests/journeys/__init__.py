"""Journeys of people through the whole service, in a real Chromium."""
