import type { Job, JobEvent } from '@/lib/api/types'

/** A job for tests, running and one fifth done, unless told otherwise. */
export function someJob(changes: Partial<Job> = {}): Job {
  return {
    id: '0193c0de-0000-7000-8000-000000000001',
    dataset_id: '0193c0de-0000-7000-8000-000000000002',
    kind: 'create',
    state: 'running',
    phase: 'generating',
    version: 1,
    rows_total: 1_000,
    rows_done: 200,
    chunks_total: 10,
    chunks_done: 2,
    tables: { users: { rows_total: 100, rows_done: 20 } },
    rows_per_second: 50,
    seconds_left: 16,
    stage_seconds: { generating: 1, storing: 2, indexing: 0, checking: 0 },
    created_at: '2026-01-02T03:04:05.000Z',
    started_at: '2026-01-02T03:04:06.000Z',
    finished_at: null,
    error: null,
    ...changes,
  }
}

/** An event of a job for tests: it began to make rows, unless told otherwise. */
export function someEvent(changes: Partial<JobEvent> = {}): JobEvent {
  return {
    at: '2026-01-02T03:04:06.000Z',
    event: 'generating',
    version: 1,
    state: 'running',
    phase: 'generating',
    detail: null,
    ...changes,
  }
}
