"""Business logic, a folder for each noun."""
