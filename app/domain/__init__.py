"""The rules of debt-help referral: standard library only, no input or output."""
