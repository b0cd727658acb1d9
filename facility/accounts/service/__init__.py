"""Commands on people and institutions."""
