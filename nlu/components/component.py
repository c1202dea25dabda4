# mypy: disable-error-code="import-not-found,import-untyped,misc"
"""What our components of Rasa's pipeline share: a text classifier, trained, kept and loaded."""

import hashlib
from abc import abstractmethod
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, NamedTuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.labels import TextClassifier, Tuning

LEAST_LABELS: Final = 3


class Lesson(NamedTuple):
    """What is learnt from: texts, the label of each, and the word families to look out for."""

    texts: list[str]
    labels: list[str]
    families: list[str]


class TextComponent(GraphComponent):
    """A component that reads the text itself; its configuration is a ``Tuning``.

    With fewer than three labels in the training data it learns nothing, and tells nothing.
    """

    def __init__(self, model: TextClassifier, storage: ModelStorage, resource: Resource) -> None:
        self._model = model
        self._storage = storage
        self._resource = resource

    @staticmethod
    @abstractmethod
    def lesson(training_data: TrainingData) -> Lesson:
        """What this component learns of the training data."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return asdict(Tuning())

    @staticmethod
    def required_packages() -> list[str]:
        # Rasa knows only packages that are imported by the name they are installed by.
        return ["rapidfuzz", "simplemma", "skops"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """The code of all components. Rasa keeps what it trained for as long as nothing changed,
        and looks by itself only into the class of the component."""
        files = sorted(Path(__file__).parent.glob("*.py"))
        return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "TextComponent":
        return cls(TextClassifier(_tuning(config), []), model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "TextComponent":
        with model_storage.read_from(resource) as folder:
            if any(folder.iterdir()):
                model = TextClassifier.load(folder, _tuning(config))
            else:
                model = TextClassifier(_tuning(config), [])
        return cls(model, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        texts, labels, families = self.lesson(training_data)
        with self._storage.write_to(self._resource) as folder:
            if len(set(labels)) >= LEAST_LABELS:
                self._model = TextClassifier(self._model.tuning, families)
                self._model.fit(texts, labels)
                self._model.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data


def _tuning(config: dict[str, Any]) -> Tuning:
    """The part of a component's configuration that is ours: Rasa adds keys of its own."""
    return Tuning(**{key: config[key] for key in asdict(Tuning()) if key in config})
