import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'

import { config } from '@/config'
import { useAllPages } from '@/hooks/use-all-pages'
import { useNow } from '@/hooks/use-now'
import { answer, api } from '@/lib/api/client'
import { allItems, byCursor, omitEmpty, type Page } from '@/lib/api/pages'
import type { Job, JobEvent, JobState } from '@/lib/api/types'
import { mergeJob, latest, useLiveJobs } from '@/lib/live/jobs-store'
import { observe, useObservations, type Observation } from '@/lib/live/observations'

import { isOver, type JobAction } from './states'
import { paceOf, type Pace } from './throughput'

type Pages<T> = UseInfiniteQueryResult<InfiniteData<Page<T>, string | undefined>>

/** Events come over the live connection; asking is for when it is down, and a safety net. */
export const pollInterval = (): number =>
  useLiveJobs.getState().status === 'live' ? config.poll.online : config.poll.offline

async function fetchJob(id: string): Promise<Job> {
  const job = await answer(api.GET('/api/jobs/{job_id}', { params: { path: { job_id: id } } }))
  observe(job)
  return job
}

/** A job in its newest known state, whichever way it arrived. */
export function useJob(id: string): Omit<UseQueryResult<Job>, 'data'> & { data: Job | undefined } {
  const live = useLiveJobs((held) => held.jobs[id])
  const query = useQuery({
    queryKey: ['jobs', 'one', id],
    queryFn: () => fetchJob(id),
    refetchInterval: (held) =>
      held.state.data !== undefined && isOver(held.state.data) ? false : pollInterval(),
  })
  return { ...query, data: query.data === undefined ? live : latest(query.data, live) }
}

export interface JobFilter {
  state?: JobState | undefined
  dataset_id?: string | undefined
}

/** The user's jobs, newest first. */
export function useJobs(filter: JobFilter): Pages<Job> {
  return useInfiniteQuery({
    queryKey: ['jobs', 'list', filter],
    queryFn: ({ pageParam }): Promise<Page<Job>> =>
      answer(
        api.GET('/api/jobs', {
          params: { query: omitEmpty({ ...filter, cursor: pageParam, limit: config.pageSize.list }) },
        }),
      ),
    ...byCursor,
    refetchInterval: pollInterval,
  })
}

/** Jobs as fetched, each in its newest known state. */
export function useNewest(jobs: readonly Job[]): Job[] {
  const live = useLiveJobs((held) => held.jobs)
  return jobs.map((job) => latest(job, live[job.id]))
}

/** The user's jobs that are not over, newest first: those of the newest page, and all that the live connection told of. */
export function useUnfinishedJobs(): Job[] {
  const query = useJobs({})
  const live = useLiveJobs((held) => held.jobs)
  const newest = new Map(allItems(query.data).map((job) => [job.id, job]))
  for (const job of Object.values(live)) newest.set(job.id, latest(job, newest.get(job.id)))
  return [...newest.values()]
    .filter((job) => !isOver(job))
    .toSorted((one, other) => (one.created_at < other.created_at ? 1 : -1))
}

const nothingSeen: readonly Observation[] = []

/** What this browser saw of a job's growth, oldest first. */
export const useCourse = (job: Job): readonly Observation[] =>
  useObservations((held) => held.jobs[job.id]?.points ?? nothingSeen)

/** How fast a job is now, and how long it still takes. */
export function usePace(job: Job): Pace {
  const observed = useObservations((held) => held.jobs[job.id])
  return paceOf(job, observed, useNow(config.clock, !isOver(job)))
}

/** Everything that happened to a job, oldest first; asked anew when its state changes. */
export function useJobEvents(job: Job): Pages<JobEvent> {
  const query: Pages<JobEvent> = useInfiniteQuery({
    queryKey: ['jobs', 'events', job.id, job.state, job.phase, job.waiting_for ?? null],
    queryFn: ({ pageParam }): Promise<Page<JobEvent>> =>
      answer(
        api.GET('/api/jobs/{job_id}/events', {
          params: {
            path: { job_id: job.id },
            query: omitEmpty({ cursor: pageParam, limit: config.pageSize.events }),
          },
        }),
      ),
    ...byCursor,
    placeholderData: keepPreviousData,
  })
  useAllPages(query)
  return query
}

function act(id: string, action: JobAction): Promise<Job> {
  const params = { params: { path: { job_id: id } } }
  switch (action) {
    case 'cancel':
      return answer(api.POST('/api/jobs/{job_id}/cancel', params))
    case 'pause':
      return answer(api.POST('/api/jobs/{job_id}/pause', params))
    case 'resume':
      return answer(api.POST('/api/jobs/{job_id}/resume', params))
    case 'retry':
      return answer(api.POST('/api/jobs/{job_id}/retry', params))
  }
}

/** Cancels, pauses, resumes or retries a job. */
export function useJobAction(id: string): UseMutationResult<Job, Error, JobAction> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (action) => act(id, action),
    onSuccess: mergeJob,
    onSettled: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  })
}
