"""What is asked: joint applications, partners, confirmations, documents, submission."""
