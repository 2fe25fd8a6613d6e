"""What every request passes through: request id, organisation, authentication, errors, the API description."""
