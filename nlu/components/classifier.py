# mypy: disable-error-code="import-not-found,import-untyped,misc,untyped-decorator"
"""Our intent model as a component of Rasa: it reads the text itself, so nothing comes before."""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.labels import TextClassifier, Tuning

RANKED = 10
MEANING = "meaning"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SpellingTolerantClassifier(IntentClassifier, GraphComponent):
    """Tells intents apart in misspelt Spanish; its configuration is a ``Tuning``.

    The regular expressions of the training data are its word families.
    """

    def __init__(self, model: TextClassifier, storage: ModelStorage, resource: Resource) -> None:
        self._model = model
        self._storage = storage
        self._resource = resource

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return asdict(Tuning())

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        return source()

    @staticmethod
    def required_packages() -> list[str]:
        # Rasa knows only packages that are imported by the name they are installed by.
        return ["rapidfuzz", "simplemma", "skops"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SpellingTolerantClassifier":
        return cls(TextClassifier(tuning(config), []), model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SpellingTolerantClassifier":
        with model_storage.read_from(resource) as folder:
            model = TextClassifier.load(folder, tuning(config))
        return cls(model, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [one for one in training_data.intent_examples if one.get(TEXT)]
        families = [one["pattern"] for one in training_data.regex_features]
        self._model = TextClassifier(self._model.tuning, families)
        self._model.fit([one.get(TEXT) for one in examples], [one.get(INTENT) for one in examples])
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the most likely intent of each message, and the ranking of the likeliest."""
        intents = self._model.labels
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


def tuning(config: dict[str, Any]) -> Tuning:
    """The part of a component's configuration that is ours: Rasa adds keys of its own."""
    return Tuning(**{key: config[key] for key in asdict(Tuning()) if key in config})


def source() -> str:
    """The code of the components. Rasa keeps what it trained for as long as nothing changed, and
    looks only into the file of the component itself."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()
