"""What campaigns reached, brought in and cost: e-mail, mail, response, return, triggers."""

__all__: list[str] = []
