"""Signing in through another provider, where the site has one: OpenID Connect."""
