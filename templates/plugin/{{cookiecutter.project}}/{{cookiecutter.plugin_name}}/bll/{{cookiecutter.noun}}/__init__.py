"""Entries: PostApisbll writes, GetApisbll reads, HelperFunctions needs no table, and service asks the table."""
