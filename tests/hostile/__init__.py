"""People who mean no good: forged addresses and forms, and what they must neither get nor break."""
