"""What follows from what happens to applications: letters, mails, commands of this room."""
