"""The one gate: nothing leaves the hub but what the policy releases to this receiver on this occasion."""
