"""What the assistant says, kept as data in the notation of Rasa's responses."""

from bot.responses.catalogue import Catalogue, InvalidResponses, load

__all__ = ["Catalogue", "InvalidResponses", "load"]
