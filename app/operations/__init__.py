"""What can be done: one function, one transaction, one public verb."""
