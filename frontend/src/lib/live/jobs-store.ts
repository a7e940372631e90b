import { create } from 'zustand'

import type { Job } from '@/lib/api/types'

/** `connecting` at first, `live` while events arrive, `offline` between attempts. */
export type LiveStatus = 'connecting' | 'live' | 'offline'

interface LiveJobs {
  status: LiveStatus
  jobs: Readonly<Record<string, Job>>
}

/** The newest state of each job heard of over the live connection. */
export const useLiveJobs = create<LiveJobs>(() => ({ status: 'connecting', jobs: {} }))

/** Of two states of one job or stream, the newer: messages may come late or twice, versions only grow. */
export function latest<State extends { version: number }>(one: State, other: State | undefined): State {
  return other !== undefined && other.version > one.version ? other : one
}

/** Takes a job's state in unless a newer one is held. */
export function mergeJob(job: Job): void {
  useLiveJobs.setState((held) => {
    const known = held.jobs[job.id]
    if (known !== undefined && known.version >= job.version) return held
    return { jobs: { ...held.jobs, [job.id]: job } }
  })
}

export function setLiveStatus(status: LiveStatus): void {
  useLiveJobs.setState({ status })
}

/** Forgets everything, as at sign-out. */
export function forgetJobs(): void {
  useLiveJobs.setState({ status: 'connecting', jobs: {} })
}
