"""What follows from what the secretariat asks and finds: letters, mails, commands of this room."""
