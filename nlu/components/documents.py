# mypy: disable-error-code="import-not-found,import-untyped,misc,untyped-decorator"
"""Which documents a message asks for, learnt from the ways in which people ask for each."""

from typing import Final

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.classifier import MEANING
from nlu.components.component import Lesson, TextComponent

DOCUMENT: Final = "document/"
"""Before a document's id, the name of the lookup table that holds the ways to ask for it."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DocumentRanker(TextComponent):
    """Adds ``documents`` to a message: for the id of each document how much likelier than the usual
    one it is asked for, in standard deviations.

    It learns from the lookup tables whose name begins with ``document/``. The intent classifier
    comes before it.
    """

    @staticmethod
    def lesson(training_data: TrainingData) -> Lesson:
        lines = [
            (line, table["name"].removeprefix(DOCUMENT))
            for table in training_data.lookup_tables
            if table["name"].startswith(DOCUMENT)
            for line in table["elements"]
        ]
        return Lesson([line for line, _ in lines], [document for _, document in lines], [])

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the scores to each message."""
        documents = self._model.labels
        if not documents:
            return messages
        texts = [message.get(TEXT) or "" for message in messages]
        meant = np.array([message.get(MEANING) for message in messages])
        found = self._model.margins(texts, meant)
        found = (found - found.mean(axis=1, keepdims=True)) / found.std(axis=1, keepdims=True)
        for message, row in zip(messages, found, strict=True):
            scores = dict(zip(documents, np.round(row, 2).tolist(), strict=True))
            message.set("documents", scores, add_to_output=True)
        return messages
