"""The true answers to business questions about a stored dataset: what pipelines on it can be tested with."""

from cartload.answers.document import Answer, Answers
from cartload.answers.questions import Question, questions
from cartload.answers.run import answers

__all__ = ["Answer", "Answers", "Question", "answers", "questions"]
