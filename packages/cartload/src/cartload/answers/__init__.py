"""Business questions about a stored dataset, with their SQL and their true answers.

Pipelines built on a dataset can be tested with them.
"""

from cartload.answers.document import Answer, Answers
from cartload.answers.questions import Question, questions
from cartload.answers.run import answers

__all__ = ["Answer", "Answers", "Question", "answers", "questions"]
