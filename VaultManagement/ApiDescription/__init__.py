"""The API's description of itself: OpenAPI and a page to try it."""
