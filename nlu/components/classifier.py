# mypy: disable-error-code="import-not-found,import-untyped,misc,untyped-decorator"
"""Our intent model as a component of Rasa: it reads the text itself, so nothing comes before."""

from typing import Final

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.component import Lesson, TextComponent

RANKED: Final = 10
MEANING: Final = "meaning"
"""The part of a message that holds what it means, for the component that comes next."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SpellingTolerantClassifier(TextComponent, IntentClassifier):
    """Tells intents apart in misspelt Spanish.

    The regular expressions of the training data are its word families.
    """

    @staticmethod
    def lesson(training_data: TrainingData) -> Lesson:
        examples = [one for one in training_data.intent_examples if one.get(TEXT)]
        return Lesson(
            [one.get(TEXT) for one in examples],
            [one.get(INTENT) for one in examples],
            [one["pattern"] for one in training_data.regex_features],
        )

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the most likely intent of each message, and the ranking of the likeliest."""
        intents = self._model.labels
        if not intents:
            return messages
        texts = [message.get(TEXT) or "" for message in messages]
        meant = self._model.meanings(texts)
        found = self._model.probabilities(texts, meant)
        for message, row, meaning in zip(messages, found, meant, strict=True):
            # Kept for the next component: to find it takes half of the time.
            message.set(MEANING, meaning)
            ranking = [
                {"name": intents[at], "confidence": float(row[at])}
                for at in (-row).argsort()[:RANKED]
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages
