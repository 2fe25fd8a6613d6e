"""Business logic of entries: PostApisbll writes, GetApisbll reads, HelperFunctions needs no table, service asks them."""
