"""The mutants: in each, one thing is taken out that keeps rows from being lost, doubled or left unproven."""

from typing import Final

from mutants.mutant import Edit, Mutant, Proof

_BATCH_HANDLER: Final = "services/writer/src/cartload_writer/consumers/batch_handler.py"
_BATCHES: Final = "services/writer/src/cartload_writer/repository/batches.py"
_SEAL: Final = "services/writer/src/cartload_writer/tasks/seal.py"
_LOAD: Final = "packages/cartload/src/cartload/encoders/mysql.py"
_CONSUMER: Final = "packages/kit/src/cartload_kit/kafka/consumer.py"
_APPLY: Final = "services/generator/src/cartload_generator/domain/apply_results.py"
_LOCKED: Final = "services/generator/src/cartload_generator/tasks/locked_jobs.py"

_WRITER: Final = "tests/integration/writer"
_GENERATOR: Final = "tests/integration/generator"


def _kills(says: str) -> Proof:
    """The kill proof: each process once, in the middle of a job, with what it has in hand just then."""
    name = "test_a_job_outlasts_the_end_of_each_process_on_its_way"
    return Proof(f"tests/integration/dev/test_dev_kills.py::{name}", says, tries=3)


_ALL: Final = (
    Mutant(
        "no-manifest-look-up",
        (
            Edit(
                _BATCH_HANDLER,
                """
        if target.stored is not None and not target.gone:
            await self._repeat(header, target.stored)
            return
""",
                "\n",
            ),
            # The key of the manifest refuses the second line by itself: it is a look at the manifest, too.
            Edit(_BATCHES, "INSERT INTO `{meta}`.manifest", "REPLACE INTO `{meta}`.manifest"),
        ),
        (
            Proof(
                f"{_WRITER}/test_writer_batches.py::test_a_repeated_batch_is_told_again_and_changes_nothing",
                "the database does not take these rows",
            ),
        ),
    ),
    Mutant(
        "offset-before-transaction",
        (
            Edit(
                _CONSUMER,
                """
            with context.incoming(record):
                outcome = await self._retrying.run(entry)
""",
                """
            entry.tracker.finish(entry.record.offset)
            await self._commit()
            with context.incoming(record):
                outcome = await self._retrying.run(entry)
""",
            ),
            Edit(
                _CONSUMER,
                """must not be sent again.
        entry.tracker.finish(entry.record.offset)
""",
                """must not be sent again.
""",
            ),
        ),
        (
            Proof(
                "tests/integration/kit/test_kafka_loops.py"
                "::test_a_revoked_record_that_does_not_end_is_cancelled_and_handled_by_another",
                "assert 1 == 0",
            ),
            _kills("chunks had to be asked for again"),
        ),
    ),
    Mutant(
        "manifest-before-rows",
        (Edit(_BATCHES, "\n    connection.begin()\n", "\n"),),
        (
            Proof(
                f"{_WRITER}/test_writer_transaction.py"
                "::test_a_session_killed_while_it_writes_leaves_neither_rows_nor_manifest",
                r"assert \(1, 0\) == \(0, 0\)",
            ),
        ),
    ),
    Mutant(
        "rows-before-manifest",
        (
            Edit(_BATCHES, "        _insert(cursor, meta, entries)\n    for", "    for"),
            Edit(
                _BATCHES,
                "        connection.commit()\n\n\ndef end_readers",
                """        connection.commit()
    with connection.cursor() as cursor:
        _insert(cursor, meta, entries)


def end_readers""",
            ),
        ),
        (
            Proof(
                f"{_WRITER}/test_writer_transaction.py"
                "::test_a_session_killed_while_it_writes_leaves_neither_rows_nor_manifest",
                r"assert \(0, 30\) == \(0, 0\)",
            ),
        ),
    ),
    Mutant(
        "result-before-commit",
        (
            Edit(
                _BATCH_HANDLER,
                """
        try:
            stored = await self.storage.store(""",
                """
        told = StoredBatch(header.rows, header.row_hash, len(record.value), 0.0)
        await self.results.publish(_stored(header, told))
        try:
            stored = await self.storage.store(""",
            ),
            Edit(
                _BATCH_HANDLER,
                """        await self.results.publish(_stored(header, stored))

    def _put_aside""",
                """
    def _put_aside""",
            ),
        ),
        (
            Proof(
                f"{_WRITER}/test_writer_batches.py::test_a_session_killed_in_its_transaction_is_tried_again",
                "assert 2 == 1",
            ),
            _kills("rows were told when"),
        ),
    ),
    Mutant(
        "warnings-ignored",
        (Edit(_LOAD, "if stored != batch.num_rows or warnings:", "if stored != batch.num_rows:"),),
        (
            Proof(
                f"{_WRITER}/test_writer_batches.py::test_text_that_the_database_would_cut_off_is_refused",
                "DID NOT RAISE",
            ),
        ),
    ),
    Mutant(
        "chunk-never-sent",
        (
            Edit(
                _LOCKED,
                "upto = min(job.next_chunk + count, job.chunks_total)",
                "upto = min(job.next_chunk + count, job.chunks_total - 1)",
            ),
        ),
        (
            Proof(
                f"{_GENERATOR}/test_generator_survival.py"
                "::test_commands_that_could_not_be_sent_change_nothing",
                r"assert \[0, 1, 2, 3\] == \[0, 1, 2, 3, 4\]",
            ),
            _kills("the job stands still"),
        ),
    ),
    Mutant(
        "lost-result-never-asked-for",
        (
            Edit(
                _LOCKED,
                "case Next.CHUNKS_AGAIN:\n                await self._chunks_again()",
                "case Next.CHUNKS_AGAIN:\n                pass",
            ),
        ),
        (
            Proof(
                f"{_GENERATOR}/test_generator_survival.py"
                "::test_silent_chunks_are_sent_again_only_when_nothing_waits_in_kafka",
                r"assert \{1\} == \{2\}",
            ),
        ),
    ),
    Mutant(
        "lost-result-not-told-again",
        (
            Edit(
                _BATCH_HANDLER,
                """"repeated").inc()
        await self.results.publish(_stored(header, stored))
""",
                """"repeated").inc()
""",
            ),
        ),
        (Proof(f"{_WRITER}/test_writer_batches.py::test_a_lost_answer_heals_itself", "assert 0 == 1"),),
    ),
    Mutant(
        "results-of-another-attempt",
        (Edit(_APPLY, "[result for result in results if _attempt(result) == job.attempt]", "list(results)"),),
        (
            Proof(
                f"{_GENERATOR}/test_generator_control.py"
                "::test_a_failed_append_says_that_nothing_is_stored_and_is_retried_from_the_beginning",
                "assert [1-9][0-9]* == 0",
            ),
        ),
    ),
    Mutant(
        "seal-without-orphans",
        (
            Edit(
                _SEAL,
                "[_together(counting, counts), _together(ddl.orphan_queries(), orphans)]",
                "[_together(counting, counts)]",
            ),
        ),
        (Proof(f"{_WRITER}/test_writer_seal.py::test_orphans_are_counted", "DID NOT RAISE"),),
    ),
    Mutant(
        "large-seal-without-orphans",
        (Edit(_SEAL, "connections, joins + numbers)", "connections, numbers)"),),
        (Proof(f"{_WRITER}/test_writer_seal.py::test_orphans_are_counted", "DID NOT RAISE"),),
    ),
)

MUTANTS: Final = {mutant.name: mutant for mutant in _ALL}
"""By name, in the order in which they are tried."""
