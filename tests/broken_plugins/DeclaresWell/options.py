from pydantic import BaseModel


class Choices(BaseModel):
    number: int = 1
