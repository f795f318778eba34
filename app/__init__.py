"""TrajectHub: one REST API for debt-help referrals between referrers, counsellors and partner systems."""

__version__ = "0.1.0"
