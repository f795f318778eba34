"""What integration testers run against their own systems: a receiver, a partner system, a local event consumer."""
