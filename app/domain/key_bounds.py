"""The sizes of keys that the hub computes with, whoever made them: a signature by a larger key holds up everybody."""

SMALLEST_RSA_BITS = 2048
LARGEST_RSA_BITS = 4096

LARGEST_EXPONENT = 2**32 - 1
"""Of an RSA key; nearly all have 65537. A signature is verified in a time that grows with its length."""

LONGEST_CHAIN = 20_000
"""The most characters of a chain of certificates."""

MOST_CERTIFICATES = 10
"""The most certificates in a chain, the first included."""

LONGEST_PRIVATE_KEY = 8_000
"""The most characters of a private key; RSA of 4,096 bits has 3,300."""

MOST_KEYS = 10
"""The most keys in a JSON Web Key Set."""
