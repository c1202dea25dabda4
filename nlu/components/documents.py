# mypy: disable-error-code="import-not-found,import-untyped,misc,untyped-decorator"
"""Which documents a message asks for, learnt from the ways in which people ask for each."""

from dataclasses import asdict
from typing import Any, Final

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.classifier import MEANING, source, tuning
from nlu.components.labels import TextClassifier, Tuning

DOCUMENT: Final = "document/"
"""Before a document's id, the name of the lookup table that holds the ways to ask for it."""
LEAST_DOCUMENTS: Final = 3


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DocumentRanker(GraphComponent):
    """Adds ``documents`` to a message: for the id of each document how much likelier than the usual
    one it is asked for, in standard deviations; its configuration is a ``Tuning``.

    It learns from the lookup tables whose name begins with ``document/``; without any it adds none.
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

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "DocumentRanker":
        return cls(TextClassifier(tuning(config), []), model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "DocumentRanker":
        with model_storage.read_from(resource) as folder:
            learnt = (folder / "vocabulary.json").exists()
            read = TextClassifier.load if learnt else lambda _, chosen: TextClassifier(chosen, [])
            model = read(folder, tuning(config))
        return cls(model, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        lines = [
            (line, table["name"].removeprefix(DOCUMENT))
            for table in training_data.lookup_tables
            if table["name"].startswith(DOCUMENT)
            for line in table["elements"]
        ]
        with self._storage.write_to(self._resource) as folder:
            if len({document for _, document in lines}) >= LEAST_DOCUMENTS:
                self._model.fit([line for line, _ in lines], [document for _, document in lines])
                self._model.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

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
