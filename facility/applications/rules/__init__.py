"""What may be done with an application, and when: values in, an answer or Refused out."""
