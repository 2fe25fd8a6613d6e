"""A model whose table nobody makes."""
