"""What may be done with what came in: values in, an answer or Refused out."""
